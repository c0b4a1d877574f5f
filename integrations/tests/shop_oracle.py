"""What our rows must look like for a shop, said independently of how the importer gets there; and random days of a shop."""

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from integrations.models import ExternalRef, RefKind, StoreConnection
from integrations.tests.fake_shop import FakeShop, connect, run_import
from products_and_services.models import Product, ProductVariant, Sku
from products_and_services.tests.factories import TenantFactory

# Whole imports take their time: a third of what the profile asks for, twelve at least.
FEWER = settings(max_examples=max(settings.default.max_examples // 3, 12))
IDS = st.integers(1, 9)
SKUS = st.sampled_from(["A", "B", "C", "D", None])
DAYS = st.one_of(
    st.tuples(st.just("put"), IDS, SKUS),
    st.tuples(st.just("trash"), IDS, st.none()),
    st.tuples(st.just("restore"), IDS, st.none()),
    st.tuples(st.just("sku"), IDS, SKUS),
    st.tuples(st.just("swap"), IDS, IDS),
    st.tuples(st.just("price"), IDS, st.integers(1, 4)),
    st.tuples(st.just("name"), IDS, st.integers(1, 4)),
    st.tuples(st.just("active"), IDS, st.booleans()),
    st.tuples(st.just("variant"), IDS, SKUS),
    st.tuples(st.just("variant sku"), IDS, SKUS),
    st.tuples(st.just("variant goes"), IDS, st.booleans()),
    st.tuples(st.just("images"), IDS, st.lists(st.integers(1, 4), max_size=3)),
    st.tuples(st.just("shelf"), st.integers(1, 4), st.integers(0, 4)),
    st.tuples(st.just("shelf renamed"), st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.just("shelf goes"), st.integers(1, 4), st.none()),
    st.tuples(st.just("shelves"), IDS, st.lists(st.integers(1, 4), max_size=3, unique=True)),
)


def imported_once(page_size: int) -> tuple[StoreConnection, FakeShop, "Owner"]:
    """A shop that its owner has opened and we have imported."""
    connection, shop = connect(TenantFactory()), FakeShop(page_size)
    owner = Owner(shop)
    owner.open()
    run_import(connection, shop)
    return connection, shop, owner


class Owner:
    """Edits the shop as its owner would. What makes no sense just now does nothing."""

    def __init__(self, shop: FakeShop) -> None:
        self.shop, self.trash, self.next_variation = shop, {}, 100

    def open(self) -> None:
        """Five products, two of them with variations, shelves and pictures."""
        for number in range(1, 5):
            self.edit(("shelf", number, number // 2))
        for number, sku in enumerate("ABCDE", start=1):
            self.edit(("put", number, sku))
        for number in (1, 1, 2, 2):
            self.edit(("variant", number, None))
            self.edit(("shelves", number, [number, 3]))
            self.edit(("images", number, [1, 2]))

    def edit(self, day: tuple[str, Any, Any]) -> None:
        kind, number, what = day
        key = str(number)
        if kind == "put" and key not in self.shop.products:
            self.trash.pop(key, None)
            self.shop.put(key, sku=what)
        elif kind == "restore" and key in self.trash and key not in self.shop.products:
            self.shop.products[key] = self.trash.pop(key)
        elif kind.startswith("shelf"):
            self._shelf(kind, key, what)
        elif (product := self.shop.products.get(key)) is not None:
            self._product(kind, key, product, what)

    def _shelf(self, kind: str, key: str, what: Any) -> None:
        if kind == "shelf":
            self.shop.shelves[key] = (f"Shelf {key}", str(what) if what else "")
        elif key in self.shop.shelves and kind == "shelf renamed":
            self.shop.shelves[key] = (f"Renamed {what}", self.shop.shelves[key][1])
        elif kind == "shelf goes":
            self.shop.shelves.pop(key, None)
            for product in self.shop.products.values():
                product["category_ids"] = [one for one in product.get("category_ids", []) if one != key]

    def _product(self, kind: str, key: str, product: dict[str, Any], what: Any) -> None:
        variants = product.setdefault("variants", [])
        if kind == "trash":
            self.trash[key] = self.shop.products.pop(key)
        elif kind == "sku":
            product["sku"] = what
        elif kind == "swap" and (other := self.shop.products.get(str(what))) is not None:
            product["sku"], other["sku"] = other.get("sku"), product.get("sku")
        elif kind in ("price", "name"):
            product[kind] = str(what) if kind == "price" else f"Name {what}"
        elif kind == "active":
            product["is_active"] = what
        elif kind == "variant" and len(variants) < 3:
            self.next_variation += 1
            variants.append({"id": str(self.next_variation), "name": f"V{self.next_variation}", "sku": what, "price": "5"})
        elif kind == "variant sku" and variants:
            variants[0]["sku"] = what
        elif kind == "variant goes" and variants:
            variants.pop(0 if what else -1)
        elif kind == "images":
            product["images"] = [f"https://img.example/{one}.jpg" for one in what]
        elif kind == "shelves":
            product["category_ids"] = [str(one) for one in what if str(one) in self.shop.shelves]


def assert_equal_to(shop: FakeShop, connection: StoreConnection, *, with_skus: bool = True) -> None:
    """Every product of the shop is here once, as it is there; what is not there is inactive here; nothing is double.

    with_skus: False where one that another product had may still be on its way: a whole import looks at such products again.
    """
    refs = {ref.external_id: ref for ref in _refs(connection, RefKind.PRODUCT)}
    rows = Product.objects.in_bulk([ref.product_id for ref in refs.values()])
    for external_id, values in shop.products.items():
        ref = refs[external_id]
        assert ref.gone_at is None, external_id
        _assert_product(rows[ref.product_id], external_id, values, connection)
    for external_id, ref in refs.items():
        if external_id not in shop.products:
            assert ref.gone_at is not None and not rows[ref.product_id].is_active, external_id
    if with_skus:
        assert_skus(shop, connection, refs)
    else:
        assert_sku_table(connection.tenant_id)


def _refs(connection: StoreConnection, kind: str) -> Any:
    return ExternalRef.objects.filter(connection=connection, kind=kind)


def _assert_product(product: Product, external_id: str, values: dict[str, Any], connection: StoreConnection) -> None:
    assert (product.external_source, product.external_id, product.tenant_id) == ("woocommerce", external_id, connection.tenant_id)
    assert (product.name, product.price, product.is_active) == (values["name"], Decimal(values["price"]), values.get("is_active", True))
    shelves = list(_refs(connection, RefKind.CATEGORY).filter(external_id__in=values.get("category_ids", [])))
    by_id = {ref.external_id: ref.category_id for ref in shelves}
    wanted = [by_id[one] for one in values.get("category_ids", [])]
    assert product.category_id == (wanted[0] if wanted else None)
    assert sorted(product.categories.values_list("pk", flat=True)) == sorted(wanted[1:])
    images = list(product.images.order_by("sort_order").values_list("remote_url", flat=True))
    assert images == list(dict.fromkeys(values.get("images", [])))
    _assert_variants(product, values.get("variants", []), connection)


def _assert_variants(product: Product, wanted: list[dict[str, Any]], connection: StoreConnection) -> None:
    refs = {ref.variant_id: ref for ref in _refs(connection, RefKind.VARIANT).filter(product=product)}
    active = {variant.pk: variant for variant in product.variants.all() if variant.is_active}
    here = {refs[pk].external_id: variant for pk, variant in active.items() if pk in refs}
    assert here.keys() == {one["id"] for one in wanted}
    for one in wanted:
        assert (here[one["id"]].name, here[one["id"]].price) == (one["name"], Decimal(one["price"]))
    assert all(refs[pk].gone_at is None for pk in active if pk in refs)
    others = [variant for pk, variant in active.items() if pk not in refs]
    assert [variant.is_default for variant in others] == ([] if wanted else [True])
    assert sum(variant.is_default for variant in product.variants.all()) == len(others)


def assert_skus(shop: FakeShop, connection: StoreConnection, refs: dict[str, Any]) -> None:
    """The table of SKUs says what the rows say; a SKU that one thing of the shop has is that thing's here, of two exactly one has it."""
    assert_sku_table(connection.tenant_id)
    variants = {ref.external_id: ref.variant.sku for ref in _refs(connection, RefKind.VARIANT).select_related("variant")}
    products = {external_id: ref.product.sku for external_id, ref in refs.items()}
    wanted: list[tuple[str, str | None]] = []
    for external_id, values in shop.products.items():
        own = values.get("sku")
        wanted.append((own, products[external_id]))
        wanted += [(one["sku"] if one["sku"] != own else None, variants[one["id"]]) for one in values.get("variants", [])]
    holders = Counter(sku for sku, _ in wanted if sku)
    for sku, held in wanted:
        if sku is None:
            assert held is not None
        elif holders[sku] == 1:
            assert held == sku
        else:
            assert held in (sku, None)
    for sku, number in holders.items():
        assert sum(held == sku for one, held in wanted if one == sku) == 1, (sku, number)


def assert_sku_table(tenant_id: Any) -> None:
    """One row per SKU that is in use, of whoever has it."""
    rows = {(row.product_id, row.variant_id): row.value for row in Sku.objects.filter(tenant_id=tenant_id)}
    held = {(product.pk, None): product.sku for product in Product.objects.filter(tenant_id=tenant_id) if product.sku}
    held |= {(None, one.pk): one.sku for one in ProductVariant.objects.filter(product__tenant_id=tenant_id) if one.sku}
    assert rows == held

"""Random days of a shop, for hypothesis: what may happen to a product, and the whole state of it to compare."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant, Sku
from products_and_services.steps.step import State
from products_and_services.steps.stored import load_whole

START = datetime(2026, 3, 1, tzinfo=UTC)
NUMBERS = st.integers(0, 5)
WORDS = st.sampled_from(["", "red", "Größe L", "x" * 40])
EDITS = st.one_of(
    st.tuples(st.just("field"), st.sampled_from(["name", "description", "price", "stock", "active", "tags", "sale"]), NUMBERS),
    st.tuples(st.just("sku"), st.sampled_from(["A", "B", "C", None]), NUMBERS),
    st.tuples(st.just("category"), st.sampled_from(["main", "further", "none"]), NUMBERS),
    st.tuples(st.just("new variant"), st.booleans(), NUMBERS),
    st.tuples(st.just("variant"), WORDS, NUMBERS),
    st.tuples(st.just("variant terms"), st.sampled_from([None, True, False]), NUMBERS),
    st.tuples(st.just("variant sku"), st.sampled_from(["A", "B", "C", "D", None]), NUMBERS),
    st.tuples(st.just("default"), st.booleans(), NUMBERS),
    st.tuples(st.just("variant goes"), st.none(), NUMBERS),
    st.tuples(st.just("new image"), st.booleans(), NUMBERS),
    st.tuples(st.just("image"), WORDS, NUMBERS),
    st.tuples(st.just("image goes"), st.none(), NUMBERS),
)


def apply_edit(product: Product, categories: list[ProductCategory], edit: tuple[str, Any, int]) -> None:
    """One edit through the models, as a form or the API would make it. SkuTaken may be raised, as it may for a person."""
    kind, what, number = edit
    product = Product.objects.get(pk=product.pk)
    part = _nth(product.images if kind.startswith("image") else product.variants, number)
    if kind == "field":
        _set_field(product, what, number)
    elif kind == "sku":
        product.sku = what
        product.save()
    elif kind == "category":
        _move(product, categories, what, number)
    elif kind == "new variant":
        ProductVariant.objects.create(product=product, name=f"V{number}", is_default=what, attributes={"size": str(number)})
    elif kind == "new image":
        ProductImage.objects.create(product=product, variant=part if what else None, remote_url=f"https://img.example/{number}.jpg")
    elif part is not None:
        _change_part(part, kind, what, number)


def _nth(rows: Any, number: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def _set_field(product: Product, what: str, number: int) -> None:
    values: dict[str, Any] = {
        "name": {"name": f"Name {number}"}, "description": {"description": "long " * number},
        "price": {"price": Decimal(number) / 3 or None}, "stock": {"stock_quantity": number},
        "active": {"is_active": number % 2 == 0}, "tags": {"tags": ["t"] * number},
        "sale": {"sale_price": Decimal(number) if number else None},
    }[what]  # fmt: skip
    for name, value in values.items():
        setattr(product, name, value)
    product.save()


def _move(product: Product, categories: list[ProductCategory], what: str, number: int) -> None:
    if what == "further":
        product.categories.set(categories[: number % (len(categories) + 1)])
        return
    product.category = None if what == "none" else categories[number % len(categories)]
    product.save()


def _change_part(part: Any, kind: str, what: Any, number: int) -> None:
    if kind.endswith("goes"):
        part.delete()
        return
    if kind == "variant":
        part.name, part.price = what, Decimal(number)
    elif kind == "variant terms":
        part.track_stock, part.allow_backorder = what, None if what is None else not what
        part.sale_starts_at, part.sale_ends_at = (START + timedelta(days=days) if number else None for days in (number, 9))
    elif kind == "variant sku":
        part.sku = what
    elif kind == "default":
        part.is_default = what
    else:
        part.alt, part.sort_order = what, number
    part.save()


def whole_state(*products: int) -> tuple[State, set[Any]]:
    """Every tracked column of the products and their parts, their categories, and who owns which SKU."""
    tenants = set(Product.objects.filter(pk__in=products).values_list("tenant_id", flat=True))
    state: State = {}
    for tenant_id in tenants:
        state |= load_whole(tenant_id, products)
    return state, set(Sku.objects.values_list("value", "product_id", "variant_id"))

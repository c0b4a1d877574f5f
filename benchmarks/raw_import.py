"""The fastest import we can think of, as a yardstick, for an empty business: the same pull and transform, the same rows by raw upserts.

It looks nothing up: every product is new, numbers are its own, SKUs are free, nobody edits meanwhile, nothing is compared, and a second run
would write everything again.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import orjson

from benchmarks.raw_rows import RawTable

EMPTY: tuple[Any, ...] = (None, "", [], {})
VARIANT_PICTURES = 1_000
TABLES = ("product", "variant", "image", "sku", "ref", "further", "revision", "change")
PRODUCT = (
    "id", "tenant_id", "name", "sku", "description", "short_description", "category_id", "tags", "brand", "price", "sale_price",
    "sale_starts_at", "sale_ends_at", "currency", "track_stock", "stock_quantity", "allow_backorder", "is_active", "website_url", "gtin",
    "external_source", "external_id", "created_at", "updated_at",
)  # fmt: skip
VARIANT = (
    "id", "product_id", "name", "sku", "price", "sale_price", "sale_starts_at", "sale_ends_at", "track_stock", "stock_quantity",
    "allow_backorder", "attributes", "is_default", "is_active", "sort_order", "external_id", "created_at", "updated_at",
)  # fmt: skip
IMAGE = ("id", "product_id", "variant_id", "remote_url", "alt", "sort_order", "created_at")
UNTRACKED = {"id", "created_at", "updated_at"}


def pull(adapter: Any) -> Iterator[list[dict[str, Any]]]:
    """All pages of a shop, the next one fetched while this one is used."""
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(adapter.fetch_page, None)
        while True:
            page = coming.result()
            if page.next_cursor is not None:
                coming = ahead.submit(adapter.fetch_page, page.next_cursor)
            yield page.raws
            if page.next_cursor is None:
                return


def raw_import(connection: Any, adapter: Any, content_hash: Callable[[Any], str]) -> int:
    """Imports everything, a page per transaction. Returns how many products."""
    from django.db import transaction

    adapter.describe()
    writer = RawWriter(connection, raw_shelves(connection, adapter))
    done = 0
    for raws in pull(adapter):
        records = [(adapter.transform(raw), content_hash(raw)) for raw in raws]
        with transaction.atomic():
            writer.write(records)
        done += len(records)
    return done


def raw_shelves(connection: Any, adapter: Any) -> dict[str, int]:
    """{the shop's id: category}; they are few, so the ORM may make them."""
    from integrations.models import ExternalRef
    from products_and_services.models import ProductCategory

    made: dict[str, int] = {}
    for shelf in sorted(adapter.fetch_categories(), key=lambda shelf: bool(shelf.parent_id)):
        row = ProductCategory.objects.create(
            tenant=connection.tenant, name=shelf.name, parent_id=made.get(shelf.parent_id), external_id=shelf.external_id,
            slug=f"shelf-{shelf.external_id}",
        )  # fmt: skip
        ExternalRef.objects.create(connection=connection, kind="category", external_id=shelf.external_id, category=row)
        made[shelf.external_id] = row.pk
    return made


class RawWriter:
    """Turns records into rows of eight tables and writes them."""

    def __init__(self, connection: Any, shelves: dict[str, int]) -> None:
        from integrations.models import ExternalRef
        from meta_integration.models import CatalogChange
        from products_and_services.models import Product, ProductImage, ProductVariant, Revision, Sku

        self.shelves, self.connection_id, self.provider = shelves, connection.pk, str(connection.provider)
        self.tables = {
            "product": RawTable(Product, PRODUCT, ["id"]),
            "variant": RawTable(ProductVariant, VARIANT, ["id"]),
            "image": RawTable(ProductImage, IMAGE, ["id"]),
            "sku": RawTable(Sku, ("tenant_id", "value", "product_id", "variant_id"), ["tenant_id", "value"]),
            "ref": RawTable(
                ExternalRef, ("connection_id", "kind", "external_id", "product_id", "variant_id", "content_hash"),
                ["connection_id", "kind", "external_id"],
            ),
            "further": RawTable(Product.categories.through, ("product_id", "productcategory_id"), ["product_id", "productcategory_id"]),
            "revision": RawTable(
                Revision, ("tenant_id", "product_id", "entity", "entity_id", "action", "changes", "actor", "run_id", "created_at")
            ),
            "change": RawTable(CatalogChange, ("tenant_id", "product_id", "marked_at", "due_at"), ["product_id"]),
        }  # fmt: skip
        self.plain = self.tables["product"].plain
        self.tenant_id, self.run_id = self.plain(connection.tenant_id), self.plain(uuid4())
        self.ids = {name: _free_from(model) for name, model in (("product", Product), ("variant", ProductVariant), ("image", ProductImage))}

    def write(self, records: list[tuple[Any, str]]) -> None:
        """A page, in the caller's transaction."""
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self.now = self.plain(datetime.now(UTC))
        for record, text in records:
            self._product(record, text)
        for name in TABLES:
            self.tables[name].write(self.rows[name])

    def _product(self, record: Any, text: str) -> None:
        number = self._number("product")
        main, *further = [self.shelves[one] for one in record.category_ids] or [None]
        values = {
            "name": record.name, "sku": record.sku, "description": record.description, "short_description": record.short_description,
            "category_id": main, "tags": list(record.tags), "brand": record.brand, **_terms(record), "currency": record.currency,
            "track_stock": record.track_stock, "stock_quantity": record.stock_quantity, "allow_backorder": record.allow_backorder,
            "is_active": record.is_active, "website_url": record.website_url, "gtin": record.gtin, "external_source": self.provider,
            "external_id": record.external_id,
        }  # fmt: skip
        self._add("product", number, number, {"tenant_id": self.tenant_id, **values, "categories": sorted(further)})
        self.rows["further"] += [{"product_id": number, "productcategory_id": one} for one in further]
        self._claim(record.sku, product_id=number)
        self._ref("product", record.external_id, number, None, text)
        self.rows["change"].append({"tenant_id": self.tenant_id, "product_id": number, "marked_at": self.now, "due_at": self.now})
        for place, image in enumerate(record.images):
            self._image(number, None, image, place)
        for one in record.variants:
            self._variation(number, record, one)
        if not record.variants:
            self._add("variant", number, self._number("variant"), {**_NOTHING, "product_id": number, "is_default": True})

    def _variation(self, product: int, record: Any, one: Any) -> None:
        number = self._number("variant")
        sku = one.sku if one.sku != record.sku else None
        values = {
            "product_id": product, "name": one.name, "sku": sku, **_terms(one), "track_stock": one.track_stock,
            "stock_quantity": one.stock_quantity, "allow_backorder": one.allow_backorder, "attributes": one.attributes, "is_default": False,
            "is_active": one.is_active, "sort_order": one.sort_order, "external_id": one.external_id,
        }  # fmt: skip
        self._add("variant", product, number, values)
        self._claim(sku, variant_id=number)
        self._ref("variant", one.external_id, product, number, "")
        if one.image is not None:
            self._image(product, number, one.image, VARIANT_PICTURES + one.sort_order)

    def _image(self, product: int, variant: int | None, image: Any, place: int) -> None:
        values = {"product_id": product, "variant_id": variant, "remote_url": image.url, "alt": image.alt, "sort_order": place}
        self._add("image", product, self._number("image"), values)

    def _add(self, entity: str, product: int, number: int, values: dict[str, Any]) -> None:
        """A row and its line in the history."""
        noted = {name: [None, value] for name, value in values.items() if value not in EMPTY and name != "tenant_id"}
        row = {name: self.plain(value) for name, value in values.items() if name != "categories"}
        times = {"created_at": self.now} if entity == "image" else {"created_at": self.now, "updated_at": self.now}
        self.rows[entity].append({"id": number, **row, **times})
        self.rows["revision"].append({
            "tenant_id": self.tenant_id, "product_id": product, "entity": entity, "entity_id": number, "action": "created",
            "changes": orjson.dumps(noted, default=str).decode(), "actor": "benchmark", "run_id": self.run_id, "created_at": self.now,
        })  # fmt: skip

    def _claim(self, sku: str | None, **owner: int) -> None:
        if sku:
            self.rows["sku"].append({"tenant_id": self.tenant_id, "value": sku, "product_id": None, "variant_id": None, **owner})

    def _ref(self, kind: str, external_id: str, product: int, variant: int | None, text: str) -> None:
        about = {"connection_id": self.connection_id, "kind": kind, "external_id": external_id, "content_hash": text}
        self.rows["ref"].append({**about, "product_id": product, "variant_id": variant})

    def _number(self, entity: str) -> int:
        self.ids[entity] += 1
        return self.ids[entity]


_NOTHING: dict[str, Any] = {
    "name": "", "sku": None, "price": None, "sale_price": None, "sale_starts_at": None, "sale_ends_at": None, "track_stock": None,
    "stock_quantity": None, "allow_backorder": None, "attributes": {}, "is_active": True, "sort_order": 0, "external_id": "",
}  # fmt: skip


def _terms(record: Any) -> dict[str, Any]:
    names = ("price", "sale_price", "sale_starts_at", "sale_ends_at")
    found = {name: getattr(record, name) for name in names}
    return {name: value.normalize() if isinstance(value, Decimal) else value for name, value in found.items()}


def _free_from(model: Any) -> int:
    """Far beyond what the database hands out."""
    from django.db.models import Max

    return int(max(model.objects.aggregate(last=Max("pk"))["last"] or 0, 10_000_000))

"""Where the products stand: those made one by one, and ranges that are made up when somebody looks (generated.py).

`revision` counts every change. The shelf knows neither the API nor webhooks. Callers hold the shop's lock.
"""

from array import array
from bisect import insort
from collections.abc import Callable, Sequence
from typing import Protocol

from sandbox.shops.shopify.goods import Collection, Order, Product, Variant


class Range(Protocol):
    """Many products that follow from their numbers, each with equally many variants. Ids are unbroken rows."""

    @property
    def products(self) -> range:
        """Ids of the products."""

    @property
    def variants(self) -> range:
        """Ids of all their variants."""

    @property
    def items(self) -> range:
        """Ids of their inventory items, in the order of the variants."""

    def product(self, product_id: int) -> Product:
        """The product with this id, always the same."""

    def variant(self, variant_id: int) -> Variant:
        """The variant with this id, always the same."""

    def variants_of(self, product_id: int) -> range:
        """Ids of one product's variants."""


class Shelf:
    """Products, variants, collections and orders by id. `changed(kind, id)` is called for whatever is put or dropped."""

    def __init__(self) -> None:
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.collections: dict[int, Collection] = {}
        self.orders: dict[int, Order] = {}
        self.ranges: list[Range] = []
        self.last_id = 1000
        self.revision = 0
        self.changed: Callable[[str, int], None] = lambda kind, key: None
        self._children: dict[int, list[int]] = {}
        self._items: dict[int, int] = {}
        self._gone: set[int] = set()
        self._ids: tuple[int, Sequence[int]] = (-1, ())
        self._own: list[int] = []

    def new_id(self, count: int = 1) -> int:
        """The first of so many ids in a row, none of them ever given before."""
        first = self.last_id + 1
        self.last_id += count
        return first

    def remember_id(self, number: int) -> None:
        """This id is taken (by something that came from the state file)."""
        self.last_id = max(self.last_id, number)

    def add_range(self, made: Range) -> None:
        """Stand a range of made-up products on the shelf."""
        self.ranges.append(made)
        self.revision += 1

    def product(self, product_id: int) -> Product | None:
        """A product, or None."""
        found = self.products.get(product_id)
        if found is not None or product_id in self._gone:
            return found
        return next((rows.product(product_id) for rows in self.ranges if product_id in rows.products), None)

    def variant(self, variant_id: int) -> Variant | None:
        """A variant, or None."""
        found = self.variants.get(variant_id)
        if found is not None or variant_id in self._gone:
            return found
        return next((rows.variant(variant_id) for rows in self.ranges if variant_id in rows.variants), None)

    def variant_of_item(self, item_id: int) -> Variant | None:
        """The variant that an inventory item belongs to."""
        known = self._items.get(item_id)
        for rows in self.ranges if known is None else ():
            if item_id in rows.items:
                known = rows.variants[item_id - rows.items.start]
        return self.variant(known) if known else None

    def variants_of(self, product_id: int) -> list[Variant]:
        """A product's variants in their order."""
        ids = set(self._children.get(product_id, ()))
        for rows in self.ranges:
            if product_id in rows.products:
                ids.update(rows.variants_of(product_id))
        found = [made for key in ids if (made := self.variant(key)) is not None]
        return sorted(found, key=lambda variant: (variant.position, variant.id))

    def count_variants(self) -> int:
        """All variants of all products."""
        made_up = sum(len(rows.variants) for rows in self.ranges)
        inside = sum(1 for key in {*self.variants, *self._gone} if any(key in rows.variants for rows in self.ranges))
        return len(self.variants) + made_up - inside

    def product_ids(self) -> Sequence[int]:
        """Ids of all products, ascending."""
        if self._ids[0] != self.revision:
            gone = self._gone
            made_up = (key for rows in self.ranges for key in rows.products if key not in gone and key not in self.products)
            self._ids = (self.revision, array("q", sorted([*self._own, *made_up])))
        return self._ids[1]

    def put_product(self, product: Product) -> None:
        """Insert or replace; a made-up product becomes one of its own."""
        if product.id not in self.products:
            insort(self._own, product.id)
        self.products[product.id] = product
        self._note("product", product.id)

    def put_variant(self, variant: Variant) -> None:
        """Insert or replace."""
        self.variants[variant.id] = variant
        self._items[variant.item_id] = variant.id
        known = self._children.setdefault(variant.product_id, [])
        if variant.id not in known:
            known.append(variant.id)
        self._note("variant", variant.id)

    def drop_product(self, product_id: int) -> None:
        """Delete for good, with its variants."""
        for variant in self.variants_of(product_id):
            self.drop_variant(variant)
        if self.products.pop(product_id, None):
            self._own.remove(product_id)
        self._gone.add(product_id)
        self._note("product", product_id)

    def drop_variant(self, variant: Variant) -> None:
        """Delete one variant."""
        self.variants.pop(variant.id, None)
        self._items.pop(variant.item_id, None)
        if variant.id in self._children.get(variant.product_id, ()):
            self._children[variant.product_id].remove(variant.id)
        self._gone.add(variant.id)
        self._note("variant", variant.id)

    def put_collection(self, collection: Collection) -> None:
        """Insert or replace."""
        self.collections[collection.id] = collection
        self._note("collection", collection.id)

    def put_order(self, order: Order) -> None:
        """Insert or replace."""
        self.orders[order.id] = order
        self._note("order", order.id)

    def _note(self, kind: str, number: int) -> None:
        self.revision += 1
        self.changed(kind, number)

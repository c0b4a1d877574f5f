"""The benchmark's Shopify shops: products with five variants each, points counted, and the file of a bulk operation written once.

Pages over made-up products are kept by the stand-in itself. The bucket never gets empty: how long a plan's points would take is told
beside the points.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.shop_side import Sold
from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.shopify import Generated, ShopifyShop, Variant, make_products
from sandbox.shops.shopify.bulk_state import AT_ONCE, BulkOperation
from sandbox.shops.shopify.cost import Bucket

APP, TOKEN, SECRET = "benchmark", "shpat_benchmark", "shpss_benchmark"
VARIANTS, MARK = 5, "GEN"
SIZES = ("XS", "S", "M", "L", "XL")
PLENTY = 1e12
BASIC = 100  # points a second on the cheapest plan


def rows_of(products: int) -> dict[str, int]:
    """How many rows of each kind an import of a shop makes."""
    variants = products * VARIANTS
    return {
        "product": products, "variant": variants, "image": 2 * products, "sku": products + variants, "ref": products + variants,
        "revision": 3 * products + variants, "change": products, "further": 0,
    }  # fmt: skip


def sold(numbers: Iterable[int], products: int) -> Iterator[Sold]:
    """These products of a shop with so many."""
    made = make_products(ShopifyShop(), products, VARIANTS)
    for number in numbers:
        variant = made.variant(made.variants_of(made.products[number])[0])
        skus = tuple(sorted(sku_of(number, size) for size in SIZES))
        yield Sold(variant.sku or "", made.product(made.products[number]).title, variant.compare_at_price or variant.price, skus)


class ShopifyDesk:
    """See shop_side.Desk. Several shops, each below its domain."""

    def __init__(self, port: int, products: int, domains: list[str]) -> None:
        self.shops: dict[str, _Shop] = {}
        self._made: dict[str, _Marked] = {}
        for place, domain in enumerate(domains):
            shop = self.shops[domain] = _Shop(domain, f"http://127.0.0.1:{port}/{domain}")
            shop.add_app(APP, SECRET, token=TOKEN)
            # Long ago: what was changed just now is read once more after a bulk operation.
            shop.clock = lambda: datetime.now(UTC) - timedelta(days=1)
            made = make_products(shop, products, VARIANTS)
            values = (getattr(made, field.name) for field in fields(made))
            shop.shelf.ranges[-1] = self._made[domain] = _Marked(*values, mark=f"{MARK}{place or ''}")
            shop.clock = lambda: datetime.now(UTC)

    def ask(self, request: ShopRequest) -> ShopAnswer:
        """To the shop whose domain the path begins with."""
        return self.shops[request.path.split("/")[1]].handle(request)

    def told(self) -> dict[str, Any]:
        """See shop_side.Desk."""
        shops = self.shops.values()
        return {"kept": [], "points": sum(shop.bucket.spent for shop in shops), "files": sum(shop.files_given for shop in shops)}

    def edit(self, shop: str, number: int, price: str) -> str:
        """See shop_side.Desk: the first variant's price, which is on sale no longer."""
        made = self._made[shop]
        variant = made.variants_of(made.products[number])[0]
        self.shops[shop].change_variant(variant, price=price, compare_at_price=None)
        return sku_of(number, mark=made.mark)

    def busy(self, is_busy: bool) -> None:
        """Bulk operations of others take all places, or no longer: then products come page by page."""
        for shop in self.shops.values():
            operations = shop.bulk.operations
            for number in [one.id for one in operations.values() if one.due is None]:
                del operations[number]
            for _ in range(AT_ONCE if is_busy else 0):
                shop.bulk.add(BulkOperation(shop.shelf.new_id(), "", APP, created=shop.now(), due=None))


def sku_of(number: int, size: str = SIZES[0], mark: str = MARK) -> str:
    """Of one variant of a made-up product. mark: the shop's."""
    return f"{mark}-{number:06d}-{size}"


@dataclass(frozen=True)
class _Marked(Generated):
    """SKUs that no other shop of the business has: otherwise they would be one product."""

    mark: str = MARK

    def variant(self, variant_id: int) -> Variant:
        """See Generated."""
        made = super().variant(variant_id)
        return replace(made, sku=(made.sku or "").replace(MARK, self.mark))


class _Purse(Bucket):
    """Counts what is taken out of it."""

    spent = 0.0

    def take(self, points: float) -> None:
        """See Bucket."""
        self.spent += points
        super().take(points)


class _Shop(ShopifyShop):
    """A bulk operation is done at once, and a file that is the same again is not written again."""

    bucket: _Purse
    files_given = 0

    def __init__(self, domain: str, home: str) -> None:
        super().__init__(domain.partition(".")[0], home, domain=domain, files=f"{home}/files")
        self.bucket = _Purse(lambda: self.clock().timestamp(), PLENTY)
        self.bulk_seconds = 0.0

    def handle(self, request: ShopRequest) -> ShopAnswer:
        """See ShopifyShop."""
        self.files_given += request.path.endswith(".jsonl")
        return super().handle(request)

    def bulk_operation(self, number: int) -> BulkOperation | None:
        """See ShopifyShop."""
        operation = self.bulk.operations.get(number)
        if operation is not None and operation.due is not None and operation.running:
            others = (one for one in self.bulk.operations.values() if one.status == "COMPLETED" and one.query == operation.query)
            if (same := next(others, None)) is not None:
                for name in ("file", "size", "objects", "roots", "status"):
                    setattr(operation, name, getattr(same, name))
                operation.completed = self.now()
        return super().bulk_operation(number)

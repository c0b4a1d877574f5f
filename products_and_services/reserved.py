"""What open orders hold of products, read for many at once; and the stock of product rows as pages and the API show it (see terms.py)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch, Sum

from common.bulk import chunks
from products_and_services.models import Product, ProductVariant, StockReservation
from products_and_services.terms import Stock, left_together, reserved_of_product, stock_of

# {product id: {variant id, or None where none was chosen: quantity}}
Held = Mapping[int, Mapping[int | None, int]]
NOTED, SUMMED = "open_reservations", "open_reservations_summed"


def held_by_orders(product_ids: Iterable[int]) -> Held:
    """What is reserved of these products, of those where anything is. One query per 2,000 products."""
    found: dict[int, dict[int | None, int]] = defaultdict(dict)
    for ids in chunks(product_ids):
        rows = StockReservation.objects.open().filter(product__among=set(ids)).order_by().values_list("product_id", "variant_id")
        for product_id, variant_id, quantity in rows.annotate(quantity=Sum("quantity")):
            found[product_id][variant_id] = quantity
    return found


def with_reservations(path: str = "") -> Prefetch:
    """For `prefetch_related`: one query for what is reserved of all rows of a page. path: from the row to its product ("product__")."""
    return Prefetch(f"{path}reservations", StockReservation.objects.open().order_by(), to_attr=NOTED)


def stock_of_row(product: Product, variant: ProductVariant | None = None) -> Stock:
    """The stock of a product or variant as the database has it. Asks nothing where variants and reservations were prefetched."""
    held, of_product = _held_of(product)
    return stock_of(product, variant, of_product=of_product, of_variant=held.get(variant.pk, 0) if variant is not None else 0)


def choices_of_row(product: Product) -> list[Stock]:
    """Of each thing that can be chosen: the active variants, or the product itself where there are none."""
    active = [variant for variant in product.variants.all() if variant.is_active]
    return [stock_of_row(product, variant) for variant in active] or [stock_of_row(product)]


def available_of_row(product: Product, variant: ProductVariant | None = None) -> int | None:
    """How many can be sold now; of a product with variants: of all of them together. None where nobody counts."""
    return left_together([stock_of_row(product, variant)] if variant is not None else choices_of_row(product))


def _held_of(product: Any) -> tuple[Mapping[int | None, int], int]:
    """What is reserved by variant, and of the product's own count. Of a prefetched row it is worked out once."""
    rows = getattr(product, NOTED, None)
    if rows is None:
        return _with_own_count(product, held_by_orders([product.pk]).get(product.pk, {}))
    known: tuple[Mapping[int | None, int], int] | None = product.__dict__.get(SUMMED)
    if known is None:
        known = product.__dict__[SUMMED] = _with_own_count(product, _summed(rows))
    return known


def _with_own_count(product: Product, held: Mapping[int | None, int]) -> tuple[Mapping[int | None, int], int]:
    return held, reserved_of_product(product.track_stock, product.variants.all() if held else (), held)


def _summed(rows: Iterable[StockReservation]) -> Mapping[int | None, int]:
    held: dict[int | None, int] = defaultdict(int)
    for row in rows:
        held[row.variant_id] += row.quantity
    return held

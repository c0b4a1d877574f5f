"""On what terms a choice is sold: its prices, its sale window, its stock. Where a variant is empty, its product speaks. Pure.

Whoever tells anybody a price or “sold out” asks here: the public page as well as the catalog at Meta, the admin and the API.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from common.money import quantize
from products_and_services.snapshot import ProductSnapshot, VariantSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """stock_quantity: what is counted; reserved: what open orders hold of that very count; own_count: it is the variant's own."""

    is_available: bool
    track_stock: bool
    stock_quantity: int
    allow_backorder: bool
    reserved: int = 0
    own_count: bool = field(default=False, compare=False)

    @property
    def left(self) -> int:
        """What nobody has ordered yet. Below 0: on back-order, or the shop has sold it meanwhile. Means nothing where nobody counts."""
        return self.stock_quantity - self.reserved

    @property
    def is_in_stock(self) -> bool:
        """There is one to give away, or nobody counts."""
        return self.is_available and (not self.track_stock or self.left > 0)

    @property
    def may_be_ordered(self) -> bool:
        """In stock, or sold although there is none."""
        return self.is_in_stock or (self.is_available and self.allow_backorder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Stock):
    """Prices: major units, rounded to the product's currency, None where there is none (0 is none). Window: UTC, None = no such end."""

    price: Decimal | None
    sale_price: Decimal | None
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None

    def sale_at(self, now: datetime, usual: Decimal | None) -> Decimal | None:
        """The sale price from the start of its window up to, not including, its end, where it is below the usual price; else None."""
        has_begun = self.sale_starts_at is None or self.sale_starts_at <= now
        is_over = self.sale_ends_at is not None and self.sale_ends_at <= now
        is_on = has_begun and not is_over and self.sale_price and usual and self.sale_price < usual
        return self.sale_price if is_on else None


def terms_of(product: ProductSnapshot, variant: VariantSnapshot | None = None) -> Terms:
    """The terms of a variant, or of the product itself. The two dates are one window: with either of its own the variant has its own."""
    stock = stock_of(product, variant, of_product=product.reserved, of_variant=variant.reserved if variant is not None else 0)
    window: Any = variant if variant is not None and (variant.sale_starts_at or variant.sale_ends_at) else product
    return Terms(
        price=_rounded(_own(variant, "price", product.price), product.currency),
        sale_price=_rounded(_own(variant, "sale_price", product.sale_price), product.currency),
        sale_starts_at=window.sale_starts_at,
        sale_ends_at=window.sale_ends_at,
        is_available=stock.is_available,
        track_stock=stock.track_stock,
        stock_quantity=stock.stock_quantity,
        allow_backorder=stock.allow_backorder,
        reserved=stock.reserved,
        own_count=stock.own_count,
    )


def stock_of(product: Any, variant: Any = None, *, of_product: int = 0, of_variant: int = 0) -> Stock:
    """The stock of a variant, or of the product itself; of snapshots as well as of rows.

    of_product: what is reserved of the product's own count (see `reserved_of_product`); of_variant: of the variant's, where it has one.
    """
    own_count = variant is not None and variant.stock_quantity is not None
    return Stock(
        is_available=product.is_available,
        track_stock=_own(variant, "track_stock", product.track_stock),
        stock_quantity=_own(variant, "stock_quantity", product.stock_quantity),
        allow_backorder=_own(variant, "allow_backorder", product.allow_backorder),
        reserved=of_variant if own_count else of_product,
        own_count=own_count,
    )


def reserved_of_product(track_stock: bool, variants: Iterable[Any], held: Mapping[int | None, int]) -> int:
    """What open orders hold of a product's own count: ordered without a choice, or as a variant that is counted with its product.

    track_stock: the product's; held: {variant id or None: quantity}. What is not counted holds nothing.
    """
    if not held:
        return 0
    shared = (one.id for one in variants if one.stock_quantity is None and _own(one, "track_stock", track_stock))
    return (held.get(None, 0) if track_stock else 0) + sum(held.get(pk, 0) for pk in shared)


def left_together(stocks: Iterable[Stock]) -> int | None:
    """How many can be had of all these choices of one product, each count once; None where one of them is not counted."""
    choices = list(stocks)
    if not all(one.track_stock for one in choices):
        return None
    own = sum(max(one.left, 0) for one in choices if one.own_count)
    return own + max((max(one.left, 0) for one in choices if not one.own_count), default=0)


def _own(variant: Any, name: str, otherwise: Any) -> Any:
    value = None if variant is None else getattr(variant, name)
    return otherwise if value is None else value


def _rounded(amount: Decimal | None, currency: str) -> Decimal | None:
    return (quantize(amount, currency) or None) if amount else None

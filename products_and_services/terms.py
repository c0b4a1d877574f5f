"""On what terms a choice is sold: its prices, its sale window, its stock. Where a variant is empty, its product speaks. Pure.

Whoever tells anybody a price or “sold out” asks here: the public page as well as the catalog at Meta.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from common.money import quantize
from products_and_services.snapshot import ProductSnapshot, VariantSnapshot


@dataclass(frozen=True, slots=True)
class Terms:
    """Prices: major units, rounded to the product's currency, None where there is none (0 is none). Window: UTC, None = no such end."""

    price: Decimal | None
    sale_price: Decimal | None
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    is_available: bool
    track_stock: bool
    stock_quantity: int
    allow_backorder: bool

    def sale_at(self, now: datetime, usual: Decimal | None) -> Decimal | None:
        """The sale price from the start of its window up to, not including, its end, where it is below the usual price; else None."""
        has_begun = self.sale_starts_at is None or self.sale_starts_at <= now
        is_over = self.sale_ends_at is not None and self.sale_ends_at <= now
        is_on = has_begun and not is_over and self.sale_price and usual and self.sale_price < usual
        return self.sale_price if is_on else None

    @property
    def is_in_stock(self) -> bool:
        """There is one to give away, or nobody counts."""
        return self.is_available and (not self.track_stock or self.stock_quantity > 0)

    @property
    def may_be_ordered(self) -> bool:
        """In stock, or sold although there is none."""
        return self.is_in_stock or (self.is_available and self.allow_backorder)


def terms_of(product: ProductSnapshot, variant: VariantSnapshot | None = None) -> Terms:
    """The terms of a variant, or of the product itself. The two dates are one window: with either of its own the variant has its own."""
    window: Any = variant if variant is not None and (variant.sale_starts_at or variant.sale_ends_at) else product
    return Terms(
        price=_rounded(_own(variant, "price", product.price), product.currency),
        sale_price=_rounded(_own(variant, "sale_price", product.sale_price), product.currency),
        sale_starts_at=window.sale_starts_at,
        sale_ends_at=window.sale_ends_at,
        is_available=product.is_available,
        track_stock=_own(variant, "track_stock", product.track_stock),
        stock_quantity=_own(variant, "stock_quantity", product.stock_quantity),
        allow_backorder=_own(variant, "allow_backorder", product.allow_backorder),
    )


def _own(variant: VariantSnapshot | None, name: str, otherwise: Any) -> Any:
    value = None if variant is None else getattr(variant, name)
    return otherwise if value is None else value


def _rounded(amount: Decimal | None, currency: str) -> Decimal | None:
    return (quantize(amount, currency) or None) if amount else None

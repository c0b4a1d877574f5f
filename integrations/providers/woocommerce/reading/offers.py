"""What something costs and whether it can be had: prices, sales and stock of a product or a variation in WooCommerce's terms. Pure.

Prices are read from regular_price and sale_price: `price` follows a sale only when the shop's cron has run.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.providers.fields import Prices, Stock
from integrations.providers.reading import Problems, read_count, read_money, read_utc, shown

BEGINNING, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
KNOWN_STOCK = frozenset({"instock", "outofstock", "onbackorder"})
BACKORDERS = {"no": False, "notify": True, "yes": True}


def read_prices(raw: dict[str, Any], problems: Problems, now: datetime | None) -> Prices:
    """now: UTC; a sale that is over by then is left out. None: it is kept with its times, which end it."""
    price = read_money(_first(raw, "regular_price", "price"), "price", problems)
    sale = read_money(raw.get("sale_price"), "sale_price", problems)
    if sale is None or price is None or _is_blank(raw.get("regular_price")):
        return Prices(price)
    if sale == price:
        return Prices(price)
    if sale > price:
        words = f"The sale price {sale} is not below the price {price}, so there is no sale. Correct it in the shop."
        problems.note("sale_price", "sale_not_lower", words)
        return Prices(price)
    try:
        starts, ends = (read_utc(raw.get(f"date_on_sale_{side}_gmt")) for side in ("from", "to"))
    except ValueError:
        problems.note("sale_starts_at", "not_a_date", "The dates of the sale cannot be read, so there is none. Set them again in the shop.")
        return Prices(price)
    return _sale(raw, Prices(price, sale, starts, ends), problems, now)


def _sale(raw: dict[str, Any], offer: Prices, problems: Problems, now: datetime | None) -> Prices:
    """The offer without its sale where that is over, or called off."""
    starts = offer.sale_starts_at if offer.sale_starts_at and offer.sale_starts_at >= BEGINNING else None
    ends = offer.sale_ends_at if offer.sale_ends_at and offer.sale_ends_at < END else None
    if starts and ends and ends <= starts:
        problems.note("sale_ends_at", "sale_ends_first", "The sale ends before it starts, so there is none. Correct its dates in the shop.")
        return Prices(offer.price)
    # "Not on sale" and no beginning that could lie ahead: it is over, or a plugin of the shop has switched it off.
    if raw.get("on_sale") is False and starts is None or now is not None and ends is not None and ends <= now:
        return Prices(offer.price)
    if not offer.sale_price:
        return _given_away(raw, offer.price, problems, has_begun=starts is None or now is not None and starts <= now)
    return Prices(offer.price, offer.sale_price, starts, ends)


def _given_away(raw: dict[str, Any], price: Decimal | None, problems: Problems, *, has_begun: bool) -> Prices:
    """A sale price of 0 is a sale like any other to WooCommerce (WC_Product::is_on_sale). So the price is 0, which sells nothing here: it
    would be offered for its usual price otherwise. That it begins, or is over, the shop's own answer says.
    """
    if raw.get("on_sale") is False or raw.get("on_sale") is not True and not has_begun:
        return Prices(price)
    words = "Its sale price is 0: the shop gives it away, and nothing can be sold for 0 here. Set another sale price in the shop, or none."
    problems.note("sale_price", "given_away", words)
    return Prices(Decimal(0))


def read_stock(raw: dict[str, Any], problems: Problems) -> Stock | None:
    """None: a variation that shares its parent's stock."""
    managed = raw.get("manage_stock")
    if managed == "parent":
        return None
    status = _status(raw, problems)
    if managed not in (True, "yes", 1):
        # Not counted: only "none left" and "can be ordered" need a count, of zero.
        return Stock(track=status in ("outofstock", "onbackorder"), backorder=status == "onbackorder")
    quantity = read_count(raw.get("stock_quantity"), "stock_quantity", problems)
    backorder = _backorder(raw.get("backorders"))
    if quantity is None:
        return Stock(track=status != "instock", backorder=backorder or status == "onbackorder")
    # A shop may call a product sold out before its last piece (its "out of stock threshold").
    return Stock(True, min(quantity, 0) if status == "outofstock" else quantity, backorder)


def _status(raw: dict[str, Any], problems: Problems) -> str:
    """instock, outofstock or onbackorder. What plugins add counts as instock: so does WooCommerce itself."""
    status = raw.get("stock_status")
    if isinstance(status, str) and status in KNOWN_STOCK:
        return status
    if not _is_blank(status):
        problems.note(
            "stock_quantity",
            "unknown_stock_status",
            f"“{shown(status)}” is a stock status of a plugin. WooCommerce sells such products, so this one is in stock here too.",
        )
    return "instock"


def _backorder(value: Any) -> bool:
    return BACKORDERS.get(value, False) if isinstance(value, str) else value is True


def _first(raw: dict[str, Any], *names: str) -> Any:
    return next((raw[name] for name in names if not _is_blank(raw.get(name))), None)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())

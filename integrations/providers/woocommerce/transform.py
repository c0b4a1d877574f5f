"""WooCommerce's answers -> StoreProduct and StoreVariant. Pure; never raises for what a shop may write into a field.

Every field may be missing or of any type: shops run versions from 7.9 on, and plugins. Whether a value fits our columns is not judged here
but where it comes in (importing/fitting.py). What sells and what does not:
- status "publish" is active, every other one is not. Behind a password, or hidden from the shop's catalog: not active either, as whoever
  hid it there does not want it shown here.
- simple and variable products are sold. Grouped ones (a page for others), external ones (sold by another shop) and types of plugins
  (bookings, subscriptions, bundles: their price is not the whole price) come in inactive, with a note.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from common.money import is_currency
from integrations.providers.fields import Prices, Stock, read_markup, read_page
from integrations.providers.reading import Problems, read_line, shown
from integrations.providers.woocommerce.reading.fields import VARIATIONS
from integrations.providers.woocommerce.reading.offers import read_prices, read_stock
from integrations.providers.woocommerce.reading.parts import read_id, read_ids, read_images, read_names, read_sku
from integrations.providers.woocommerce.reading.variations import has_variations, read_variations, variations_came
from integrations.records import StoreProduct, StoreVariant

UNSPOKEN = frozenset({"vendor", "product_type"})
TRANSFORM_VERSION = 2
SOLD_TYPES = frozenset({"simple", "variable"})
STATUSES = frozenset({"publish", "draft", "pending", "private", "future", "trash"})
NOT_SOLD = {
    "grouped": "It is a page for several other products, which come in by themselves, so it is inactive here.",
    "external": "It is sold by another shop, so it is inactive here.",
    "variation": "It is a variation without its product, so it is inactive here. Repair or delete it in the shop.",
}


def transform_product(raw: dict[str, Any], currency: str = "", now: datetime | None = None) -> StoreProduct:
    """raw: a product of wc/v3, its variations under "_variations". currency: the shop's. now (UTC): sales that are over are left out."""
    raw = raw if isinstance(raw, dict) else {}
    problems = Problems()
    variants = read_variations(raw, problems, now) if has_variations(raw) else []
    complete = variations_came(raw)
    offer, stock = _offer(raw, variants, problems, now), read_stock(raw, problems) or Stock()
    return StoreProduct(
        external_id=read_id(raw.get("id")) or "",
        name=read_line(raw.get("name"), "name", problems),
        sku=read_sku(raw, problems),
        description=read_markup(raw.get("description"), "description", problems),
        short_description=read_markup(raw.get("short_description"), "short_description", problems),
        price=offer.price,
        sale_price=offer.sale_price,
        sale_starts_at=offer.sale_starts_at,
        sale_ends_at=offer.sale_ends_at,
        currency=currency if is_currency(currency) else "",
        track_stock=stock.track,
        stock_quantity=stock.quantity,
        allow_backorder=stock.backorder,
        is_active=_is_sold(raw, problems),
        website_url=read_page(raw.get("permalink"), problems),
        gtin=read_line(raw.get("global_unique_id"), "gtin", problems),
        brand=next(iter(read_names(raw.get("brands"), "brand", problems)), ""),
        tags=read_names(raw.get("tags"), "tags", problems),
        category_ids=read_ids(raw.get("categories")),
        images=read_images(raw.get("images"), problems),
        variants=tuple(variants),
        variants_are_complete=complete,
        unspoken=_unspoken(raw, offer, complete),
        problems=tuple(problems.found),
    )


def transform_variations(
    raw: dict[str, Any], raw_variations: Sequence[dict[str, Any]] | None = None, now: datetime | None = None
) -> list[StoreVariant]:
    """The variations of one product in the order of the shop's page. raw_variations: None for those that came with it."""
    if not isinstance(raw, dict):
        return []
    return read_variations(raw if raw_variations is None else raw | {VARIATIONS: list(raw_variations)}, Problems(), now)


def _offer(raw: dict[str, Any], variants: list[StoreVariant], problems: Problems, now: datetime | None) -> Prices:
    """Of a variable product: the lowest usual price of what it sells, no sale (each variation has its own).

    `price` of a product made of products is the lowest of theirs, not its own.
    """
    if variants:
        prices = [one.price for one in variants if one.is_active and one.price]  # 0 is no price that anything is sold for.
        return Prices(min(prices or [one.price for one in variants if one.price is not None], default=None))
    if raw.get("type") in ("simple", "external", None):
        return read_prices(raw, problems, now)
    return read_prices(raw | {"price": ""}, problems, now)


def _is_sold(raw: dict[str, Any], problems: Problems) -> bool:
    status, kind = raw.get("status"), raw.get("type", "simple")
    if not isinstance(status, str) or status not in STATUSES:
        problems.note("is_active", "unknown_status", f"Its status “{shown(status)}” comes from a plugin, so it is inactive here.")
        return False
    if status != "publish":
        return False
    if not isinstance(kind, str) or kind not in SOLD_TYPES:
        words = f"Its type “{shown(kind)}” comes from a plugin and may need more than a price, so it is inactive here."
        words = NOT_SOLD.get(kind, words) if isinstance(kind, str) else words
        problems.note("is_active", "not_sold_here", f"{words} To sell it as it is, lock “active” here and switch it on.")
        return False
    if raw.get("post_password"):
        problems.note("is_active", "behind_password", "The shop shows it with a password only, so it is inactive here.")
        return False
    if raw.get("catalog_visibility") == "hidden":
        problems.note("is_active", "hidden_in_shop", "The shop's catalog hides it, so it is inactive here. To sell it, lock “active” here.")
        return False
    return True


def _unspoken(raw: dict[str, Any], offer: Prices, complete: bool) -> frozenset[str]:
    """WooCommerce knows no vendor and no product type; bar codes since 9.2, brands since 9.9."""
    silent = UNSPOKEN | {column for column, name in (("gtin", "global_unique_id"), ("brand", "brands")) if name not in raw}
    return silent | {"price"} if not complete and offer.price is None else silent  # Of variations that could not be read.

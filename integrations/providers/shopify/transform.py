"""Shopify's products -> StoreProduct and StoreVariant. Pure; never raises for what a shop may write into a field.

Every field may be missing or of any type. What sells and what does not:
- ACTIVE and UNLISTED (for whoever has its link) are active, DRAFT and ARCHIVED are not; whatever is not published in the online store
  is not either.
- gift cards (their code is made by Shopify's checkout), bundles (they need their parts), products by subscription only, and the page that
  stands for a combined listing (its products come in by themselves) come in inactive, with a note.
"""

from collections.abc import Sequence
from typing import Any

from common.money import is_currency
from integrations.providers.fields import LONGEST_TAG, Prices, Stock, dicts_in, read_code, read_markup, read_page
from integrations.providers.reading import Problems, read_line, shown
from integrations.providers.shopify.reading.media import read_images
from integrations.providers.shopify.reading.offers import joint_stock, read_prices, read_stock
from integrations.providers.shopify.reading.shape import number_of
from integrations.providers.shopify.reading.variants import BUNDLE, is_bundle, only_variant, read_gtin, read_variants, stock_of
from integrations.records import StoreProduct, StoreVariant

TRANSFORM_VERSION = 3
SOLD = frozenset({"ACTIVE", "UNLISTED"})
NOT_SOLD = frozenset({"DRAFT", "ARCHIVED"})
UNSPOKEN = frozenset({"short_description", "brand"})
OF_VARIANTS = frozenset({"sku", "gtin", "price", "sale_price", "track_stock", "stock_quantity", "allow_backorder"})
ALL_THE_SAME = "To sell it as it is, lock “active” here and switch it on."
GIFT_CARD = "It is a gift card: only Shopify's own checkout can issue its code, so it is inactive here."
BY_SUBSCRIPTION = "It is sold by subscription only, so it is inactive here. Allow one-time purchases in the shop to sell it here."
COMBINED = "It is a page for several other products, which come in by themselves, so it is inactive here."
NOT_PUBLISHED = "It is not published in the online store, so it is inactive here. Publish it there (Sales channels → Online Store)."


def transform_product(raw: dict[str, Any], currency: str = "") -> StoreProduct:
    """raw: a product in its shape (reading/shape.py). currency: the shop's."""
    raw = raw if isinstance(raw, dict) else {}
    problems = Problems()
    images = read_images(raw, problems)
    only, variants = only_variant(raw), read_variants(raw, images[0] if images else None, problems)
    offer, stock = _offer(only, variants, problems), _stock(only, variants, problems)
    came = isinstance(raw.get("variants"), list) and bool(raw["variants"])  # At Shopify each product has one at least.
    complete = came and raw.get("variantsComplete") is not False
    return StoreProduct(
        external_id=number_of(raw.get("id")),
        name=read_line(raw.get("title"), "name", problems),
        sku=read_code(only.get("sku"), problems) if only else None,
        description=read_markup(raw.get("descriptionHtml"), "description", problems),
        price=offer.price,
        sale_price=offer.sale_price,
        currency=currency if is_currency(currency) else "",
        track_stock=stock.track,
        stock_quantity=stock.quantity,
        allow_backorder=stock.backorder,
        is_active=_is_sold(raw, problems),
        website_url=read_page(raw.get("onlineStoreUrl"), problems),
        gtin=read_gtin(only, problems) if only else "",
        vendor=read_line(raw.get("vendor"), "vendor", problems),
        product_type=read_line(raw.get("productType"), "product_type", problems),
        tags=_tags(raw.get("tags"), problems),
        category_ids=tuple(dict.fromkeys(number for one in dicts_in(raw.get("collections")) if (number := number_of(one.get("id"))))),
        images=images,
        variants=tuple(variants),
        variants_are_complete=complete,
        unspoken=UNSPOKEN | (set() if complete or offer.price is not None else {"price"} if came else OF_VARIANTS),
        problems=tuple(problems.found),
    )


def transform_variants(raw: dict[str, Any], raw_variants: Sequence[dict[str, Any]] | None = None) -> list[StoreVariant]:
    """The variants of one product in the shop's order, none where there is no choice. raw_variants: None for those that came with it."""
    if not isinstance(raw, dict):
        return []
    whole = raw if raw_variants is None else raw | {"variants": list(raw_variants)}
    images = read_images(raw, Problems())
    return read_variants(whole, images[0] if images else None, Problems())


def _offer(only: dict[str, Any] | None, variants: list[StoreVariant], problems: Problems) -> Prices:
    """Of a product with a choice: the lowest usual price of what it sells, no sale (each variant has its own)."""
    if only is not None:
        return read_prices(only, problems)
    prices = [one.price for one in variants if one.is_active and one.price]  # 0 is no price that anything is sold for.
    return Prices(min(prices or [one.price for one in variants if one.price is not None], default=None))


def _stock(only: dict[str, Any] | None, variants: list[StoreVariant], problems: Problems) -> Stock:
    return read_stock(only, problems) if only is not None else joint_stock(stock_of(variants))


def _is_sold(raw: dict[str, Any], problems: Problems) -> bool:
    status = raw.get("status")
    if not isinstance(status, str) or status not in SOLD | NOT_SOLD:
        problems.note("is_active", "unknown_status", f"Its status “{shown(status)}” is not known here, so it is inactive.")
        return False
    if status in NOT_SOLD:
        return False
    for is_so, code, words in _hindrances(raw):
        if is_so:
            problems.note("is_active", code, words)
            return False
    return True


def _hindrances(raw: dict[str, Any]) -> tuple[tuple[bool, str, str], ...]:
    """(does it apply, code, words): why Shopify's “active” is not enough."""
    variants = list(dicts_in(raw.get("variants")))
    return (
        (raw.get("isGiftCard") is True, "gift_card", f"{GIFT_CARD} {ALL_THE_SAME}"),
        (bool(variants) and all(map(is_bundle, variants)), "bundle", f"{BUNDLE} {ALL_THE_SAME}"),
        (raw.get("requiresSellingPlan") is True, "by_subscription", BY_SUBSCRIPTION),
        (raw.get("combinedListingRole") == "PARENT", "combined_listing", COMBINED),
        (not raw.get("isPublished", raw.get("publishedAt")), "not_published", NOT_PUBLISHED),
    )


def _tags(value: Any, problems: Problems) -> tuple[str, ...]:
    """Each once."""
    words = value if isinstance(value, list) else ()
    return tuple(dict.fromkeys(filter(None, (read_line(one, "tags", problems, LONGEST_TAG) for one in words))))

"""A Shopify shop's page for people: its products with forms, the buttons that break it, the last calls. What the forms do: control.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.serving import Page
from sandbox.shops.page_parts import Choice, buttons_of, news_page, searched, whole_page
from sandbox.shops.post import HOOK_BUTTONS
from sandbox.shops.shopify.control import numbers
from sandbox.shops.shopify.faults import KINDS
from sandbox.shops.shopify.goods import STATUSES, Product, Variant
from sandbox.shops.shopify.shop import ShopifyShop

SHOWS = {"all": "All products", "active": "Active", "other": "Drafts, archived, unlisted"}
_STATUS_WORDS = {"ACTIVE": "active", "DRAFT": "draft", "ARCHIVED": "archived", "UNLISTED": "unlisted"}
_TONES = {"ACTIVE": "publish", "UNLISTED": "publish", "DRAFT": "draft", "ARCHIVED": "trash"}
# What a button switches on, beyond the kind.
BUTTONS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "throttled": ("The points are used up", {}),
    "token_expired": ("The access token has run out", {}),
    "token_refused": ("Every access token is refused", {}),
    "scope_lost": ("The app may not read products", {}),
    "app_uninstalled": ("The app is uninstalled", {}),
    "bulk_stuck": ("Bulk operations hang", {}),
    "empty_list": ("Lists are empty", {}),
    "slow": ("Everything takes 20 seconds", {"seconds": 20}),
    "hang": ("No answer comes", {}),
    "partial_errors": ("Data and errors come together", {}),
    "null_nodes": ("Products are not found by number", {}),
    "wrong_count": ("The count is wrong", {}),
    "internal_error": ("Something breaks inside Shopify", {}),
    "bad_gateway": ("Shopify's edge answers", {}),
    "too_many_requests": ("Too many calls: 429", {"seconds": 2}),
    "bulk_failed": ("Bulk operations fail half-way", {}),
    "bulk_empty": ("Bulk operations bring no file", {}),
    "bulk_short": ("Bulk files lack their end", {}),
    "bulk_busy": ("A bulk operation is always running", {}),
    "file_gone": ("Bulk files cannot be fetched", {}),
    "index_lag": ("The search is 30 seconds behind", {"seconds": 30}),
    "no_new_token": ("No new token is given", {}),
    "frozen": ("The shop has not paid", {}),
    "locked": ("The shop is locked", {}),
    "old_version": ("The API answers as another version", {}),
    "reset_after": ("The connection breaks", {}),
    "cut": ("The connection ends half-way", {}),
    "truncated": ("Answers are cut in half", {}),
    **HOOK_BUTTONS,
    "hooks_mislabelled": ("Webhooks come again as a goodbye", {}),
}
_ABOUT = {
    **KINDS,
    "slow": "Every answer takes 20 seconds",
    "wrong_count": "Counts say 7 products more than there are",
    "index_lag": "The search finds changes only after 30 seconds",
    "hooks_late": "Webhooks arrive a minute after what they tell of",
}


@dataclass(frozen=True, slots=True)
class Child:
    """One variant on its product's card; `name` is empty where a product has no options."""

    id: int
    name: str
    sku: str
    price: str
    compare_at: str
    stock: str


@dataclass(frozen=True, slots=True)
class Card:
    """One product. `image` is an address of the shop's own, or empty; `statuses` are the choices of the form."""

    id: int
    name: str
    tone: str
    status: str
    published: bool
    has_options: bool
    price_words: str
    stock_words: str
    image: str
    option_names: str
    statuses: list[dict[str, Any]] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)


def shop_page(shop: ShopifyShop, query: dict[str, str], several: bool) -> Page:
    """The whole page."""
    return whole_page("shopify", {**_parts(shop, Choice(query, SHOWS)), "apps": list(shop.apps.values())}, several)


def shop_news(shop: ShopifyShop, query: dict[str, str]) -> Page:
    """What the script lays over the page each second."""
    return news_page("shopify", _parts(shop, Choice(query, SHOWS)))


def _parts(shop: ShopifyShop, choice: Choice) -> dict[str, Any]:
    with shop.lock:
        ids = searched(shop.shelf.product_ids(), choice.search, lambda key, words: _matches(shop, key, words))
        if choice.show != choice.usual:
            ids = [key for key in ids if (shop.product(key).status == "ACTIVE") == (choice.show == "active")]
        chosen, pager = choice.cut(ids)
        return {
            "shop": shop, "choice": choice, "cards": [_card(shop, shop.product(key)) for key in chosen], "numbers": numbers(shop),
            "counts": dict(shop.log.counts), "buttons": buttons_of(BUTTONS, _ABOUT, {fault.kind for fault in shop.faults}),
            "calls": shop.calls()[-12:][::-1], "points": shop.bucket.status(), **pager,
        }  # fmt: skip


def _matches(shop: ShopifyShop, key: int, search: str) -> bool:
    skus = (variant.sku or "" for variant in shop.shelf.variants_of(key))
    return search == str(key) or search in shop.product(key).title.lower() or any(search in sku.lower() for sku in skus)


def _card(shop: ShopifyShop, product: Product) -> Card:
    variants = shop.shelf.variants_of(product.id)
    prices = sorted({variant.price for variant in variants}, key=float)
    words = f"{prices[0]} {shop.currency}" if len(prices) == 1 else f"from {prices[0]} {shop.currency}" if prices else "no price"
    return Card(
        id=product.id,
        name=product.title,
        tone=_TONES[product.status],
        status=_STATUS_WORDS[product.status] + ("" if product.published else ", not in the online store"),
        published=product.published is not None,
        has_options=bool(product.options),
        price_words=words,
        stock_words=_stock_words(variants),
        image=f"/shopify/{shop.domain}/{source}" if (source := _own_picture(product)) else "",
        option_names=" / ".join(name for name, _ in product.options),
        statuses=[{"value": key, "text": _STATUS_WORDS[key], "chosen": key == product.status} for key in STATUSES],
        children=[_child(product, variant) for variant in variants],
    )


def _own_picture(product: Product) -> str:
    """Only pictures of the shop itself are shown."""
    source = product.pictures[0].src if product.pictures else ""
    return "" if "://" in source else source


def _stock_words(variants: list[Variant]) -> str:
    counted = [variant.available for variant in variants if variant.tracked]
    state = "in stock" if any(variant.for_sale for variant in variants) else "out of stock"
    return f"{state}: {sum(counted)}" if counted else state


def _child(product: Product, variant: Variant) -> Child:
    name = variant.title if product.options else ""
    stock = str(variant.available) if variant.tracked else ""
    return Child(variant.id, name, variant.sku or "", variant.price, variant.compare_at_price or "", stock)

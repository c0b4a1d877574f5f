"""A shop's page for people: its products with forms, the buttons that break it, the last calls. What the forms do: control.py."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.serving import Page
from sandbox.shops.page_parts import Choice, buttons_of, news_page, searched, whole_page
from sandbox.shops.post import HOOK_BUTTONS
from sandbox.shops.woocommerce import selling
from sandbox.shops.woocommerce.answering import api_link
from sandbox.shops.woocommerce.control import numbers
from sandbox.shops.woocommerce.faults import KINDS
from sandbox.shops.woocommerce.product import Goods, Product, Variation
from sandbox.shops.woocommerce.shop import WooShop
from sandbox.shops.woocommerce.show import FIELDS, quantity
from sandbox.shops.woocommerce.show_variation import own_name
from sandbox.shops.woocommerce.view import View

SHOWS = {"living": "In the shop", "trash": "In the trash"}
_STATUSES = {
    "publish": "published", "draft": "draft", "pending": "waits for review", "private": "private", "future": "planned",
    "trash": "in the trash",
}  # fmt: skip
_STOCK = {"instock": "in stock", "outofstock": "out of stock", "onbackorder": "on back-order"}
# What a button switches on, beyond the kind.
BUTTONS: dict[str, tuple[str, dict[str, Any]]] = {
    "firewall": ("The shop answers with a firewall page", {}),
    "key_revoked": ("The key is revoked", {}),
    "slow": ("Everything takes 20 seconds", {"seconds": 20}),
    "maintenance": ("WordPress is being updated", {}),
    "no_woocommerce": ("WooCommerce is switched off", {}),
    "throttled": ("Too many calls: come back in 30 seconds", {"seconds": 30}),
    "hang": ("No answer comes", {}),
    "slow_big_pages": ("Large pages time out", {"rows": 20}),
    "fatal": ("A plugin breaks the shop", {}),
    "database_down": ("The database is down", {}),
    "gateway_timeout": ("The web server gives up after 5 seconds", {"seconds": 5}),
    "reset_after": ("The connection breaks", {}),
    "cut": ("The connection ends half-way", {}),
    "truncated": ("Answers are cut in half", {}),
    "notice": ("A plugin prints warnings", {}),
    "plain_permalinks": ("The API shows the home page", {}),
    "empty_list": ("Lists are empty", {}),
    "wrong_total": ("The total is wrong", {}),
    "repeated_page": ("A cache repeats the first page", {}),
    "no_offset": ("Lists turn page by page only", {}),
    "stale_list": ("A cache shows old lists", {}),
    "duplicate_ids": ("Pages overlap", {}),
    "challenge": ("Cloudflare asks for a browser", {}),
    "redirect_www": ("The shop moves to www.", {}),
    "redirect_https": ("The shop moves to https", {}),
    "no_rights": ("The key's user loses his rights", {}),
    "gzip_bomb": ("Answers unpack to 500 MB", {}),
    "endless": ("Answers never end", {}),
    **HOOK_BUTTONS,
}
# Where the words of KINDS speak of options that the button has chosen.
_ABOUT = {
    **KINDS,
    "slow": "Every answer takes 20 seconds",
    "throttled": "429 with Retry-After: 30",
    "slow_big_pages": "Pages of more than 20 rows take a minute, smaller ones come at once",
    "wrong_total": "The total counts 7 products more than the pages hold",
    "stale_list": "Lists stay as they are now, whatever is changed",
    "duplicate_ids": "Every page begins with the last 3 rows of the page before",
    "gzip_bomb": "A small answer unpacks to a very large one",
    "hooks_late": "Webhooks arrive a minute after what they tell of",
}


@dataclass(frozen=True, slots=True)
class Child:
    """One variation on its product's card."""

    id: int
    name: str
    sku: str
    status: str
    regular_price: str
    stock: str


@dataclass(frozen=True, slots=True)
class Card:
    """One product. `image` is an address of the shop's own, or empty; `statuses` are the choices of the form."""

    id: int
    name: str
    sku: str
    type: str
    tone: str
    status: str
    trashed: bool
    has_price: bool
    regular_price: str
    sale_price: str
    stock: str
    price_words: str
    stock_words: str
    image: str
    statuses: list[dict[str, Any]] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)


def shop_page(shop: WooShop, query: dict[str, str], several: bool) -> Page:
    """The whole page. It is the shop's home page, so it names the API."""
    page = whole_page("woocommerce", {**_parts(shop, Choice(query, SHOWS)), "keys": list(shop.keys.values())}, several)
    page.headers["Link"] = api_link(shop.address)
    return page


def shop_news(shop: WooShop, query: dict[str, str]) -> Page:
    """What the script lays over the page each second."""
    return news_page("woocommerce", _parts(shop, Choice(query, SHOWS)))


def _parts(shop: WooShop, choice: Choice) -> dict[str, Any]:
    with shop.lock:
        ids = searched(shop.shelf.product_ids(trash=choice.show == "trash"), choice.search, lambda key, words: _matches(shop, key, words))
        chosen, pager = choice.cut(ids)
        view = View(shop, shop.shelf)
        return {
            "shop": shop, "choice": choice, "cards": [_card(view, shop.product(key)) for key in chosen], "numbers": numbers(shop),
            "counts": dict(shop.log.counts), "buttons": buttons_of(BUTTONS, _ABOUT, {fault.kind for fault in shop.faults}),
            "calls": shop.calls()[-12:][::-1], **pager,
        }  # fmt: skip


def _matches(shop: WooShop, key: int, search: str) -> bool:
    product = shop.product(key)
    skus = [product.sku, *(child.sku for child in shop.shelf.children(key))] if product.type == "variable" else [product.sku]
    return search == str(key) or search in product.name.lower() or any(search in sku.lower() for sku in skus)


def _card(view: View, product: Product) -> Card:
    trashed = product.status == "trash"
    alone = product.type not in ("variable", "grouped")
    return Card(
        id=product.id,
        name=product.name,
        sku=product.sku,
        type=product.type,
        tone=product.status,
        status=_STATUSES.get(product.status, product.status),
        trashed=trashed,
        has_price=alone,
        regular_price=product.regular_price,
        sale_price=product.sale_price,
        stock=_stock_value(product),
        price_words=_price_words(view, product),
        stock_words=_stock_words(view, product),
        image=_image(view, product),
        statuses=[{"value": key, "text": text, "chosen": key == product.status} for key, text in _STATUSES.items() if key != "trash"],
        children=[_child(view, child) for child in view.children(product)],
    )


def _child(view: View, child: Variation) -> Child:
    name = own_name(view, child)
    status = _STATUSES["publish"] if child.status == "publish" else "switched off"
    return Child(child.id, name, child.sku, status, child.regular_price, _stock_value(child))


def _stock_value(goods: Goods) -> str:
    return "" if not goods.manage_stock or goods.stock_quantity is None else str(quantity(goods.stock_quantity))


def _price_words(view: View, product: Product) -> str:
    price, currency = FIELDS["price"](view, product), view.shop.currency
    if price == "":
        return "no price"
    if product.type in ("variable", "grouped"):
        return f"from {price} {currency}"
    if selling.on_sale(product, view.now):
        return f"{price} {currency}, on sale (regular {product.regular_price})"
    return f"{price} {currency}"


def _stock_words(view: View, product: Product) -> str:
    status, count = FIELDS["stock_status"](view, product), FIELDS["stock_quantity"](view, product)
    words = _STOCK.get(str(status), str(status))
    return words if count is None else f"{words}: {count}"


def _image(view: View, product: Product) -> str:
    """Only pictures of the shop itself are shown."""
    source = product.images[0].src if product.images else ""
    return "" if "://" in source or not source else f"/shops/{view.shop.name}/{source}"

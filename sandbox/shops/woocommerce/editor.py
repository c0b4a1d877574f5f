"""A shop's page for people: its products with forms, the buttons that break it, the last calls. What the forms do: control.py."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sandbox.rendering import JSON, admin_origin, html_page, render
from sandbox.serving import Page
from sandbox.shops.woocommerce import selling
from sandbox.shops.woocommerce.answering import api_link
from sandbox.shops.woocommerce.control import numbers
from sandbox.shops.woocommerce.faults import KINDS
from sandbox.shops.woocommerce.product import Goods, Product, Variation
from sandbox.shops.woocommerce.shop import WooShop
from sandbox.shops.woocommerce.show import FIELDS, quantity
from sandbox.shops.woocommerce.show_variation import own_name
from sandbox.shops.woocommerce.view import View

PER_PAGE = 24
SHOWS = {"living": "In the shop", "trash": "In the trash"}
_STATUSES = {
    "publish": "published", "draft": "draft", "pending": "waits for review", "private": "private", "future": "planned",
    "trash": "in the trash",
}  # fmt: skip
_STOCK = {"instock": "in stock", "outofstock": "out of stock", "onbackorder": "on back-order"}
_SHOWN_AT_ONCE = 6
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
}
# Where the words of KINDS speak of options that the button has chosen.
_ABOUT = {
    "slow": "Every answer takes 20 seconds",
    "throttled": "429 with Retry-After: 30",
    "slow_big_pages": "Pages of more than 20 rows take a minute, smaller ones come at once",
    "wrong_total": "The total counts 7 products more than the pages hold",
    "stale_list": "Lists stay as they are now, whatever is changed",
    "duplicate_ids": "Every page begins with the last 3 rows of the page before",
    "gzip_bomb": "A small answer unpacks to a very large one",
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


class _Choice:
    """What the person looks at."""

    def __init__(self, query: dict[str, str]) -> None:
        self.search = query.get("q", "").strip()[:100]
        self.show = query["show"] if query.get("show") in SHOWS else "living"
        self.page = int(query["page"]) if query.get("page", "").isdigit() and int(query["page"]) else 1

    def address(self, page: int) -> str:
        """This choice on another page."""
        return f"?{urlencode({'q': self.search, 'show': self.show, 'page': page})}"


def shop_page(shop: WooShop, query: dict[str, str], several: bool) -> Page:
    """The whole page; `several`: there are other shops to go to. It is the shop's home page, so it names the API."""
    choice = _Choice(query)
    shows = [{"value": value, "text": text, "chosen": value == choice.show} for value, text in SHOWS.items()]
    more = {"shows": shows, "several": several, "keys": list(shop.keys.values()), "admin_url": admin_origin()}
    page = html_page("shop/page.html", {**_parts(shop, choice), **more})
    page.headers["Link"] = api_link(shop.address)
    return page


def shop_news(shop: WooShop, query: dict[str, str]) -> Page:
    """What the script lays over the page each second."""
    parts = _parts(shop, _Choice(query))
    cards = [{"key": str(card.id), "html": render("shop/card.html", {"card": card})} for card in parts["cards"]]
    names = ("numbers", "faults", "calls", "empty", "pager")
    body = {"cards": cards, "parts": {name: render(f"shop/{name}.html", parts) for name in names}}
    return Page(200, JSON, json.dumps(body).encode())


def _parts(shop: WooShop, choice: _Choice) -> dict[str, Any]:
    with shop.lock:
        ids = _matching(shop, choice)
        pages = max(1, -(-len(ids) // PER_PAGE))
        choice.page = min(choice.page, pages)
        view = View(shop, shop.shelf)
        chosen = [shop.product(key) for key in ids[(choice.page - 1) * PER_PAGE : choice.page * PER_PAGE]]
        cards = [_card(view, product) for product in chosen]
        active = {fault.kind for fault in shop.faults}
        return {
            "shop": shop, "choice": choice, "cards": cards, "found": len(ids), "pages": pages, "numbers": numbers(shop),
            "counts": dict(shop.log.counts), "buttons": _buttons(active), "calls": shop.calls()[-12:][::-1],
            "previous": choice.address(choice.page - 1) if choice.page > 1 else "",
            "next": choice.address(choice.page + 1) if choice.page < pages else "",
        }  # fmt: skip


def _matching(shop: WooShop, choice: _Choice) -> list[int]:
    """Ids, the newest first."""
    ids = shop.shelf.product_ids(trash=choice.show == "trash")[::-1]
    if not choice.search:
        return list(ids)
    return [key for key in ids if _matches(shop, key, choice.search.lower())]


def _matches(shop: WooShop, key: int, search: str) -> bool:
    product = shop.product(key)
    skus = [product.sku, *(child.sku for child in shop.shelf.children(key))] if product.type == "variable" else [product.sku]
    return search == str(key) or search in product.name.lower() or any(search in sku.lower() for sku in skus)


def _buttons(active: set[str]) -> list[dict[str, Any]]:
    rows = [
        {"kind": kind, "text": text, "about": _ABOUT.get(kind, KINDS[kind]), "options": json.dumps(options), "on": kind in active}
        for kind, (text, options) in BUTTONS.items()
    ]
    others = [{"kind": kind, "text": kind, "about": KINDS[kind], "options": "{}", "on": True} for kind in sorted(active - set(BUTTONS))]
    more = rows[_SHOWN_AT_ONCE:] + others
    return [
        {"more": False, "buttons": rows[:_SHOWN_AT_ONCE], "on": 0},
        {"more": True, "buttons": more, "on": sum(row["on"] for row in more)},
    ]


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

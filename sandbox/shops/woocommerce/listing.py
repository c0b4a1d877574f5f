"""Which products, variations or terms a list holds, in which order, and which of them are on the page.

The order of equal dates is the trap: before 10.4 the database breaks ties as it likes, differently on every page, so that products are
lost between pages. `_stir` does the same on purpose, and always in the same way.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sandbox.shops.woocommerce import selling
from sandbox.shops.woocommerce.product import Product, Variation
from sandbox.shops.woocommerce.query import words
from sandbox.shops.woocommerce.reading import Question, instant
from sandbox.shops.woocommerce.shelf import Item, Shelf
from sandbox.shops.woocommerce.view import View

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

Test = Callable[[Item], bool]
Filters = dict[str, str]
TIES_ARE_BROKEN_SINCE = "10.4"
DATE_FILTERS = ("after", "before", "modified_after", "modified_before", "dates_are_gmt")
_COMMON = ("include", "exclude", "parent", "sku", "status", "search", "slug", "stock_status", *DATE_FILTERS)
_STATUS_SINCE = {"product": "9.6", "variation": "9.7"}


def known_filters(shop: "WooShop", kind: str) -> tuple[str, ...]:
    """The filters this version knows for "product" or "variation" lists; any other parameter is passed over in silence."""
    own = ("type", "category", "tag", "brand", "featured") if kind == "product" else ()
    newer = ("include_status", "exclude_status") if shop.knows(_STATUS_SINCE[kind]) else ()
    return (*_COMMON, *own, *newer)


def page_of(view: View, question: Question, kind: str, parent: int | None = None) -> tuple[list[Item], int]:
    """(the items on the page, how many there are in all); `parent`: variations of this product only."""
    ids = _ordered(view, question, kind, parent)
    if view.knows(TIES_ARE_BROKEN_SINCE) or question.orderby not in ("date", "modified"):
        chosen = ids[question.start : question.start + question.per_page]
    else:
        chosen = _stir(view.shelf, ids, question)
    return [item for key in chosen if (item := view.shelf.get(key)) is not None], len(ids)


def _ordered(view: View, question: Question, kind: str, parent: int | None) -> Sequence[int]:
    """All ids of the list in order; kept until something changes, because the next page is of the same list."""
    name = (kind, parent, question.filters, question.orderby, question.order, view.shop.timezone)
    if name not in view.shelf.lists:
        view.shelf.lists = {name: _sort(view.shelf, _filtered(view, question, kind, parent), question)}
    return view.shelf.lists[name]


def _filtered(view: View, question: Question, kind: str, parent: int | None) -> Sequence[int]:
    shelf, filters = view.shelf, dict(question.filters)
    trash = filters.get("status") == "trash"
    if parent is not None:
        source: Sequence[int] = _children_of(shelf, parent, trash)
    else:
        source = shelf.product_ids(trash) if kind == "product" else shelf.variation_ids(trash)
    if kind == "product" and filters.get("sku"):
        source = sorted([*source, *shelf.variation_ids(trash)])
    tests = _tests(view.shop, filters)
    if not tests:
        return source
    if "include" in filters:  # A few known ids are looked up, not searched for.
        known = set(source)
        named = [key for key in dict.fromkeys(_ids(filters["include"])) if key in known]
        source = named if question.orderby in ("include", "post__in") else sorted(named)
    return [key for key in source if (item := shelf.get(key)) is not None and all(test(item) for test in tests)]


def _children_of(shelf: Shelf, parent: int, trash: bool) -> list[int]:
    """Ids, ascending. A product in the trash has none: they went there with it."""
    return sorted(child.id for child in shelf.children(parent, trash))


def _ids(value: str) -> list[int]:
    return [int(part) for part in words(value)]


def _tests(shop: "WooShop", filters: Filters) -> list[Test]:
    gmt = filters.get("dates_are_gmt") in ("true", "1")
    tests = [make(value) for name, value in filters.items() if value and (name, value) not in _NO_FILTER and (make := _FILTERS.get(name))]
    for name, (field, sign) in _DATE_TESTS.items():
        if filters.get(name):
            tests.append(_date_test(field, sign, instant(shop, filters[name], gmt)))
    return tests


def _date_test(field: str, sign: int, moment: int) -> Test:
    """Strictly later (or earlier), in whole seconds."""
    return lambda item: (getattr(item, field) - moment) * sign > 0


_DATE_TESTS = {"after": ("created", 1), "before": ("created", -1), "modified_after": ("modified", 1), "modified_before": ("modified", -1)}


def _sku_test(value: str) -> Test:
    wanted = {part.lower() for part in words(value)}
    return lambda item: item.sku.lower() in wanted


def _search_test(value: str) -> Test:
    low = value.lower()
    return lambda item: low in f"{getattr(item, 'name', '')}\n{item.description}\n{getattr(item, 'short_description', '')}".lower()


def _term_test(name: str) -> Callable[[str], Test]:
    def make(value: str) -> Test:
        wanted = set(_ids(value))
        return lambda item: not wanted.isdisjoint(getattr(item, name, ()))

    return make


def _among(value: str, read: Callable[[Item], Any]) -> Test:
    """One of several ids, or one of several words."""
    ids, known = {int(part) for part in words(value) if part.lstrip("-").isdigit()}, set(words(value))
    return lambda item: (found := read(item)) in ids or found in known


def _not(test: Test) -> Test:
    return lambda item: not test(item)


def _id(item: Item) -> int:
    return item.id


def _parent(item: Item) -> int:
    return item.parent_id if isinstance(item, Variation) else 0


def _status(item: Item) -> str:
    return item.status


_FILTERS: dict[str, Callable[[str], Test]] = {
    "include": lambda value: _among(value, _id),
    "exclude": lambda value: _not(_among(value, _id)),
    "parent": lambda value: _among(value, _parent),
    "sku": _sku_test,
    "slug": lambda value: lambda item: getattr(item, "slug", "") == value,
    "search": _search_test,
    "stock_status": lambda value: lambda item: selling.own_stock(item).status == value,
    "type": lambda value: lambda item: isinstance(item, Product) and selling.product_type(item) == value,
    "featured": lambda value: lambda item: getattr(item, "featured", False) == (value in ("true", "1")),
    "category": _term_test("categories"),
    "tag": _term_test("tags"),
    "brand": _term_test("brands"),
    "include_status": lambda value: _among(value, _status),
    "exclude_status": lambda value: _not(_among(value, _status)),
    "status": lambda value: _among(value, _status),
}
# Filters that leave everything in: the trash has been seen to, and any is any.
_NO_FILTER = {("status", "any"), ("status", "trash"), ("include_status", "any")}


def _sort(shelf: Shelf, ids: Sequence[int], question: Question) -> Sequence[int]:
    down = question.order == "desc"
    if question.orderby == "id":
        return ids[::-1] if down else ids
    if question.orderby in ("include", "post__in"):
        return ids
    key = _ORDERS.get(question.orderby)
    if key is None:  # Popularity, rating, sales: nobody has bought or rated anything here, so all are equal.
        return ids[::-1] if down else ids
    found = [(key(item), number) for number in ids if (item := shelf.get(number)) is not None]
    return [number for _, number in sorted(found, reverse=down)]


_ORDERS: dict[str, Callable[[Item], Any]] = {
    "date": lambda item: item.created,
    "modified": lambda item: item.modified,
    "title": lambda item: getattr(item, "name", "").lower(),
    "slug": lambda item: getattr(item, "slug", ""),
    "menu_order": lambda item: item.menu_order,
    "price": lambda item: selling.number(item.regular_price) or Decimal(0),
}


def _stir(shelf: Shelf, ids: Sequence[int], question: Question) -> list[int]:
    """The page as a database gives it that orders equal dates anew for every page."""
    key, down = _ORDERS[question.orderby], -1 if question.order == "desc" else 1
    items = (item for number in ids if (item := shelf.get(number)) is not None)
    found = sorted((down * key(item), crc32(f"{question.start}:{item.id}".encode()), item.id) for item in items)
    return [number for _, _, number in found[question.start : question.start + question.per_page]]

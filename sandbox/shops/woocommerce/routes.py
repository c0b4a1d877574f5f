"""Paths of the API: who may call them, what they find. What may be written: writing.py; all other writing answers 501, loudly."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.shops.woocommerce import listing, settings, terms, writing
from sandbox.shops.woocommerce.answering import Found
from sandbox.shops.woocommerce.auth import Key, check_permission
from sandbox.shops.woocommerce.errors import WooError, cannot_view, invalid_id, no_route, not_modelled
from sandbox.shops.woocommerce.product import Product, Variation
from sandbox.shops.woocommerce.query import Params
from sandbox.shops.woocommerce.reading import read_fields, read_question
from sandbox.shops.woocommerce.show import product_fields, show_product
from sandbox.shops.woocommerce.show_variation import show_as_product, show_variation, variation_fields
from sandbox.shops.woocommerce.view import View

LIST, ONE, READ = "GET, POST", "GET, POST, PUT, PATCH, DELETE", "GET"
Route = Callable[[View, Params, "re.Match[str]"], Found]
BRANDS_SINCE, ALL_VARIATIONS_SINCE = "9.6", "10.3"


def find(
    view: View, path: str, method: str, params: Params, key: Key | None, rights: bool = True, body: dict[str, Any] | None = None
) -> Found:
    """What lies at a path below `/wp-json`. Raises WooError; its `allow` is set where the address exists.

    `rights` False: the key's user has lost them. `body`: what is to be written.
    """
    if key:
        check_permission(key, method)
    name, pattern, act, allow = _route(view, path)
    write = writing.WRITES.get((name, method))
    if method not in ("GET", "HEAD") and not write:
        if name.startswith("index") or allow == READ:
            raise no_route()
        raise not_modelled(f"{method} on this address") if key else cannot_view(signed_in=False)
    if not name.startswith("index") and (key is None or not key.rights or not rights):
        raise cannot_view(signed_in=key is not None)
    match = pattern.fullmatch(path)
    assert match is not None  # noqa: S101 - _route has just matched it
    try:
        return write(view, params, match, body or {}) if write else act(view, params, match)
    except WooError as error:
        error.allow = "" if "variation" in error.code else allow
        raise


def endpoint_of(path: str) -> str:
    """The name under which calls of a path are counted and faults are aimed, for example "products" or "variations"."""
    return next((name for name, pattern, _, _ in ROUTES if pattern.fullmatch(path)), "unknown")


def _route(view: View, path: str) -> tuple[str, "re.Pattern[str]", Route, str]:
    row = next((row for row in ROUTES if row[1].fullmatch(path)), None)
    if row is None or (row[0] in _SINCE and not view.knows(_SINCE[row[0]])):
        raise no_route()
    return row


def _products(view: View, params: Params, match: "re.Match[str]") -> Found:
    question = read_question(view.shop, params, listing.known_filters(view.shop, "product"))
    items, total = listing.page_of(view, question, "product")
    return Found(_shown(view, items, question.wanted), LIST, total, question)


def _shown(view: View, items: Sequence[Product | Variation], wanted: tuple[str, ...] | None) -> list[dict[str, Any]]:
    names = product_fields(view, wanted)
    return [show_product(view, item, names) if isinstance(item, Product) else show_as_product(view, item, names) for item in items]


def product_of(view: View, item_id: int, wanted: tuple[str, ...] | None = None) -> dict[str, Any]:
    """A product, or a variation seen as one. Raises WooError where there is none."""
    found = view.shelf.get(item_id)
    if found is None:
        raise invalid_id("product")
    return _shown(view, [found], wanted)[0]


def _product(view: View, params: Params, match: "re.Match[str]") -> Found:
    return Found(product_of(view, int(match[1]), read_fields(params)), ONE)


def _variations_of(view: View, params: Params, match: "re.Match[str]") -> Found:
    known = [name for name in listing.known_filters(view.shop, "variation") if name != "parent"]
    return _variation_list(view, params, known, int(match[1]))


def _all_variations(view: View, params: Params, match: "re.Match[str]") -> Found:
    found = _variation_list(view, params, listing.known_filters(view.shop, "variation"), None)
    found.allow = READ
    return found


def _variation_list(view: View, params: Params, known: Sequence[str], parent: int | None) -> Found:
    question = read_question(view.shop, params, known)
    items, total = listing.page_of(view, question, "variation", parent)
    variations = [item for item in items if isinstance(item, Variation)]
    names = variation_fields(view, question.wanted)
    rows = [show_variation(view, item, names, inside=parent is not None) for item in variations]
    return Found(rows, LIST, total, question)


def _variation(view: View, params: Params, match: "re.Match[str]") -> Found:
    found = view.shelf.get(int(match[2]))
    if not isinstance(found, Variation) or found.parent_id != int(match[1]):
        raise invalid_id("product_variation")
    return Found(show_variation(view, found, variation_fields(view, read_fields(params)), inside=True), ONE)


def _terms(kind: str) -> Route:
    def act(view: View, params: Params, match: "re.Match[str]") -> Found:
        question = read_question(view.shop, params, terms.FILTERS, terms=True)
        rows, total = terms.page_of_terms(view, question, kind)
        return Found(rows, LIST, total, question)

    return act


def _attributes(view: View, params: Params, match: "re.Match[str]") -> Found:
    rows = terms.attribute_rows(view, read_fields(params))
    return Found(rows, LIST, len(rows), pages=1)


def _attribute_terms(view: View, params: Params, match: "re.Match[str]") -> Found:
    question = read_question(view.shop, params, terms.FILTERS, terms=True)
    found = terms.page_of_attribute_terms(view, question, int(match[1]))
    if found is None:
        raise WooError("woocommerce_rest_taxonomy_invalid", "Taxonomy does not exist.", 404)
    return Found(found[0], LIST, found[1], question)


def _settings(view: View, params: Params, match: "re.Match[str]") -> Found:
    rows = settings.settings_group(view, match[1])
    if rows is None:
        raise WooError("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
    wanted = read_fields(params)
    return Found([_pick(row, wanted) for row in rows], READ)


def _one(make: Callable[[View], dict[str, Any]]) -> Route:
    return lambda view, params, match: Found(_pick(make(view), read_fields(params)), READ)


def _pick(row: dict[str, Any], wanted: tuple[str, ...] | None) -> dict[str, Any]:
    return row if wanted is None else {name: value for name, value in row.items() if name in wanted}


_SINCE = {"brands": BRANDS_SINCE, "all_variations": ALL_VARIATIONS_SINCE}
_ROWS: tuple[tuple[str, str, Route, str], ...] = (
    ("index", "/?", _one(lambda view: settings.index(view, woocommerce=True)), READ),
    ("index.wc", "/wc/v3/?", _one(settings.wc_index), READ),
    ("products", "products", _products, LIST),
    ("product", r"products/(\d+)", _product, ONE),
    ("variations", r"products/(\d+)/variations", _variations_of, LIST),
    ("variation", r"products/(\d+)/variations/(\d+)", _variation, ONE),
    ("all_variations", "variations", _all_variations, READ),
    ("categories", "products/categories", _terms("category"), LIST),
    ("tags", "products/tags", _terms("tag"), LIST),
    ("brands", "products/brands", _terms("brand"), LIST),
    ("attributes", "products/attributes", _attributes, LIST),
    ("attribute_terms", r"products/attributes/(\d+)/terms", _attribute_terms, LIST),
    ("currency", "data/currencies/current", _one(settings.currency), READ),
    ("settings", r"settings/(\w+)", _settings, READ),
    ("webhooks", "webhooks", writing.list_hooks, LIST),
    ("webhook", r"webhooks/(\d+)", writing.one_hook, ONE),
    ("orders", "orders", writing.list_orders, LIST),
    ("order", r"orders/(\d+)", writing.one_order, ONE),
    ("system_status", "system_status", _one(settings.system_status), READ),
)
ROUTES = [
    (name, re.compile(pattern if name.startswith("index") else f"/wc/v3/{pattern}/?"), act, allow) for name, pattern, act, allow in _ROWS
]

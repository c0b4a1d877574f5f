"""Categories, tags, brands, attributes and their terms as the API lists them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sandbox.shops.woocommerce.product import Product, Term
from sandbox.shops.woocommerce.query import words
from sandbox.shops.woocommerce.reading import Question
from sandbox.shops.woocommerce.shelf import Shelf
from sandbox.shops.woocommerce.view import View, encode, slug_of

PLURALS = {"category": "categories", "tag": "tags", "brand": "brands"}
FILTERS = ("include", "exclude", "parent", "search", "slug")


def page_of_terms(view: View, question: Question, kind: str) -> tuple[list[dict[str, Any]], int]:
    """(the rows on the page, how many there are in all) of categories, tags or brands."""
    found = [term for term in view.shelf.terms.values() if term.kind == kind and _fits(term, dict(question.filters))]
    found.sort(key=lambda term: (_order(term, question.orderby), term.id), reverse=question.order == "desc")
    counts = _counts(view.shelf)
    chosen = found[question.start : question.start + question.per_page]
    return [_pick(show_term(view, term, counts[term.id]), question.wanted) for term in chosen], len(found)


def show_term(view: View, term: Term, count: int) -> dict[str, Any]:
    """One category, tag or brand; names come encoded."""
    shown: dict[str, Any] = {"id": term.id, "name": encode(term.name), "slug": term.slug}
    plural = PLURALS[term.kind]
    up = f"products/{plural}/{term.parent}" if term.parent else ""
    if term.kind != "tag":
        shown["parent"] = term.parent
    shown["description"] = term.description
    if term.kind != "tag":
        image = view.image(term.image, sizes=False) if term.image else None
        shown |= {"display": "default", "image": image, "menu_order": term.menu_order}
    return shown | {"count": count, "_links": view.links(f"products/{plural}/{term.id}", f"products/{plural}", up)}


def attribute_rows(view: View, wanted: Sequence[str] | None) -> list[dict[str, Any]]:
    """The shop's attributes. There are no pages: this list is the same for ever."""
    rows = []
    for attribute in sorted(view.shelf.attributes.values(), key=lambda attribute: attribute.name.lower()):
        row = {"id": attribute.id, "name": attribute.name, "slug": attribute.slug, "type": "select", "order_by": "menu_order"}
        links = view.links(f"products/attributes/{attribute.id}", "products/attributes")
        rows.append(_pick({**row, "has_archives": False, "_links": links}, wanted))
    return rows


def page_of_attribute_terms(view: View, question: Question, attribute_id: int) -> tuple[list[dict[str, Any]], int] | None:
    """(rows, total) of the terms of one attribute; None if there is no such attribute."""
    attribute = view.shelf.attributes.get(attribute_id)
    if attribute is None:
        return None
    above = f"products/attributes/{attribute_id}/terms"
    found = sorted(attribute.terms.items(), key=lambda row: row[1].lower(), reverse=question.order == "desc")
    rows = [
        {"id": key, "name": encode(name), "slug": slug_of(name), "description": "", "menu_order": 0, "count": 0}
        | {"_links": view.links(f"{above}/{key}", above)}
        for key, name in found[question.start : question.start + question.per_page]
    ]
    return [_pick(row, question.wanted) for row in rows], len(found)


def _pick(row: dict[str, Any], wanted: Sequence[str] | None) -> dict[str, Any]:
    return row if wanted is None else {name: value for name, value in row.items() if name in wanted}


def _fits(term: Term, filters: dict[str, str]) -> bool:
    if "include" in filters and str(term.id) not in words(filters["include"]):
        return False
    if str(term.id) in words(filters.get("exclude", "")):
        return False
    if "parent" in filters and str(term.parent) not in words(filters["parent"]):
        return False
    if "slug" in filters and term.slug not in words(filters["slug"]):
        return False
    return filters.get("search", "").lower() in term.name.lower()


def _order(term: Term, orderby: str) -> Any:
    return term.id if orderby in ("id", "include") else term.slug if orderby == "slug" else term.name.lower()


def _counts(shelf: Shelf) -> Counter[int]:
    """Published products of each term; worked out once until something changes."""
    if shelf.counts is None:
        shelf.counts = Counter()
        for key in shelf.product_ids():
            product = shelf.get(key)
            if isinstance(product, Product) and product.status == "publish":
                shelf.counts.update((*product.categories, *product.tags, *product.brands))
    return shelf.counts

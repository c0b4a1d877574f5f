"""Reading items: which fields a caller names and how the item shows them. Default fields, nested fields, formatted prices."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sandbox.graph import money, review
from sandbox.graph.errors import invalid, nonexisting_field
from sandbox.graph.schema import DEFAULT_FIELDS, READABLE
from sandbox.graph.world import World

Tree = tuple[tuple[str, tuple[str, ...]], ...]
_NESTED = {"product_group": ("id", "retailer_id"), "product_catalog": ("id", "name"), "business": ("id", "name")}


@lru_cache(maxsize=256)
def parse_fields(text: str, known: frozenset[str], node: str, default: tuple[str, ...]) -> Tree:
    """Split the fields: "id,product_group{id}" -> (("id", ()), ("product_group", ("id",))). Unknown names are refused with code 100."""
    names: list[tuple[str, tuple[str, ...]]] = [(name, ()) for name in default] if not text.strip() else []
    for entry in re.findall(r"[^,{}]+(?:\{[^{}]*\})?", text):
        match = re.fullmatch(r"\s*([a-z0-9_]+)\s*(?:\{([^{}]*)\})?\s*", entry)
        if not match:
            raise invalid(f"Syntax error at '{entry.strip()[:20]}' in the fields {text[:60]}")
        if match[1] not in known:
            raise nonexisting_field(match[1], node)
        inner = tuple(part.strip() for part in (match[2] or "").split(",") if part.strip())
        for part in inner:
            if part not in _NESTED.get(match[1], ()):
                raise nonexisting_field(part, "ProductGroup" if match[1] == "product_group" else node)
        names.append((match[1], inner))
    if not any(name == "id" for name, _ in names):
        names.append(("id", ()))  # Graph always gives the id of a node
    return tuple(names)


def item_fields(text: str) -> Tree:
    """The fields of a product item."""
    return parse_fields(text, READABLE, "ProductItem", DEFAULT_FIELDS)


def show_item(world: World, item: dict[str, Any], tree: Tree) -> dict[str, Any]:
    """The item as a read shows it; fields without a value are left out."""
    shown: dict[str, Any] = {}
    for name, inner in tree:
        value = _value(world, item, name, inner)
        if value is not None:
            shown[name] = value
    return shown


def _value(world: World, item: dict[str, Any], name: str, inner: tuple[str, ...]) -> Any:
    if name in ("price", "sale_price"):
        return money.shown(item[name], world.price_style) if name in item else None
    if name == "product_group":
        own = item.get("retailer_product_group_id") or item["retailer_id"]
        group = {"id": world.group_id(item["catalog_id"], own), "retailer_id": own}
        return {key: group[key] for key in inner or ("id", "retailer_id")}
    if name == "product_catalog":
        catalog = world.store.catalogs[item["catalog_id"]]
        return {key: catalog[key] for key in inner or ("id", "name")}
    maker = _COMPUTED.get(name)
    return maker(world, item) if maker else item.get(name)


def _errors(world: World, item: dict[str, Any]) -> list[dict[str, str]] | None:
    found = review.diagnostics(world, item) + [
        {"error_type": kind, "error_priority": priority, "title": title, "description": title}
        for kind, priority, title, applies in _DIAGNOSTICS
        if applies(item)
    ]
    return found or None


def _upper(text: str) -> bool:
    return len(text) > 3 and text.upper() == text and text.lower() != text


_DIAGNOSTICS = (
    ("ITEM_PRICE_NOT_POSITIVE", "HIGH", "The price is zero", lambda i: money.amount_of(i["price"]) == 0),
    ("INVALID_SALE_PRICE", "HIGH", "The sale price is not below the price",
     lambda i: "sale_price" in i and money.amount_of(i["sale_price"]) >= money.amount_of(i["price"])),
    ("PROPERTY_VALUE_CONTAINS_HTML_TAGS", "LOW", "There are HTML tags in the text",
     lambda i: bool(re.search(r"</?[a-zA-Z][^>]*>", f"{i.get('name', '')} {i.get('description', '')}"))),
    ("PROPERTY_VALUE_UPPERCASE", "LOW", "The name is in capital letters only", lambda i: _upper(i.get("name", ""))),
    ("PRODUCT_URL_EQUALS_DOMAIN", "LOW", "The link is a bare domain", lambda i: "url" in i and urlsplit(i["url"]).path in ("", "/")),
    ("INVENTORY_ZERO_AVAILABILITY_IN_STOCK", "LOW", "In stock, but the quantity is zero",
     lambda i: i.get("quantity_to_sell_on_facebook") == 0 and i.get("availability") == "in stock"),
)  # fmt: skip

_COMPUTED = {
    "errors": _errors,
    "review_status": review.status,
    "review_rejection_reasons": review.rejection_reasons,
    "image_fetch_status": review.image_fetch_status,
    "capability_to_review_status": review.capabilities,
    "images": lambda world, item: [url for url in [item.get("image_url"), *item.get("additional_image_urls", [])] if url],
}

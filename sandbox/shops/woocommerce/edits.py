"""Hand edits as they come from a form or a test: JSON values are checked and put into the shop's own types. What they do: by_hand.py."""

from collections.abc import Callable
from dataclasses import fields as fields_of
from typing import Any

from sandbox.shops.woocommerce import selling
from sandbox.shops.woocommerce.by_hand import ByHand
from sandbox.shops.woocommerce.product import Image, Product

Values = dict[str, Any]
STATUSES = ("publish", "draft", "pending", "private", "future")
_PRICES = ("regular_price", "sale_price")
_NEVER = frozenset({"id", "trashed_from", "attributes", "parent_id"})
_FRESH = frozenset({"id", "slug", "created", "modified", "status", "trashed_from"})


def checked(values: Values) -> Values:
    """The values as the shop keeps them. Raises ValueError naming the field and what it should be."""
    known = {name: value for name, value in values.items() if name not in _NEVER}
    for name in _PRICES:
        if name in known:
            known[name] = _price(name, known[name])
    if known.get("status", "publish") not in STATUSES:
        raise ValueError(f"status must be one of {', '.join(STATUSES)}")
    if "name" in known and not str(known["name"]).strip():
        raise ValueError("the name is missing")
    if "stock_quantity" in known:
        known["stock_quantity"] = _quantity(known["stock_quantity"])
        known.setdefault("manage_stock", known["stock_quantity"] is not None)
    if "images" in known:
        known["images"] = tuple(Image(src=str(source)) for source in known["images"])
    return known


def _price(name: str, value: Any) -> str:
    text = str(value if value is not None else "").strip()
    number = selling.number(text)
    if text and (number is None or not number.is_finite() or number < 0):
        raise ValueError(f'{name} must be a number like "12.50", or empty for none')
    return text


def _quantity(value: Any) -> int | None:
    """A number, or nothing: then the stock is not counted."""
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    if not text.lstrip("-").isdigit():
        raise ValueError("the stock must be a whole number, or empty where it is not counted")
    return int(text)


def copy(shop: ByHand, item_id: int, values: Values) -> Product:
    """A second product with the same SKU, as imports and plugins leave it; variations are not copied."""
    found = shop.product(item_id)
    same = {field.name: getattr(found, field.name) for field in fields_of(Product) if field.name not in _FRESH}
    kind = "simple" if found.type == "variable" else found.type
    return shop.add(**{**same, "name": f"{found.name} (copy)", "type": kind, **checked(values)})


EDITS: dict[str, Callable[[Any, int, Values], object]] = {
    "add": lambda shop, item_id, values: shop.add(**checked({"name": "", **values})),
    "add_variation": lambda shop, item_id, values: shop.add_variation(item_id, **checked(values)),
    "change": lambda shop, item_id, values: shop.change(item_id, **checked(values)),
    "write_silently": lambda shop, item_id, values: shop.write_silently(item_id, **checked(values)),
    "copy": copy,
    "trash": lambda shop, item_id, values: shop.trash(item_id),
    "restore": lambda shop, item_id, values: shop.restore(item_id, **values),
    "delete": lambda shop, item_id, values: shop.delete(item_id),
}

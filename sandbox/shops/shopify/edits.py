"""Hand edits as they come from a form or a test: JSON values are checked and put into the shop's own types. What they do: by_hand.py."""

from collections.abc import Callable
from dataclasses import fields as fields_of
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.shops.shopify.goods import POLICIES, STATUSES, Picture, Product, Variant

Values = dict[str, Any]
_PRODUCT = frozenset(field.name for field in fields_of(Product)) - {"id", "created", "updated"}
_VARIANT = frozenset(field.name for field in fields_of(Variant)) - {"id", "item_id", "product_id", "created", "updated"}


def checked(values: Values, known: frozenset[str]) -> Values:
    """The values as the shop keeps them. Raises ValueError naming the field and what it should be."""
    made = {("title" if name == "name" else name): value for name, value in values.items()}
    unknown = set(made) - known
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    if not str(made.get("title", "-")).strip():
        raise ValueError("the name is missing")
    if made.get("status", "ACTIVE") not in STATUSES:
        raise ValueError(f"status must be one of {', '.join(STATUSES)}")
    if made.get("policy", "DENY") not in POLICIES:
        raise ValueError(f"policy must be one of {', '.join(POLICIES)}")
    if "price" in made:
        made["price"] = _price("price", made["price"]) or "0.00"
    if "compare_at_price" in made:
        made["compare_at_price"] = _price("compare_at_price", made["compare_at_price"])
    if "available" in made:
        made |= _stock(made["available"])
    if "pictures" in made:
        made["pictures"] = tuple(Picture(src=str(source)) for source in made["pictures"])
    if "options" in made:
        made["options"] = tuple((str(name), tuple(map(str, values))) for name, values in made["options"])
    if isinstance(made.get("values"), str):
        made["values"] = tuple(part.strip() for part in made["values"].split("/"))
    return made


def _price(name: str, value: Any) -> str | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        raise ValueError(f'{name} must be a number like "12.50", or empty for none')
    return f"{number:.2f}"


def _stock(value: Any) -> Values:
    """A number; empty: the stock is not counted."""
    text = str(value if value is not None else "").strip()
    if not text:
        return {"available": 0, "tracked": False}
    if not text.lstrip("-").isdigit():
        raise ValueError("the stock must be a whole number, or empty where it is not counted")
    return {"available": int(text), "tracked": True}


def _add(shop: Any, number: int, values: Values) -> Any:
    variants = [checked(dict(row), _VARIANT) for row in values.pop("variants", ())]
    return shop.add(variants=variants, **checked({"name": "", **values}, _PRODUCT | _VARIANT))


def _change(shop: Any, number: int, values: Values) -> Any:
    if shop.shelf.product(number) is None:
        return shop.change_variant(number, **checked(values, _VARIANT))
    return shop.change(number, **checked(values, _PRODUCT))


def _delete(shop: Any, number: int, values: Values) -> None:
    shop.delete(number) if shop.shelf.product(number) else shop.delete_variant(number)


EDITS: dict[str, Callable[[Any, int, Values], object]] = {
    "add": _add,
    "add_variant": lambda shop, number, values: shop.add_variant(number, **checked(values, _VARIANT)),
    "change": _change,
    "delete": _delete,
    "publish": lambda shop, number, values: shop.publish(number),
    "unpublish": lambda shop, number, values: shop.publish(number, published=False),
    "sell": lambda shop, number, values: shop.sell(number, int(values.get("quantity") or 1)),
}

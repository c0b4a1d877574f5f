"""Prices and sale times of which only some go back: together with what stays they must make sense."""

from collections.abc import Callable
from typing import Any

from products_and_services.models import Product, ProductVariant
from products_and_services.steps.step import Key, Step
from products_and_services.steps.stored import for_column
from products_and_services.validation import WINDOW, sale_errors

SALE = ("price", "sale_price", *WINDOW)


def check_sales(steps: list[Step], leave: Callable[..., None], mixed: set[Key]) -> None:
    """Leaves the sale of a product or variant as it is where it would not fit what was changed since.

    mixed: rows of which other columns are left alone. A window is looked at in every row: its other date may be a later edit.
    """
    for entity, rows in (("product", Product.objects.all()), ("variant", ProductVariant.objects.select_related("product"))):
        columns = {step.key: SALE if step.key in mixed else WINDOW for step in steps if step.entity == entity and step.action == "changed"}
        parted = [step for step in steps if step.key in columns and step.changes.keys() & set(columns[step.key])]
        stored: dict[int, Any] = rows.in_bulk([step.entity_id for step in parted]) if parted else {}
        prices = _prices_to_come(steps)
        for step in parted:
            row = stored.get(step.entity_id)
            if row is not None:
                usual_price = prices.get(step.product_id, row.product.price) if entity == "variant" else None
                _check(step, row, usual_price, columns[step.key], leave)


def _prices_to_come(steps: list[Step]) -> dict[int, Any]:
    """{product id: price} of the products whose price goes back as well."""
    changing = [step for step in steps if step.entity == "product" and step.action == "changed" and "price" in step.changes]
    return {step.entity_id: for_column("product", "price", step.changes["price"][1]) for step in changing}


def _check(step: Step, row: Any, usual_price: Any, columns: tuple[str, ...], leave: Callable[..., None]) -> None:
    names = [name for name in columns if name in step.changes]
    for name in names:
        setattr(row, name, for_column(step.entity, name, step.changes[name][1]))
    wrong = [words for name, words in sale_errors(row, usual_price).items() if name in columns]
    for name in names if wrong else ():
        leave(step, name, "does_not_fit", f"It does not fit what was changed since: {wrong[0]}")

"""What must hold of an order before it is kept for a shop: wrong data is named to whoever hands it over, not found by a shop later."""

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from common.money import is_currency
from integrations.providers.orders import StoreOrder
from products_and_services.reservations import order_number_problem, quantity_problem

MOST = Decimal(10) ** 12  # No order costs that much, and no rounding of ours fails below.


class BadOrder(ValueError):
    """No shop can be given this order; the text names each field that is wrong, and what to do."""


def check_order(order: StoreOrder) -> None:
    """Raises BadOrder."""
    found = [*_of_order(order), *_of_lines(order), *_of_texts("", asdict(order))]
    if found:
        raise BadOrder("\n".join(found))


def _of_order(order: StoreOrder) -> Iterator[str]:
    if problem := order_number_problem(order.order_number):
        yield problem
    if not is_currency(order.currency):
        yield "currency: It must be a code of ISO 4217, in capitals. Give the currency in which the customer was told the prices."
    if problem := _of_amount(order.delivery_fee):
        yield f"delivery_fee: {problem}"
    country = order.customer.address.country
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        yield "customer.address.country: It must be two letters (ISO 3166). Leave it empty where it is not known."


def _of_lines(order: StoreOrder) -> Iterator[str]:
    if not order.lines:
        yield "lines: An order needs at least one line. Name a product."
    for place, line in enumerate(order.lines):
        if problem := quantity_problem(line.quantity):
            yield f"lines.{place}.{problem}"
        if problem := _of_amount(line.unit_price):
            yield f"lines.{place}.unit_price: {problem}"


def _of_amount(value: Any) -> str:
    if isinstance(value, Decimal) and value.is_finite() and 0 <= value < MOST:
        return ""
    return "It must be a Decimal in major units, at least 0. Give what the customer was told."


def _of_texts(name: str, value: Any) -> Iterator[str]:
    """A database keeps neither NUL nor half a character."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _of_texts(f"{name}.{key}" if name else key, part)
    elif isinstance(value, (list, tuple)):
        for place, part in enumerate(value):
            yield from _of_texts(f"{name}.{place}", part)
    elif isinstance(value, str) and ("\0" in value or value.encode(errors="ignore").decode() != value):
        yield f"{name}: There are characters in it that cannot be kept. Take them out."

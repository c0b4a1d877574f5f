"""An order as the plain data that its row keeps, and back. Pure. Amounts are text, so that none becomes a float on the way."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from integrations.providers.orders import StoreAddress, StoreCustomer, StoreOrder, StoreOrderLine, amount


def dump_order(order: StoreOrder) -> dict[str, Any]:
    """JSON. The shop's own numbers are not in it: they are looked up when it is sent."""
    plain = asdict(order)
    lines = [
        {"product_id": line.product_id, "variant_id": line.variant_id, "quantity": line.quantity, "unit_price": amount(line.unit_price),
         "name": line.name}
        for line in order.lines
    ]  # fmt: skip
    return {**plain, "lines": lines, "delivery_fee": amount(order.delivery_fee), "also": list(order.also)}


def load_order(payload: dict[str, Any]) -> StoreOrder:
    """What dump_order has written; of an empty payload an order without lines, which no shop is given."""
    customer = dict(payload.get("customer", {}))
    address = StoreAddress(**customer.pop("address", {}))
    lines = (StoreOrderLine(**{**line, "unit_price": Decimal(line["unit_price"])}) for line in payload.get("lines", ()))
    read = {
        "lines": tuple(lines), "customer": StoreCustomer(**customer, address=address), "also": tuple(payload.get("also", ())),
        "delivery_fee": Decimal(payload.get("delivery_fee", 0)),
    }  # fmt: skip
    return StoreOrder(**{"order_number": "", "currency": "", **payload, **read})

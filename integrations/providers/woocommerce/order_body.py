"""An order as WooCommerce takes it. Pure. https://woocommerce.github.io/woocommerce-rest-api-docs/#create-an-order

Status “processing”: the order is confirmed, so the shop takes the goods off its stock at once. It is not said to be paid.
"""

from typing import Any

from integrations.providers.orders import StoreCustomer, StoreOrder, StoreOrderLine, amount, first_and_last

META_KEY = "whatsappcrm_order"  # By it an order is found again.


def build_order(order: StoreOrder, *, with_totals: bool) -> dict[str, Any]:
    """The body of POST orders.

    with_totals: what each line costs as agreed. WooCommerce takes a line's total without tax and adds its own; where the shop's prices
    hold the tax already, the shop reckons the lines itself, and what was agreed stands in the note.
    """
    body: dict[str, Any] = {
        "status": "processing",
        "set_paid": False,
        "currency": order.currency,
        "payment_method": "whatsapp",
        "payment_method_title": order.payment or "WhatsApp",
        "customer_note": order.note,
        "billing": _person(order.customer, is_billing=True),
        "shipping": _person(order.customer, is_billing=False),
        "line_items": [_line(line, with_totals) for line in order.lines],
        "meta_data": [{"key": META_KEY, "value": order.reference}, {"key": "whatsapp_order_number", "value": order.order_number}],
    }
    if order.delivery_fee:
        body["shipping_lines"] = [{"method_id": "whatsapp", "method_title": "Delivery", "total": amount(order.delivery_fee)}]
    return body


def _line(line: StoreOrderLine, with_totals: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"product_id": int(line.shop_product), "quantity": line.quantity}
    if line.shop_variant:
        found["variation_id"] = int(line.shop_variant)
    return {**found, "subtotal": amount(line.total), "total": amount(line.total)} if with_totals else found


def _person(customer: StoreCustomer, *, is_billing: bool) -> dict[str, str]:
    first, last = first_and_last(customer.name)
    where = customer.address
    person = {
        "first_name": first, "last_name": last, "address_1": where.line1, "address_2": where.line2, "city": where.city,
        "state": where.region, "postcode": where.postcode, "country": where.country, "phone": customer.phone,
        "email": customer.email if is_billing else "",
    }  # fmt: skip
    return {name: value for name, value in person.items() if value}  # An empty email is refused.

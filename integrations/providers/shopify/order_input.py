"""An order as Shopify takes it, and the questions around it. Pure. https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/orderCreate

The order was confirmed to the customer, so Shopify takes the goods off its stock whatever its own rule says (DECREMENT_IGNORING_POLICY): a
shop that sold the last piece meanwhile sees a number below 0 and an order to care for, instead of none. orderCreate reckons no taxes.
"""

from typing import Any

from integrations.providers.orders import StoreCustomer, StoreOrder, StoreOrderLine, amount, first_and_last

OPTIONS = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY", "sendReceipt": False, "sendFulfillmentReceipt": False}
TAG, LONGEST_TAG = "WhatsApp", 40  # https://shopify.dev/docs/api/admin-rest/latest/resources/order: tags

# By its source, and among the newest: the index behind `query` knows an order only some seconds after it was made.
FIND_ORDER = """
query FindOrder($query: String!) {
  named: orders(first: 10, query: $query) { nodes { legacyResourceId sourceIdentifier } }
  newest: orders(first: 50, sortKey: CREATED_AT, reverse: true) { nodes { legacyResourceId sourceIdentifier } }
}
"""
ONLY_VARIANTS = """
query OnlyVariants($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Product { legacyResourceId variants(first: 2) { nodes { legacyResourceId } } } }
}
"""
CREATE_ORDER = """
mutation WriteOrder($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) { order { legacyResourceId name } userErrors { code field message } }
}
"""


def search_for(reference: str) -> str:
    """The filter that finds an order by its source; quoted, so that nothing in it is read as an operator."""
    quoted = reference.replace("\\", "\\\\").replace('"', '\\"')
    return f'source_identifier:"{quoted}"'


def build_order(order: StoreOrder, variants: dict[str, str]) -> dict[str, Any]:
    """OrderCreateOrderInput. variants: {product: its only variant} for lines without one, numbers of the shop."""
    found: dict[str, Any] = {
        "currency": order.currency,
        "lineItems": [_line(line, order.currency, variants) for line in order.lines],
        "note": order.note,
        "sourceIdentifier": order.reference,
        "tags": [TAG, *_as_tag(order.order_number)],
        "financialStatus": "PENDING",
        "customAttributes": [{"key": "WhatsApp order", "value": order.order_number}, *_told(order)],
    }
    address = _address(order.customer)
    if address:
        found |= {"shippingAddress": address, "billingAddress": address}
    if order.customer.email:
        found["email"] = order.customer.email
    if order.delivery_fee:
        found["shippingLines"] = [{"title": "Delivery", "priceSet": _money(amount(order.delivery_fee), order.currency)}]
    return found


def _as_tag(number: str) -> list[str]:
    """A comma would make two tags of it, and one that is too long has the order refused; the number stands in the details as well."""
    return [number] if len(number) <= LONGEST_TAG and "," not in number else []


def _told(order: StoreOrder) -> list[dict[str, str]]:
    """Beside the address as well: Shopify refuses phone numbers that it does not understand as a field of the order."""
    pairs = (("Phone", order.customer.phone), ("Payment", order.payment))
    return [{"key": key, "value": value} for key, value in pairs if value]


def _line(line: StoreOrderLine, currency: str, variants: dict[str, str]) -> dict[str, Any]:
    variant = line.shop_variant or variants[line.shop_product]
    return {
        "variantId": f"gid://shopify/ProductVariant/{variant}", "quantity": line.quantity,
        "priceSet": _money(amount(line.unit_price), currency), "requiresShipping": True,
    }  # fmt: skip


def _money(value: str, currency: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": value, "currencyCode": currency}}


def _address(customer: StoreCustomer) -> dict[str, str]:
    first, last = first_and_last(customer.name)
    where = customer.address
    told = {
        "firstName": first, "lastName": last, "address1": where.line1, "address2": where.line2, "city": where.city, "zip": where.postcode,
        "phone": customer.phone, "provinceCode": where.region if where.country else "",
        "countryCode": where.country.upper() if len(where.country) == 2 else "",
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}

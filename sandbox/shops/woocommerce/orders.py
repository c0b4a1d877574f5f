"""Orders of a WooCommerce shop: made through the API, listed, read. A confirmed order takes its goods off the stock."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sandbox.shops.woocommerce import selling
from sandbox.shops.woocommerce.errors import WooError
from sandbox.shops.woocommerce.product import Product, Variation
from sandbox.shops.woocommerce.query import words
from sandbox.shops.woocommerce.reading import Question, instant
from sandbox.shops.woocommerce.show_variation import own_name
from sandbox.shops.woocommerce.view import View

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed")
TAKES_STOCK = frozenset({"processing", "on-hold", "completed"})
FILTERS = ("after", "before", "modified_after", "modified_before", "status", "search", "include")
Row = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Order:
    """One order. `given` holds what was posted and is shown again as it came: addresses, payment, note, meta data."""

    id: int
    status: str
    currency: str
    lines: list[Row]
    total: str
    given: Row = field(default_factory=dict)
    created: int = 0


def make(shop: "WooShop", body: Row) -> Order:
    """A new order, from the body of POST orders. Raises WooError."""
    status = str(body.get("status") or "pending")
    if status not in STATUSES:
        raise WooError("rest_invalid_param", "Invalid parameter(s): status", 400, {"params": {"status": "status is not valid."}})
    lines = [_line(shop, row) for row in body.get("line_items") or ()]
    extra = sum((_amount(row.get("total")) for row in body.get("shipping_lines") or ()), Decimal(0))
    total = sum((_amount(line["total"]) for line in lines), extra)
    currency = str(body.get("currency") or shop.currency)
    order = Order(id=shop.shelf.new_id(), status=status, currency=currency, lines=lines, total=f"{total:.2f}", created=shop.now())
    order.given = {name: body[name] for name in _SHOWN_AS_GIVEN if name in body}
    shop.orders[order.id] = order
    if status in TAKES_STOCK:
        for line in lines:
            _take(shop, line["variation_id"] or line["product_id"], line["quantity"])
    return order


_SHOWN_AS_GIVEN = ("billing", "shipping", "payment_method", "payment_method_title", "customer_note", "meta_data", "transaction_id")


def _line(shop: "WooShop", row: Row) -> Row:
    product_id, variation_id = int(row.get("product_id") or 0), int(row.get("variation_id") or 0)
    item = shop.shelf.get(variation_id or product_id)
    if item is None or item.status == "trash":
        raise WooError("woocommerce_rest_invalid_product_id", "Invalid product ID.", 400)
    quantity = int(row.get("quantity") or 1)
    view = View(shop, shop.shelf)
    parent = view.parent(item) if isinstance(item, Variation) else None
    name = f"{parent.name} - {own_name(view, item)}" if parent and isinstance(item, Variation) else getattr(item, "name", "")
    price = selling.price(item, shop.now()) or "0"
    total = str(row.get("total") or f"{_amount(price) * quantity:.2f}")
    return {
        "id": shop.shelf.new_id(), "name": name, "product_id": parent.id if parent else item.id,
        "variation_id": item.id if parent else 0, "quantity": quantity, "subtotal": str(row.get("subtotal") or total), "total": total,
        "sku": item.sku, "price": float(_amount(total) / quantity),
    }  # fmt: skip


def _take(shop: "WooShop", item_id: int, quantity: int) -> None:
    """The stock falls where it is counted: at the variation, or at its product."""
    item = shop.shelf.get(item_id)
    if isinstance(item, Variation) and not item.manage_stock:
        item = shop.shelf.get(item.parent_id)
    if isinstance(item, Product | Variation) and item.manage_stock and item.stock_quantity is not None:
        shop.change(item.id, stock_quantity=item.stock_quantity - quantity)


def page_of(view: View, question: Question, statuses: list[str]) -> tuple[list[Row], int]:
    """(the rows on the page, how many there are in all); `statuses`: "any", or some of an order's own."""
    filters, known = dict(question.filters), view.shop.orders.values()
    found = [order for order in known if ("any" in statuses or order.status in statuses) and _fits(view, order, filters)]
    found.sort(key=lambda order: (order.id if question.orderby == "id" else order.created, order.id), reverse=question.order == "desc")
    chosen = found[question.start : question.start + question.per_page]
    rows = [show(view, order) for order in chosen]
    wanted = question.wanted
    return [row if wanted is None else {name: row[name] for name in wanted if name in row} for row in rows], len(found)


def _fits(view: View, order: Order, filters: dict[str, str]) -> bool:
    gmt = view.dates_are_gmt
    if "include" in filters and str(order.id) not in words(filters["include"]):
        return False
    for name, later in (("after", True), ("before", False), ("modified_after", True), ("modified_before", False)):
        if name in filters and (order.created > instant(view.shop, filters[name], gmt)) != later:
            return False
    text = " ".join(str(value) for value in order.given.get("billing", {}).values())
    return filters.get("search", "").lower() in f"{order.id} {text}".lower()


def show(view: View, order: Order) -> Row:
    """One order as the API shows it."""
    given, when = order.given, {"date_created": view.local(order.created), "date_created_gmt": view.gmt(order.created)}
    return {
        "id": order.id, "parent_id": 0, "status": order.status, "currency": order.currency, "version": view.shop.version,
        "prices_include_tax": view.shop.prices_include_tax, **when, "date_modified": when["date_created"],
        "date_modified_gmt": when["date_created_gmt"], "discount_total": "0.00", "total": order.total, "total_tax": "0.00",
        "customer_id": 0,
        "order_key": f"wc_order_{order.id}", "billing": given.get("billing", {}), "shipping": given.get("shipping", {}),
        "payment_method": given.get("payment_method", ""), "payment_method_title": given.get("payment_method_title", ""),
        "transaction_id": given.get("transaction_id", ""), "created_via": "rest-api", "customer_note": given.get("customer_note", ""),
        "number": str(order.id), "meta_data": [{"id": place, **row} for place, row in enumerate(given.get("meta_data", []), start=1)],
        "line_items": order.lines, "shipping_lines": [], "_links": view.links(f"orders/{order.id}", "orders"),
    }  # fmt: skip


def _amount(value: Any) -> Decimal:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)

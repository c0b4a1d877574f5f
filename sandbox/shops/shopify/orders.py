"""Orders: made through orderCreate, found again by their name, note, tag or source. Stock falls where the caller wishes it."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.shops.shopify.gids import number_in
from sandbox.shops.shopify.goods import Order, OrderLine
from sandbox.shops.shopify.paging import Rows, page_of
from sandbox.shops.shopify.searching import Fields, by_number, by_text, by_time, note_of, read_search

if TYPE_CHECKING:
    from sandbox.shops.shopify.sight import Sight

_FIRST_NUMBER = 1001
Wrong = dict[str, Any]


def listed(sight: "Sight", root: Any, args: dict[str, Any]) -> Rows:
    """The orders; the newest last."""
    sight.need("orders", "read_orders")
    zone = sight.shop.timezone
    fields: Fields = {
        "": by_text(lambda order: [order.name, order.name.lstrip("#"), *(order.note or "").split()]),
        "id": by_number(lambda order: order.id), "name": by_text(lambda order: [order.name, order.name.lstrip("#")]),
        "tag": by_text(lambda order: order.tags), "source_identifier": by_text(lambda order: order.source_identifier or ""),
        "source_name": by_text(lambda order: order.source_name or ""), "email": by_text(lambda order: order.email or ""),
        "po_number": by_text(lambda order: order.po_number or ""), "test": by_text(lambda order: str(order.test).lower()),
        "created_at": by_time(lambda order: order.created, zone), "processed_at": by_time(lambda order: order.created, zone),
        "updated_at": by_time(lambda order: order.created, zone),
    }  # fmt: skip
    search = read_search(args.get("query"), fields)
    if search:
        sight.searches.append(note_of(["orders"], args["query"], search))
    known = sight.shelf.orders
    return page_of(sorted(key for key, order in known.items() if search is None or search.fits(order)), args, known.get)


def create(sight: "Sight", root: Any, args: dict[str, Any]) -> dict[str, Any]:
    """orderCreate: the order, or what is wrong with it."""
    sight.need("orderCreate", "write_orders")
    given, behaviour = args["order"], (args.get("options") or {}).get("inventoryBehaviour", "BYPASS")
    lines, wrong = _lines(sight, given)
    wrong = wrong or _short(sight, lines, behaviour)
    if wrong:
        return {"order": None, "userErrors": [wrong]}
    order = _order(sight, given, lines)
    sight.shelf.put_order(order)
    if behaviour != "BYPASS":
        for line in lines:
            if line.variant_id:
                sight.shop.sell(line.variant_id, line.quantity)
    return {"order": order, "userErrors": []}


def _lines(sight: "Sight", given: dict[str, Any]) -> tuple[tuple[OrderLine, ...], Wrong | None]:
    rows = given.get("lineItems") or []
    if not rows:
        return (), _wrong(["order", "lineItems"], "Line items must have at least one line item")
    made = []
    for place, row in enumerate(rows):
        number = number_in(row["variantId"], "ProductVariant") if row.get("variantId") else 0
        variant = sight.shelf.variant(number) if number else None
        if row.get("variantId") and variant is None:
            return (), _wrong(["order", "lineItems", str(place), "variantId"], "Variant not found")
        product = sight.shelf.product(variant.product_id) if variant else None
        title = row.get("title") or (product.title if product else "")
        if not title:
            return (), _wrong(["order", "lineItems", str(place), "title"], "Title can't be blank")
        price = _money(row.get("priceSet")) or (variant.price if variant else "0.00")
        sku = row.get("sku") or (variant.sku if variant else None)
        line = OrderLine(id=sight.shelf.new_id(), title=title, quantity=row["quantity"], variant_id=number, sku=sku, price=price)
        made.append(line)
    return tuple(made), None


def _short(sight: "Sight", lines: tuple[OrderLine, ...], behaviour: str) -> Wrong | None:
    if behaviour != "DECREMENT_OBEYING_POLICY":
        return None
    for place, line in enumerate(lines):
        variant = sight.shelf.variant(line.variant_id)
        if variant and variant.tracked and variant.policy == "DENY" and variant.available < line.quantity:
            return _wrong(["order", "lineItems", str(place), "variantId"], "Unable to reserve inventory", "INVENTORY_CLAIM_FAILED")
    return None


def _order(sight: "Sight", given: dict[str, Any], lines: tuple[OrderLine, ...]) -> Order:
    number = _FIRST_NUMBER + len(sight.shelf.orders)
    total = sum((Decimal(line.price) * line.quantity for line in lines), Decimal(0))
    return Order(
        id=sight.shelf.new_id(),
        name=given.get("name") or f"#{number}",
        number=number,
        lines=lines,
        note=given.get("note"),
        email=given.get("email"),
        phone=given.get("phone"),
        tags=tuple(given.get("tags") or ()),
        attributes=tuple((row["key"], row["value"]) for row in given.get("customAttributes") or ()),
        source_identifier=given.get("sourceIdentifier"),
        source_name=given.get("sourceName"),
        po_number=given.get("poNumber"),
        financial=given.get("financialStatus") or "PENDING",
        currency=given.get("currency") or sight.shop.currency,
        total=str(total),
        test=bool(given.get("test")),
        created=sight.shop.now(),
    )


def _money(bag: dict[str, Any] | None) -> str:
    return str(bag["shopMoney"]["amount"]) if bag else ""


def _wrong(field: list[str], message: str, code: str = "INVALID") -> Wrong:
    return {"field": field, "message": message, "code": code}

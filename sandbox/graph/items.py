"""Writing items: checking parameters, creating, partial updates, deleting. Serves the single edge and the batch alike."""

from typing import Any

from sandbox.graph import money
from sandbox.graph.call import PROTOCOL, Call
from sandbox.graph.errors import GraphError, invalid
from sandbox.graph.schema import CREATE_ONLY, MANDATORY, PRODUCT, REQUIRED
from sandbox.graph.values import CLEAR, BadValue, parse
from sandbox.graph.world import World

_DEFAULTS = {"availability": "in stock", "condition": "new", "visibility": "published"}


def read_params(world: World, call: Call, skip: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The call's product parameters, parsed. Unknown names and names in `skip` are swallowed and counted, as Meta does."""
    values: dict[str, Any] = {}
    for name, raw in call.params.items():
        rule = PRODUCT.get(name)
        if name in PROTOCOL or raw is None:
            continue
        if rule is None or name in skip:
            world.ignore(call.edge, name)
            continue
        try:
            values[name] = parse(name, raw, rule)
        except BadValue as error:
            raise invalid(str(error)) from None
        if values[name] is CLEAR and name in MANDATORY:
            raise invalid(f"Param {name} must be a non-empty string")
    return values


def create(world: World, call: Call) -> dict[str, Any]:
    """POST /{catalog_id}/products: one item, at once; an upsert from v24 on."""
    values = read_params(world, call)
    _check_new(values)
    catalog_id = call.catalog_id or ""
    upsert = values.pop("allow_upsert", call.version >= 24)
    existing = world.find_item(catalog_id, values["retailer_id"])
    if existing and not (upsert and call.version >= 24):
        raise GraphError(
            10800, "(#10800) Duplicate retailer_id when attempting to create a product.", data={"product_item_id": existing["id"]}
        )
    reject(world, call, values["retailer_id"])
    if existing:
        group = values.pop("retailer_product_group_id", None)
        if group is not None and group != existing.get("retailer_product_group_id"):
            world.ignore(call.edge, "retailer_product_group_id")  # create-only: an upsert does not move an item to another group
    return {"id": save(world, catalog_id, values["retailer_id"], _in_money(values, existing))["id"]}


def update(world: World, call: Call) -> dict[str, Any]:
    """POST /{product_item_id}: partial update; group and retailer_id cannot be changed here."""
    item = world.store.items[call.node_id]
    values = read_params(world, call, CREATE_ONLY)
    reject(world, call, item["retailer_id"])
    save(world, item["catalog_id"], item["retailer_id"], _in_money(values, item), item)
    return {"success": True}


def delete(world: World, call: Call) -> dict[str, Any]:
    """DELETE /{product_item_id}."""
    world.store.drop("item", call.node_id)
    return {"success": True}


def reject(world: World, call: Call, retailer_id: str) -> None:
    """The fault that refuses single items."""
    fault = world.faults.take("reject_item", call, (retailer_id,))
    if fault:
        code = fault.code or 100
        raise GraphError(
            code, f"(#{code}) Invalid parameter", status=fault.status or 400, subcode=fault.subcode,
            title="Item refused", user_message="The sandbox was asked to refuse this item.",
        )  # fmt: skip


def save(world: World, catalog_id: str, retailer_id: str, values: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Any]:
    """Create the item or lay `values` over it (None takes a field off). old: the very item, where it is not the first of its name.

    Returns the new row.
    """
    old = old or world.find_item(catalog_id, retailer_id)
    number = old["seq"] if old else world.store.next_number()
    item_id: str = old["id"] if old else world.new_id("71")
    item: dict[str, Any] = {**(old or _DEFAULTS), **values}
    item.update(id=item_id, seq=number, catalog_id=catalog_id, retailer_id=retailer_id, changed_at=world.now())
    item = {key: value for key, value in item.items() if value is not None}
    world.store.put("item", item_id, item)
    return item


def _check_new(values: dict[str, Any]) -> None:
    for name in REQUIRED:
        if values.get(name) is None:
            raise invalid(f"The parameter {name} is required.")
    if not values.get("image_url"):
        raise GraphError(10801, '(#10801) Either "uploaded_image_id" or "image_url" must be specified.')
    if not values.get("description"):
        raise invalid(
            "Invalid parameter",
            title="Missing description",
            user_message='Products without "description" information can\'t be uploaded. Please check that this field is included in a '
            "separate, labeled column.",
        )


def _in_money(values: dict[str, Any], existing: dict[str, Any] | None) -> dict[str, Any]:
    """Turn the integers of this edge into amounts with a currency; a sale price of 0 ends the sale."""
    before = existing or {}
    currency = values.get("currency") or before.get("currency", "USD")
    for name in ("price", "sale_price"):
        if values.get(name) is not None:
            values[name] = money.from_minor(values[name], currency) if values[name] or name == "price" else None
        elif name in before and name not in values and currency != before.get("currency"):
            values[name] = money.with_currency(before[name], currency)
    return values

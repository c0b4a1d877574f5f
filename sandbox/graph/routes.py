"""Which edge a path names, whose it is, and who answers it. Edge names are used by faults and by the audit log."""

from collections.abc import Callable
from typing import Any

from sandbox.graph import auth, batch, catalogs, items, listing, settle
from sandbox.graph.call import Call
from sandbox.graph.errors import GraphError, gone, nonexisting_field
from sandbox.graph.world import World

Handler = Callable[[World, Call], dict[str, Any]]

_CATALOG_EDGES = {
    ("GET", "products"): "products.list",
    ("POST", "products"): "products.create",
    ("POST", "items_batch"): "items_batch",
    ("GET", "check_batch_request_status"): "batch.status",
    ("GET", ""): "catalog.read",
    ("DELETE", ""): "catalog.delete",
}
_BUSINESS_EDGES = {
    ("GET", "owned_product_catalogs"): "catalogs.list",
    ("POST", "owned_product_catalogs"): "catalogs.create",
    ("GET", ""): "business.read",
}
_ITEM_EDGES = {("GET", ""): "item.read", ("POST", ""): "item.update", ("DELETE", ""): "item.delete"}
_PLAIN = {("GET", "me", ""): "me", ("GET", "me", "permissions"): "me.permissions", ("GET", "debug_token", ""): "debug_token"}


def _read_item(world: World, call: Call) -> dict[str, Any]:
    tree = listing.item_fields(str(call.params.get("fields") or ""))
    return listing.show_item(world, world.store.items[call.node_id], tree)


_HANDLERS: dict[str, Handler] = {
    "products.list": listing.list_products,
    "products.create": items.create,
    "items_batch": batch.accept,
    "batch.status": settle.check_status,
    "catalog.read": catalogs.read_catalog,
    "catalog.delete": catalogs.delete_catalog,
    "catalogs.list": catalogs.list_catalogs,
    "catalogs.create": catalogs.create_catalog,
    "business.read": catalogs.read_business,
    "item.read": _read_item,
    "item.update": items.update,
    "item.delete": items.delete,
    "me": catalogs.read_me,
    "me.permissions": catalogs.read_permissions,
    "debug_token": catalogs.debug_token,
}
EDGES = tuple(_HANDLERS)


def find_target(world: World, call: Call) -> None:
    """Fill in edge, catalog and retailer_ids as far as the path and the parameters tell; needs no token."""
    node, edge = call.node_id, "/".join(call.segments[1:])
    store, plain = world.store, _PLAIN.get((call.method, node, edge))
    if plain:
        call.edge = plain
    elif node in store.catalogs:
        call.catalog_id = node
        call.edge = _CATALOG_EDGES.get((call.method, edge), "unknown")
        _name_items(call)
    elif node in store.businesses:
        call.edge = _BUSINESS_EDGES.get((call.method, edge), "unknown")
    elif node in store.items:
        call.edge = _ITEM_EDGES.get((call.method, edge), "unknown")
        call.catalog_id = store.items[node]["catalog_id"]
        call.retailer_ids = (store.items[node]["retailer_id"],)


def _name_items(call: Call) -> None:
    if call.edge == "items_batch":
        call.rows = batch.rows_of(call.params)
        call.retailer_ids = batch.ids_of(call.rows)
    elif call.edge == "products.create":
        call.retailer_ids = (str(call.params.get("retailer_id") or ""),)


def answer(world: World, call: Call) -> dict[str, Any]:
    """The body of the answer, or GraphError. The state is changed only where a body is returned."""
    auth.check_version(call)
    account = auth.sign_in(world.store, call)
    return answer_as(world, call, account)


def answer_as(world: World, call: Call, account: dict[str, Any]) -> dict[str, Any]:
    """The same for a caller who is known already."""
    call.business_id = account["business_id"]
    if call.problem:
        raise call.problem
    if not call.segments:
        raise GraphError(2500, "Unsupported request: the path names no object")
    if call.edge.startswith("item.") and call.node_id not in world.store.items:
        raise gone(call.method, call.node_id)  # deleted while a hook held the call
    if call.catalog_id:
        auth.check_catalog(world.store, call, account)
    elif call.node_id in world.store.businesses:
        _check_business(call, account)
    handler = _HANDLERS.get(call.edge)
    if handler is None:
        raise _no_such_edge(world, call)
    return handler(world, call)


def _check_business(call: Call, account: dict[str, Any]) -> None:
    if call.node_id != account["business_id"]:
        raise gone(call.method, call.node_id)
    if call.edge == "catalogs.create":
        auth.require(account, "business_management")
    elif call.edge == "catalogs.list":
        auth.require(account, "catalog_management")


def _no_such_edge(world: World, call: Call) -> GraphError:
    known = call.node_id in world.store.catalogs or call.node_id in world.store.items
    if call.method == "GET" and known and len(call.segments) == 2:
        return nonexisting_field(call.segments[1], "ProductCatalog" if call.node_id in world.store.catalogs else "ProductItem")
    if not known and not call.node_id.isdigit() and call.node_id not in ("me", "debug_token"):
        return GraphError(2500, f"Unknown path components: /{'/'.join(call.segments)}")
    return gone(call.method, call.node_id)

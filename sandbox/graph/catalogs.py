"""The nodes around the items: catalog, business, me, and the token check behind "Test connection"."""

from typing import Any

from sandbox.graph import auth
from sandbox.graph.call import Call
from sandbox.graph.errors import METHOD, GraphError, invalid
from sandbox.graph.fields import parse_fields
from sandbox.graph.schema import VERTICALS
from sandbox.graph.world import World

_CATALOG = frozenset({"id", "name", "vertical", "product_count", "business", "is_catalog_segment", "feed_count"})
_BUSINESS = frozenset({"id", "name", "verification_status", "vertical"})
_ME = frozenset({"id", "name"})


def _shown(row: dict[str, Any], call: Call, known: frozenset[str], node: str) -> dict[str, Any]:
    tree = parse_fields(str(call.params.get("fields") or ""), known, node, ("id", "name"))
    return {name: row[name] for name, _ in tree if name in row}


def _catalog_row(world: World, catalog: dict[str, Any]) -> dict[str, Any]:
    business = world.store.businesses[catalog["business_id"]]
    count = len(world.store.by_retailer.get(catalog["id"], {}))
    return {**catalog, "product_count": count, "business": {"id": business["id"], "name": business["name"]}, "feed_count": 0}


def read_catalog(world: World, call: Call) -> dict[str, Any]:
    """GET /{catalog_id}."""
    return _shown(_catalog_row(world, world.store.catalogs[call.node_id]), call, _CATALOG, "ProductCatalog")


def delete_catalog(world: World, call: Call) -> dict[str, Any]:
    """DELETE /{catalog_id}, with everything in it."""
    for item_id in [item["id"] for item in world.store.items_of(call.node_id)]:
        world.store.drop("item", item_id)
    world.store.drop("catalog", call.node_id)
    return {"success": True}


def list_catalogs(world: World, call: Call) -> dict[str, Any]:
    """GET /{business_id}/owned_product_catalogs."""
    owned = [catalog for catalog in world.store.catalogs.values() if catalog["business_id"] == call.node_id]
    data = [_shown(_catalog_row(world, catalog), call, _CATALOG, "ProductCatalog") for catalog in owned]
    return {"data": data, "paging": {"cursors": {"before": "MA", "after": "MQ"}}} if data else {"data": []}


def create_catalog(world: World, call: Call) -> dict[str, Any]:
    """POST /{business_id}/owned_product_catalogs: `name`, and `vertical` (commerce)."""
    name = str(call.params.get("name") or "").strip()
    vertical = str(call.params.get("vertical") or "commerce")
    if not name:
        raise invalid("The parameter name is required.")
    if vertical not in VERTICALS:
        raise invalid(f"Param vertical must be one of {{{', '.join(VERTICALS)}}}")
    return {"id": add_catalog(world, call.node_id, name, vertical)}


def add_catalog(world: World, business_id: str, name: str, vertical: str = "commerce", catalog_id: str | None = None) -> str:
    """Make a catalog and return its id."""
    catalog_id = catalog_id or world.new_id("22")
    row = {"id": catalog_id, "name": name, "business_id": business_id, "vertical": vertical}
    world.store.put("catalog", catalog_id, row)
    return catalog_id


def read_business(world: World, call: Call) -> dict[str, Any]:
    """GET /{business_id}."""
    return _shown({**world.store.businesses[call.node_id], "verification_status": "verified"}, call, _BUSINESS, "Business")


def read_me(world: World, call: Call) -> dict[str, Any]:
    """GET /me: the system user behind the token."""
    business = world.store.businesses[call.business_id or ""]
    return _shown({"id": f"9{business['id']}", "name": f"{business['name']} system user"}, call, _ME, "SystemUser")


def read_permissions(world: World, call: Call) -> dict[str, Any]:
    """GET /me/permissions."""
    account = world.store.accounts[auth.digest(call.token)]
    return {"data": [{"permission": name, "status": "granted"} for name in account["permissions"]]}


def debug_token(world: World, call: Call) -> dict[str, Any]:
    """GET /debug_token?input_token=..: whether a token lives and what it may do."""
    wanted = str(call.params.get("input_token") or "")
    if not wanted:
        raise GraphError(100, "(#100) The parameter input_token is required.", kind=METHOD)
    account = world.store.accounts.get(auth.digest(wanted))
    if account is None or account["dead"] is not None:
        problem = {"code": 190, "message": "The token is not valid.", "subcode": (account or {}).get("dead") or 0}
        return {"data": {"is_valid": False, "scopes": [], "error": problem}}
    data = {"app_id": "300000000000001", "type": "SYSTEM_USER", "is_valid": True, "expires_at": 0, "scopes": account["permissions"]}
    return {"data": data}

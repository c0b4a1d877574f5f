"""The control addresses under /_sandbox/: state, faults, hand edits, accounts, reset. For the page "Meta's side" and the browser tests.

One function per address: stand-in, query and JSON body in, JSON-ready body out. HTTP itself lives in serving.py.
"""

from collections.abc import Callable
from typing import Any

from sandbox.graph import KINDS, Fault, GraphStandIn
from sandbox.graph.review import ruling_on

Body = dict[str, Any]
Answer = tuple[int, Any]
_FAULT_OPTIONS = frozenset(
    {
        "kind",
        "catalog_id",
        "retailer_ids",
        "remaining",
        "minutes",
        "seconds",
        "code",
        "subcode",
        "status",
        "edges",
        "skip",
        "rows",
        "applied",
    }
)


class BadControl(ValueError):
    """The control call makes no sense; the text says why."""


def state(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """Everything at a glance; items only of `?catalog=..`."""
    with standin.lock:
        standin.advance()
        catalogs = [
            {**catalog, "product_count": len(standin.store.by_retailer.get(catalog["id"], {}))}
            for catalog in standin.store.catalogs.values()
        ]
        return 200, {
            "catalogs": catalogs,
            "faults": [fault.to_dict() for fault in standin.faults.active()],
            "counts": dict(standin.audit.counts),
            "ignored_parameters": dict(standin.ignored_parameters),
            "handles": standin.handles(query.get("catalog")),
            "last_call": standin.last_call,
            "items": standin.items(query["catalog"]) if query.get("catalog") else {},
        }


def calls(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """Recorded calls: `?kind=` an edge, read or write; `?since=` a call number."""
    found = standin.calls(query.get("kind") or None, int(query.get("since") or 0))
    names = ("seq", "method", "edge", "catalog_id", "retailer_ids", "outcome", "status", "code", "handle")
    return 200, {"calls": [{**{name: getattr(call, name) for name in names}, "at": call.at.isoformat()} for call in found]}


def faults(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """The faults that are on, and all that exist."""
    return 200, {"faults": [fault.to_dict() for fault in standin.faults.active()], "kinds": KINDS}


def add_fault(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """Switch a fault on; the body has the fields of Fault."""
    unknown = set(body) - _FAULT_OPTIONS
    if unknown or "kind" not in body:
        raise BadControl(f"unknown options: {', '.join(sorted(unknown))}" if unknown else "kind is missing")
    with standin.lock:
        fault = standin.faults.add(Fault(**body))
        standin.store.commit()
        return 201, fault.to_dict()


def clear_faults(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """Switch faults off: all, or those of `?kind=`, `?catalog_id=`, `?retailer_id=`, `?id=`."""
    with standin.lock:
        for fault in standin.faults.active(query.get("kind") or None):
            other_catalog = query.get("catalog_id") and fault.catalog_id != query["catalog_id"]
            other_item = query.get("retailer_id") and query["retailer_id"] not in fault.retailer_ids
            if not other_catalog and not other_item and str(fault.id) == query.get("id", str(fault.id)):
                standin.faults.remove(fault.id)
        standin.store.commit()
    return faults(standin, query, body)


def edit_items(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """A hand edit: {"action": "edit"|"add"|"twin"|"delete", "catalog_id", "retailer_id", "fields"}."""
    catalog_id, retailer_id = str(body.get("catalog_id", "")), str(body.get("retailer_id", ""))
    if catalog_id not in standin.store.catalogs or not retailer_id:
        raise BadControl("catalog_id and retailer_id are needed, and the catalog must exist")
    act = _HAND.get(str(body.get("action")))
    if act is None:
        raise BadControl(f"action must be one of {', '.join(_HAND)}")
    try:
        act(standin, catalog_id, retailer_id, dict(body.get("fields") or {}))
    except KeyError:
        raise BadControl(f"the catalog has no item {retailer_id}") from None
    return 200, {"item": standin.item(catalog_id, retailer_id)}


def add_account(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """Make a token known: {"token", "app_secret", "business_id", "catalog_ids", "name"}."""
    if not body.get("token"):
        raise BadControl("token is missing")
    known = ("token", "app_secret", "business_id", "catalog_ids", "name", "permissions", "require_proof")
    standin.add_account(**{name: body[name] for name in known if name in body})
    return 201, {"added": True}


def review_item(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """Judge an item: {"catalog_id", "retailer_id", "ruling": "reject"|"picture"|"warn"|"stuck"|"approve", "reason"}."""
    catalog_id, retailer_id = str(body.get("catalog_id", "")), str(body.get("retailer_id", ""))
    if catalog_id not in standin.store.catalogs or not retailer_id:
        raise BadControl("catalog_id and retailer_id are needed, and the catalog must exist")
    standin.rule(catalog_id, retailer_id, str(body.get("ruling")), str(body.get("reason") or ""))
    return 200, {"ruling": ruling_on(standin, catalog_id, retailer_id)}


def knobs(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """Turn the knobs: "batch_delay" and "review_delay" (seconds), "settle_order" fifo|lifo, "price_style" en|de, "enforce_limits" bool."""
    for name in _KNOBS:
        if name in body:
            setattr(standin, name, body[name])
    return 200, {name: getattr(standin, name) for name in _KNOBS}


def reset(standin: GraphStandIn, query: Body, body: Body) -> Answer:
    """Back to empty demo catalogs."""
    standin.reset()
    return 200, {"reset": True}


_KNOBS = ("batch_delay", "review_delay", "settle_order", "price_style", "enforce_limits")
_HAND: dict[str, Callable[[GraphStandIn, str, str, Body], object]] = {
    "edit": lambda standin, catalog, rid, fields: standin.edit_item(catalog, rid, **fields),
    "add": lambda standin, catalog, rid, fields: standin.add_item(catalog, rid, **fields),
    "twin": lambda standin, catalog, rid, fields: standin.add_twin(catalog, rid, **fields),
    "delete": lambda standin, catalog, rid, fields: standin.delete_item(catalog, rid),
}
ROUTES: dict[tuple[str, str], Callable[[GraphStandIn, Body, Body], Answer]] = {
    ("GET", "state"): state,
    ("GET", "calls"): calls,
    ("GET", "faults"): faults,
    ("POST", "faults"): add_fault,
    ("DELETE", "faults"): clear_faults,
    ("POST", "items"): edit_items,
    ("POST", "review"): review_item,
    ("POST", "accounts"): add_account,
    ("POST", "knobs"): knobs,
    ("POST", "reset"): reset,
}


def answer(standin: GraphStandIn, method: str, name: str, query: Body, body: Body) -> Answer:
    """Route a control call; unknown ones are 404, senseless ones 400."""
    act = ROUTES.get((method, name))
    if act is None:
        return 404, {"error": f"no control address {method} /_sandbox/{name}"}
    try:
        return act(standin, query, body)
    except (ValueError, TypeError) as error:
        return 400, {"error": str(error)}

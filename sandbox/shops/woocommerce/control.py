"""The control addresses of one WooCommerce shop: look at it, edit it, break it, mend it. For the shop's page and the browser tests.

One function per address: shop, query and JSON body in, status and JSON-ready body out. Senseless calls raise ValueError or TypeError,
unknown products KeyError.
"""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from sandbox.shops.woocommerce.edits import EDITS
from sandbox.shops.woocommerce.faults import KINDS, Fault
from sandbox.shops.woocommerce.keeping import KNOBS
from sandbox.shops.woocommerce.product import Product, Variation
from sandbox.shops.woocommerce.shop import WooShop

Body = dict[str, Any]
Answer = tuple[int, Any]
_FAULT_OPTIONS = frozenset({field.name for field in fields(Fault)} - {"id"} | {"minutes"})


def numbers(shop: WooShop) -> Body:
    """How much stands in the shop."""
    with shop.lock:
        return {
            "products": len(shop.shelf.product_ids()),
            "in_trash": len(shop.shelf.product_ids(trash=True)),
            "variations": len(shop.shelf.variation_ids()),
        }


def state(shop: WooShop, query: Body, body: Body) -> Answer:
    """Everything at a glance; with `?id=` also one product, as it is kept."""
    with shop.lock:
        known: Body = {"knobs": {name: getattr(shop, name) for name in KNOBS}, "faults": [fault.to_dict() for fault in shop.faults]}
        known |= {"counts": dict(shop.log.counts), "ignored_parameters": dict(shop.ignored_parameters), "last_call": shop.last_call}
        item = {"item": asdict(shop.item(int(query["id"])))} if query.get("id") else {}
        return 200, {**known, **numbers(shop), **item}


def calls(shop: WooShop, query: Body, body: Body) -> Answer:
    """Recorded calls: `?endpoint=` of one address; `?since=` a call number."""
    found = shop.calls(query.get("endpoint") or None, int(query.get("since") or 0))
    return 200, {"calls": [{**asdict(call), "at": call.at.isoformat()} for call in found]}


def faults(shop: WooShop, query: Body, body: Body) -> Answer:
    """The faults that are on, and all that exist."""
    return 200, {"faults": [fault.to_dict() for fault in shop.faults], "kinds": KINDS}


def add_fault(shop: WooShop, query: Body, body: Body) -> Answer:
    """Switch a fault on; the body has the fields of Fault, and `minutes`."""
    unknown = set(body) - _FAULT_OPTIONS
    if unknown or "kind" not in body:
        raise ValueError(f"unknown options: {', '.join(sorted(unknown))}" if unknown else "kind is missing")
    options = dict(body)
    with shop.work():
        return 201, shop.faults.add(str(options.pop("kind")), **options).to_dict()


def mend(shop: WooShop, query: Body, body: Body) -> Answer:
    """Switch faults off: all, or those of `?kind=` or `?id=`."""
    with shop.work():
        for fault in shop.faults.active(query.get("kind") or None):
            if str(fault.id) == query.get("id", str(fault.id)):
                shop.faults.remove(fault.id)
    return faults(shop, query, body)


def edit(shop: WooShop, query: Body, body: Body) -> Answer:
    """A hand edit: {"action", "id", "fields"}; actions and fields: edits.py."""
    item = _edit_of(body)(shop, int(body.get("id") or 0), dict(body.get("fields") or {}))
    return 200, {"item": asdict(item) if isinstance(item, Product | Variation) else None}


def plan(shop: WooShop, query: Body, body: Body) -> Answer:
    """A hand edit that waits for a call: as above, with {"before": n, "endpoint": "products"}."""
    act, number, values = _edit_of(body), int(body.get("id") or 0), dict(body.get("fields") or {})
    if number:
        shop.item(number)
    shop.before(int(body.get("before") or 1), lambda: act(shop, number, values), str(body.get("endpoint") or "products"))
    return 201, {"planned": len(shop.plans)}


def _edit_of(body: Body) -> Callable[[WooShop, int, Body], object]:
    act = EDITS.get(str(body.get("action")))
    if act is None:
        raise ValueError(f"action must be one of {', '.join(EDITS)}")
    return act


def knobs(shop: WooShop, query: Body, body: Body) -> Answer:
    """Turn the knobs of world.py, for example {"version": "7.9.0"}."""
    with shop.work():
        for name in KNOBS:
            if name in body:
                setattr(shop, name, body[name])
        return 200, {name: getattr(shop, name) for name in KNOBS}


ROUTES: dict[tuple[str, str], Callable[[WooShop, Body, Body], Answer]] = {
    ("GET", "state"): state,
    ("GET", "calls"): calls,
    ("GET", "faults"): faults,
    ("POST", "faults"): add_fault,
    ("DELETE", "faults"): mend,
    ("POST", "products"): edit,
    ("POST", "plans"): plan,
    ("POST", "knobs"): knobs,
}

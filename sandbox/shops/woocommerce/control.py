"""The control addresses of one WooCommerce shop: look at it, edit it, break it, mend it. For the shop's page and the browser tests."""

from dataclasses import asdict
from typing import Any

from sandbox.shops.control_parts import Answer, Body, Control, common_routes
from sandbox.shops.woocommerce.edits import EDITS
from sandbox.shops.woocommerce.faults import KINDS, Fault
from sandbox.shops.woocommerce.keeping import KNOBS
from sandbox.shops.woocommerce.shop import WooShop


def numbers(shop: WooShop) -> dict[str, Any]:
    """How much stands in the shop."""
    with shop.lock:
        return {
            "products": len(shop.shelf.product_ids()),
            "in_trash": len(shop.shelf.product_ids(trash=True)),
            "variations": len(shop.shelf.variation_ids()),
            "hooks": sum(1 for hook in shop.hooks.rows.values() if hook.status == "active"),
            "waiting": shop.post.waiting,
            "orders": len(shop.orders),
        }


def state(shop: WooShop, query: Body, body: Body) -> Answer:
    """Everything at a glance; with `?id=` also one product, as it is kept."""
    with shop.lock:
        known: Body = {"knobs": {name: getattr(shop, name) for name in KNOBS}, "faults": [fault.to_dict() for fault in shop.faults]}
        known |= {"counts": dict(shop.log.counts), "ignored_parameters": dict(shop.ignored_parameters), "last_call": shop.last_call}
        item = {"item": asdict(shop.item(int(query["id"])))} if query.get("id") else {}
        return 200, {**known, **numbers(shop), **item}


ROUTES: dict[tuple[str, str], Control] = {("GET", "state"): state, **common_routes(KINDS, Fault, KNOBS, EDITS)}

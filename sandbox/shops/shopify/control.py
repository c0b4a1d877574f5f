"""The control addresses of one Shopify shop: look at it, edit it, break it, mend it. For the shop's page and the browser tests."""

from dataclasses import asdict
from typing import Any

from sandbox.shops.control_parts import Answer, Body, Control, common_routes
from sandbox.shops.shopify.edits import EDITS
from sandbox.shops.shopify.faults import KINDS, Fault
from sandbox.shops.shopify.keeping import KNOBS
from sandbox.shops.shopify.shop import ShopifyShop


def numbers(shop: ShopifyShop) -> dict[str, Any]:
    """How much stands in the shop."""
    with shop.lock:
        return {
            "products": len(shop.shelf.product_ids()),
            "variants": shop.shelf.count_variants(),
            "hooks": len(shop.hooks),
            "waiting": shop.post.waiting,
            "orders": len(shop.shelf.orders),
        }


def state(shop: ShopifyShop, query: Body, body: Body) -> Answer:
    """Everything at a glance; with `?id=` also one product or variant, as it is kept."""
    with shop.lock:
        known: Body = {"knobs": {name: getattr(shop, name) for name in KNOBS}, "faults": [fault.to_dict() for fault in shop.faults]}
        known |= {"counts": dict(shop.log.counts), "last_call": shop.last_call, "points": shop.bucket.status()}
        known["hooks_entered"] = [{"topic": hook.topic, "uri": hook.uri, "failures": hook.failures} for hook in shop.hooks.values()]
        item = {"item": asdict(shop.item(int(query["id"])))} if query.get("id") else {}
        return 200, {**known, **numbers(shop), **item}


ROUTES: dict[tuple[str, str], Control] = {("GET", "state"): state, **common_routes(KINDS, Fault, KNOBS, EDITS)}

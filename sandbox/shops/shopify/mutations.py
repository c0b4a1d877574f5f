"""What can be changed through the API: bulk operations, webhook subscriptions, orders."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.shops.shopify import bulk, orders
from sandbox.shops.shopify.gids import gid, number_in
from sandbox.shops.shopify.running import Reader
from sandbox.shops.shopify.sight import Sight
from sandbox.shops.shopify.world import Hook

_INTERNAL = "Address cannot be a Shopify or an internal domain"
_TAKEN = "Address for this topic has already been taken"


def _run_query(sight: Sight, root: Any, args: dict[str, Any]) -> dict[str, Any]:
    sight.need("bulkOperationRunQuery", "read_products")
    return bulk.start(sight, args["query"], bool(args.get("groupObjects")))


def _cancel_bulk(sight: Sight, root: Any, args: dict[str, Any]) -> dict[str, Any]:
    operation = sight.shop.bulk_operation(number_in(args["id"], "BulkOperation"))
    if operation is None or operation.client_id != sight.app.client_id:
        return {"bulkOperation": None, "userErrors": [{"field": ["id"], "message": "Bulk operation does not exist"}]}
    if not operation.running:
        words = f"A bulk operation cannot be canceled when it is {operation.status.lower()}"
        return {"bulkOperation": operation, "userErrors": [{"field": None, "message": words}]}
    operation.status, operation.due, operation.completed = "CANCELED", None, sight.shop.now()
    return {"bulkOperation": operation, "userErrors": []}


def _create_hook(sight: Sight, root: Any, args: dict[str, Any]) -> dict[str, Any]:
    given, topic = args["webhookSubscription"], args["topic"]
    uri = given.get("uri") or given.get("callbackUrl") or ""
    wrong = _address_is_wrong(sight, uri, topic)
    if wrong:
        return {"webhookSubscription": None, "userErrors": [{"field": ["webhookSubscription", "callbackUrl"], "message": wrong}]}
    hook = Hook(
        id=sight.shelf.new_id(), client_id=sight.app.client_id, topic=topic, uri=uri, format=given.get("format") or "JSON",
        include_fields=tuple(given.get("includeFields") or ()), created=sight.shop.now(),
    )  # fmt: skip
    sight.shop.hooks[hook.id] = hook
    return {"webhookSubscription": hook, "userErrors": []}


def _update_hook(sight: Sight, root: Any, args: dict[str, Any]) -> dict[str, Any]:
    hook = _own_hook(sight, args["id"])
    if hook is None:
        return {"webhookSubscription": None, "userErrors": [{"field": ["id"], "message": "Webhook subscription does not exist"}]}
    given = args["webhookSubscription"]
    uri = given.get("uri") or given.get("callbackUrl") or hook.uri
    wrong = _address_is_wrong(sight, uri, hook.topic) if uri != hook.uri else ""
    if wrong:
        return {"webhookSubscription": None, "userErrors": [{"field": ["webhookSubscription", "callbackUrl"], "message": wrong}]}
    hook.uri = uri
    hook.include_fields = tuple(given.get("includeFields") or hook.include_fields)
    return {"webhookSubscription": hook, "userErrors": []}


def _delete_hook(sight: Sight, root: Any, args: dict[str, Any]) -> dict[str, Any]:
    hook = _own_hook(sight, args["id"])
    if hook is None:
        return {"deletedWebhookSubscriptionId": None, "userErrors": [{"field": ["id"], "message": "Webhook subscription does not exist"}]}
    del sight.shop.hooks[hook.id]
    return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", hook.id), "userErrors": []}


def _own_hook(sight: Sight, value: str) -> Hook | None:
    hook = sight.shop.hooks.get(number_in(value, "WebhookSubscription"))
    return hook if hook and hook.client_id == sight.app.client_id else None


def _address_is_wrong(sight: Sight, uri: str, topic: str) -> str:
    """Why Shopify would not take an address, or "". The sandbox takes plain http to this machine, the real one never does."""
    parts = urlsplit(uri)
    local = parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or (parts.scheme != "https" and not local):
        return "Address protocol http:// is not supported"
    if parts.hostname.endswith((".myshopify.com", ".shopify.com")):
        return _INTERNAL
    taken = (hook for hook in sight.shop.hooks.values() if (hook.topic, hook.uri, hook.client_id) == (topic, uri, sight.app.client_id))
    return _TAKEN if any(taken) else ""


def _cancel_order(sight: Sight, root: Any, args: dict[str, Any]) -> dict[str, Any]:
    sight.need("orderCancel", "write_orders")
    order = sight.shelf.orders.get(number_in(args["orderId"], "Order"))
    if order is None:
        wrong = {"field": ["orderId"], "message": "Order does not exist", "code": "NOT_FOUND"}
        return {"job": None, "orderCancelUserErrors": [wrong], "userErrors": []}
    for line in order.lines if args["restock"] and not order.cancelled else ():
        if line.variant_id and sight.shelf.variant(line.variant_id):
            sight.shop.sell(line.variant_id, -line.quantity)
    order.cancelled = sight.shop.now()
    sight.shelf.put_order(order)
    return {"job": {}, "orderCancelUserErrors": [], "userErrors": []}


MUTATIONS: dict[str, dict[str, Reader]] = {
    "Mutation": {
        "bulkOperationRunQuery": _run_query, "bulkOperationCancel": _cancel_bulk,
        "webhookSubscriptionCreate": _create_hook, "webhookSubscriptionUpdate": _update_hook, "webhookSubscriptionDelete": _delete_hook,
        "orderCreate": orders.create, "orderCancel": _cancel_order,
    },
}  # fmt: skip

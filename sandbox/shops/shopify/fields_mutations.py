"""What the fields of bulk operations, webhook subscriptions and orders say, and what mutations give back."""

from typing import Any

from sandbox.shops.shopify.admin_schema import VERSION
from sandbox.shops.shopify.bulk_state import BulkOperation
from sandbox.shops.shopify.goods import Order
from sandbox.shops.shopify.paging import Rows, page_of
from sandbox.shops.shopify.readers import always, entry, own, own_id, own_time
from sandbox.shops.shopify.running import Reader
from sandbox.shops.shopify.sight import Sight


def _lines(sight: Sight, order: Order, args: dict[str, Any]) -> Rows:
    return page_of([line.id for line in order.lines], args, {line.id: line for line in order.lines}.get)


def _file(partial: bool) -> Reader:
    def read(sight: Sight, operation: BulkOperation, args: dict[str, Any]) -> str | None:
        return sight.shop.file_url(operation) if operation.size and operation.partial == partial else None

    return read


FIELDS: dict[str, dict[str, Reader]] = {
    "BulkOperation": {
        "id": own_id("BulkOperation"), "status": own("status"), "query": own("query"), "errorCode": own("error"),
        "type": always("QUERY"), "createdAt": own_time("created"), "completedAt": own_time("completed"),
        "objectCount": lambda sight, operation, args: str(operation.objects),
        "rootObjectCount": lambda sight, operation, args: str(operation.roots),
        "fileSize": lambda sight, operation, args: str(operation.size) if operation.size else None,
        "url": _file(partial=False), "partialDataUrl": _file(partial=True),
    },
    "WebhookSubscription": {
        "id": own_id("WebhookSubscription"), "legacyResourceId": lambda sight, hook, args: str(hook.id), "topic": own("topic"),
        "uri": own("uri"), "format": own("format"), "createdAt": own_time("created"), "updatedAt": own_time("created"),
        "includeFields": lambda sight, hook, args: list(hook.include_fields), "filter": always(None),
        "metafieldNamespaces": always([]), "apiVersion": lambda sight, hook, args: VERSION,
    },
    "Order": {
        "id": own_id("Order"), "legacyResourceId": lambda sight, order, args: str(order.id), "name": own("name"), "number": own("number"),
        "note": own("note"), "email": own("email"), "phone": own("phone"), "test": own("test"), "poNumber": own("po_number"),
        "tags": lambda sight, order, args: sorted(order.tags), "currencyCode": own("currency"),
        "sourceIdentifier": own("source_identifier"), "sourceName": own("source_name"), "displayFinancialStatus": own("financial"),
        "displayFulfillmentStatus": always("UNFULFILLED"),
        "customAttributes": lambda sight, order, args: [{"key": key, "value": value} for key, value in order.attributes],
        "createdAt": own_time("created"), "updatedAt": own_time("created"), "processedAt": own_time("created"),
        "cancelledAt": own_time("cancelled"),
        "closed": always(False), "confirmed": always(True),
        "totalPriceSet": own("total"), "subtotalPriceSet": own("total"), "lineItems": _lines,
    },
    "LineItem": {
        "id": own_id("LineItem"), "title": own("title"), "name": own("title"), "quantity": own("quantity"), "sku": own("sku"),
        "currentQuantity": own("quantity"), "originalUnitPriceSet": own("price"),
        "variant": lambda sight, line, args: sight.shelf.variant(line.variant_id),
    },
    "Attribute": {"key": entry("key"), "value": entry("value")},
    "Job": {"id": always("gid://shopify/Job/1"), "done": always(True)},
    **{
        payload: {name: entry(name) for name in names}
        for payload, names in {
            "BulkOperationRunQueryPayload": ("bulkOperation", "userErrors"),
            "BulkOperationCancelPayload": ("bulkOperation", "userErrors"),
            "BulkOperationUserError": ("field", "message", "code"),
            "WebhookSubscriptionCreatePayload": ("webhookSubscription", "userErrors"),
            "WebhookSubscriptionUpdatePayload": ("webhookSubscription", "userErrors"),
            "WebhookSubscriptionDeletePayload": ("deletedWebhookSubscriptionId", "userErrors"),
            "OrderCreatePayload": ("order", "userErrors"),
            "OrderCreateUserError": ("field", "message", "code"),
            "OrderCancelPayload": ("job", "orderCancelUserErrors", "userErrors"),
            "OrderCancelUserError": ("field", "message", "code"),
            "UserError": ("field", "message"),
        }.items()
    },
}  # fmt: skip

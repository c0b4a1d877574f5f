"""What a shop tells its subscribers. Bodies are of the old REST kind, as Shopify's webhooks still are: rest.py."""

import base64
import hashlib
import hmac
import uuid
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.shops.post import Letter
from sandbox.shops.shopify import rest
from sandbox.shops.shopify.admin_schema import VERSION
from sandbox.shops.shopify.bulk_state import BulkOperation
from sandbox.shops.shopify.goods import Product, Variant
from sandbox.shops.shopify.world import App, Hook

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop

# Waits before a delivery is tried again: eight within four hours.
RETRIES = (60.0, 120.0, 300.0, 600.0, 1200.0, 2400.0, 4200.0, 5520.0)
FAILURES = 8


def signature(secret: str, body: bytes) -> str:
    """X-Shopify-Hmac-SHA256: base64 of the HMAC over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Events:
    """Turns what happens in a shop into letters to whoever has subscribed. Called under the shop's lock."""

    def __init__(self, shop: "ShopifyShop") -> None:
        self._shop = shop

    def product(self, what: str, product: Product) -> None:
        """products/create, products/update."""
        if self._hooks(topic := f"PRODUCTS_{what.upper()}"):
            self._tell(topic, rest.product(self._shop, product))

    def deleted(self, product_id: int) -> None:
        """products/delete: the number, and nothing else."""
        self._tell("PRODUCTS_DELETE", {"id": product_id})

    def level(self, variant: Variant) -> None:
        """inventory_levels/update: names the inventory item, not the variant."""
        self._tell("INVENTORY_LEVELS_UPDATE", rest.level(self._shop, variant))

    def shop_changed(self) -> None:
        """shop/update."""
        self._tell("SHOP_UPDATE", rest.shop(self._shop))

    def uninstalled(self, app: App) -> None:
        """app/uninstalled: to the app that is being removed."""
        for hook in self._hooks("APP_UNINSTALLED"):
            if hook.client_id == app.client_id:
                self._post(hook, rest.shop(self._shop), str(uuid.uuid4()), last=True)

    def bulk_finished(self, operation: BulkOperation) -> None:
        """bulk_operations/finish."""
        self._tell("BULK_OPERATIONS_FINISH", rest.bulk(operation))

    def _hooks(self, topic: str) -> list[Hook]:
        return [hook for hook in self._shop.hooks.values() if hook.topic == topic]

    def _tell(self, topic: str, body: dict[str, Any]) -> None:
        event = str(uuid.uuid4())
        for hook in self._hooks(topic):
            self._post(hook, body, event)

    def _post(self, hook: Hook, body: dict[str, Any], event: str, last: bool = False) -> None:
        shop, app = self._shop, self._shop.apps[hook.client_id]
        raw = orjson.dumps(body)
        headers = {
            "Content-Type": "application/json", "User-Agent": "Shopify-Captain-Hook", "X-Shopify-Shop-Domain": shop.domain,
            "X-Shopify-API-Version": VERSION, "X-Shopify-Event-Id": event, "X-Shopify-Triggered-At": shop.clock().isoformat(),
        }  # fmt: skip
        wanted = (lambda: True) if last else lambda: hook.id in shop.hooks

        def put(topic: str) -> None:
            own = {**headers, "X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": str(uuid.uuid4())}

            def write(forged: bool) -> tuple[dict[str, str], bytes]:
                secret = "forged" if forged else app.client_secret
                return {**own, "X-Shopify-Hmac-SHA256": signature(secret, raw)}, raw

            shop.post.put(Letter(hook.uri, write, lambda status: self._ended(hook, status), _failed, RETRIES, wanted=wanted))

        put("/".join(hook.topic.lower().rsplit("_", 1)))
        if shop.faults.active("hooks_mislabelled"):
            put("app/uninstalled")

    def _ended(self, hook: Hook, status: int) -> None:
        """The eighth failure in a row deletes the subscription."""
        with self._shop.work():
            hook.failures = hook.failures + 1 if _failed(status) else 0
            if hook.failures >= FAILURES:
                self._shop.hooks.pop(hook.id, None)


def _failed(status: int) -> bool:
    return not 200 <= status < 300

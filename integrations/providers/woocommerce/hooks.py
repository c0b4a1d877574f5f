"""Webhooks in a WooCommerce shop, by its REST API. https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks

A hook that fails seven times in a row is switched off by the shop, and a delivery that failed never comes again. Switched on again, one
more failure switches it off; the first that succeeds ends the count.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from common.errors import PermanentError
from integrations.providers.hooks import Hook, ShopHooks
from integrations.providers.woocommerce.answering.answers import WooAnswer

PER_PAGE, MOST_PAGES = 100, 20
ON = "active"


class Client(Protocol):
    """What is needed of WooClient."""

    store_url: str

    def get(self, path: str, params: dict[str, str] | None = None) -> WooAnswer: ...

    def write(self, method: str, path: str, body: dict[str, Any] | None = None) -> WooAnswer: ...


class WooHooks(ShopHooks):
    """Entering one needs a key with permission “Read/Write”; looking does not."""

    topics = ("product.created", "product.updated", "product.deleted")

    def __init__(self, client: Client) -> None:
        self._client = client
        self.shop_url = client.store_url

    def found(self) -> list[Hook]:
        """See ShopHooks."""
        hooks: dict[str, Hook] = {}
        for page in range(1, MOST_PAGES + 1):
            rows = self._client.get("webhooks", {"per_page": str(PER_PAGE), "page": str(page)}).data
            read = [_hook(row) for row in rows if isinstance(row, Mapping)]
            new = {hook.id: hook for hook in read if hook.id and hook.id not in hooks}
            hooks |= new
            if len(rows) < PER_PAGE or not new:
                break
        return list(hooks.values())

    def create(self, topic: str, address: str, secret: str) -> Hook:
        """See ShopHooks. The shop asks the address at once whether somebody is there."""
        entered = {"name": f"whatsappcrm: {topic}", "topic": topic, "delivery_url": address, "secret": secret, "status": ON}
        answer = self._client.write("POST", "webhooks", entered).data
        return _hook(answer if isinstance(answer, Mapping) else {})

    def mend(self, hook: Hook, secret: str) -> None:
        """See ShopHooks."""
        self._client.write("PUT", f"webhooks/{hook.id}", {"status": ON, "secret": secret})

    def delete(self, hook: Hook) -> None:
        """See ShopHooks."""
        try:
            self._client.write("DELETE", f"webhooks/{hook.id}")
        except PermanentError as error:
            if error.kind != "not_found" and error.status not in (404, 410):
                raise


def _hook(row: Mapping[str, Any]) -> Hook:
    return Hook(str(row.get("id") or ""), str(row.get("topic") or ""), str(row.get("delivery_url") or ""), row.get("status") == ON)

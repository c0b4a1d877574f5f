"""Webhooks of a WooCommerce shop: who has subscribed, what is told, and what the shop does with those who do not answer.

As in a real shop a letter is written when it leaves, so it says what is true by then; the same product waits only once for the same hook;
nothing is ever tried again; the seventh failure in a row disables a hook.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.shops.post import Letter
from sandbox.shops.woocommerce.answering import encode_json
from sandbox.shops.woocommerce.errors import WooError

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

TOPICS = ("product.created", "product.updated", "product.deleted", "product.restored", "order.created", "order.updated", "coupon.created")
STATUSES = ("active", "paused", "disabled")
MOST_FAILURES = 6
Written = tuple[dict[str, str], bytes]


@dataclass(slots=True, kw_only=True)
class Hook:
    """One webhook. `pending`: its address has not yet answered a ping with exactly 200, so it is pinged at each save."""

    id: int
    topic: str
    delivery_url: str
    secret: str = field(default="", repr=False)
    name: str = ""
    status: str = "active"
    failures: int = 0
    pending: bool = True
    created: int = 0
    modified: int = 0


class Hooks:
    """The hooks of one shop by number. Callers hold the shop's lock; letters are written and answered without it."""

    def __init__(self, shop: "WooShop") -> None:
        self._shop = shop
        self.rows: dict[int, Hook] = {}
        self._waiting: set[tuple[int, int]] = set()

    def save(self, hook: Hook) -> None:
        """A hook is new or was changed."""
        hook.modified = self._shop.now()
        self.rows[hook.id] = hook
        if hook.status == "active" and hook.pending:
            self._post(hook, lambda forged: self._ping(hook), lambda status: self._pinged(hook, status))

    def tell(self, topic: str, item_id: int) -> None:
        """Something happened to a product, a variation or an order."""
        for hook in self.rows.values():
            if hook.topic == topic and hook.status == "active" and (hook.id, item_id) not in self._waiting:
                self._waiting.add((hook.id, item_id))
                self._tell(hook, item_id)

    def _tell(self, hook: Hook, item_id: int) -> None:
        def write(forged: bool) -> Written:
            with self._shop.lock:
                self._waiting.discard((hook.id, item_id))
                body = encode_json(self._body(hook, item_id))
                return self._headers(hook, body, "forged" if forged else hook.secret), body

        self._post(hook, write, lambda status: self._ended(hook, status))

    def _post(self, hook: Hook, write: Callable[[bool], Written], ended: Callable[[int], None]) -> None:
        wanted = lambda: self.rows.get(hook.id) is hook and hook.status == "active"  # noqa: E731
        self._shop.post.put(Letter(hook.delivery_url, write, ended, _failed, wanted=wanted))

    def _ping(self, hook: Hook) -> Written:
        headers = {"User-Agent": self._agent(), "Accept": "*/*", "Content-Type": "application/x-www-form-urlencoded"}
        return headers, f"webhook_id={hook.id}".encode()

    def _headers(self, hook: Hook, body: bytes, secret: str) -> dict[str, str]:
        resource, _, event = hook.topic.partition(".")
        return {
            "User-Agent": self._agent(), "Accept": "*/*", "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self._shop.address}/", "X-WC-Webhook-Topic": hook.topic, "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event, "X-WC-Webhook-Signature": signature(secret, body), "X-WC-Webhook-ID": str(hook.id),
            # Not unique: the same for everything a hook sends in one second.
            "X-WC-Webhook-Delivery-ID": hashlib.md5(f"{hook.id}{self._shop.now()}".encode(), usedforsecurity=False).hexdigest(),
        }  # fmt: skip

    def _agent(self) -> str:
        return f"WooCommerce/{self._shop.version} Hookshot (WordPress/{self._shop.wordpress})"

    def _body(self, hook: Hook, item_id: int) -> dict[str, Any]:
        if hook.topic.endswith(".deleted"):
            return {"id": item_id}
        try:
            return self._shop.shown(item_id)
        except WooError as error:
            return error.body()  # deleted meanwhile: correctly signed, and no product

    def _pinged(self, hook: Hook, status: int) -> None:
        with self._shop.work():
            hook.pending = status != 200
            self._count(hook, status)

    def _ended(self, hook: Hook, status: int) -> None:
        with self._shop.work():
            self._count(hook, status)

    def _count(self, hook: Hook, status: int) -> None:
        hook.failures = hook.failures + 1 if _failed(status) else 0
        if hook.failures > MOST_FAILURES:
            hook.status, hook.failures = "disabled", MOST_FAILURES


def signature(secret: str, body: bytes) -> str:
    """X-WC-Webhook-Signature: base64 of the HMAC over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _failed(status: int) -> bool:
    return not 200 <= status <= 302


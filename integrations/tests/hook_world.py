"""For tests of webhooks: deliveries as real shops send and sign them, and a shop whose hooks can be seen, broken and refused."""

import base64
import hashlib
import hmac
import json
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from django.test import Client

from common.errors import NeedsConfigurationError, TransientError
from integrations.models import StoreConnection, StoreHooks
from integrations.providers.base import StoreFacts
from integrations.providers.hooks import Hook, ShopHooks
from integrations.tests.run_world import QuietAdapter
from integrations.webhooks import asking, keeping

OUR_ADDRESS = "https://us.example.com"
DOWN = TransientError("The shop does not answer.", kind="timeout")
READ_ONLY = NeedsConfigurationError("The key may only read.", kind="read_only_key", data={"remedy": "Set it to “Read/Write”."})
SECRET = "our secret"
FILE = Path(__file__).parent / "fixtures" / "woocommerce" / "webhooks.json"


@cache
def _recorded() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def recorded_secret() -> str:
    """With it the recorded deliveries are signed."""
    return _recorded()["secret"]


def recorded_names() -> list[str]:
    """What a real WooCommerce 11.0.1 delivered, in its order; the first is the unsigned ping."""
    return list(_recorded()["deliveries"])


def recorded(name: str) -> tuple[dict[str, str], bytes]:
    """Headers in lower case, and the raw body."""
    found = next(value for key, value in _recorded()["deliveries"].items() if key.startswith(name))
    return {key.lower(): value for key, value in found["headers"].items()}, found["body"].encode()


def sign(body: bytes, secret: str = SECRET) -> str:
    """As both kinds of shop sign."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def woo_headers(body: bytes, topic: str = "product.updated", delivery: str = "d1", secret: str = SECRET) -> dict[str, str]:
    """What WooCommerce sends beside a body."""
    return {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": delivery, "X-WC-Webhook-Signature": sign(body, secret)}


def post(connection: Any, body: bytes, headers: dict[str, str], *, provider: str = "woocommerce", client: Client | None = None) -> Any:
    """The answer to a delivery. connection: a shop, or the number of one."""
    number = getattr(connection, "pk", connection)
    content_type = "application/json"
    return (client or Client()).post(f"/webhooks/{provider}/{number}", body, content_type=content_type, headers=headers)


def deliver(connection: StoreConnection, data: Any, topic: str = "product.updated", delivery: str = "d1") -> Any:
    """A signed delivery of WooCommerce."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return post(connection, body, woo_headers(body, topic, delivery))


def look(connection: StoreConnection) -> StoreHooks:
    """A look at the hooks in its shop, and what is known of them then."""
    asking.ask_for_a_look(connection)
    keeping.keep_webhooks(connection.pk)
    return StoreHooks.objects.get(connection=connection)


def address(connection: StoreConnection, base: str = OUR_ADDRESS) -> str:
    """Where its deliveries come to."""
    return f"{base}/webhooks/woocommerce/{connection.pk}"


class HookShop(ShopHooks):
    """The hooks of one shop in memory. secrets: by hook; asked: each call; fails: raised by the call of that name."""

    topics = ("product.created", "product.updated", "product.deleted")

    def __init__(self) -> None:
        self.hooks: dict[str, Hook] = {}
        self.secrets: dict[str, str] = {}
        self.asked: list[str] = []
        self.fails: dict[str, Exception] = {}
        self._numbers = count(1)

    def _call(self, name: str) -> None:
        self.asked.append(name)
        if name in self.fails:
            raise self.fails[name]

    def found(self) -> list[Hook]:
        self._call("found")
        return list(self.hooks.values())

    def create(self, topic: str, address: str, secret: str) -> Hook:
        self._call("create")
        return self.put(topic, address, secret)

    def put(self, topic: str, address: str, secret: str = "theirs", *, is_on: bool = True) -> Hook:
        """One that somebody has entered by hand."""
        hook = Hook(str(next(self._numbers)), topic, address, is_on)
        self.hooks[hook.id], self.secrets[hook.id] = hook, secret
        return hook

    def switch_off(self) -> None:
        """As a shop does after failures."""
        self.hooks = {key: Hook(key, hook.topic, hook.address, False) for key, hook in self.hooks.items()}

    def mend(self, hook: Hook, secret: str) -> None:
        self._call("mend")
        self.hooks[hook.id], self.secrets[hook.id] = Hook(hook.id, hook.topic, hook.address), secret

    def delete(self, hook: Hook) -> None:
        self._call("delete")
        self.hooks.pop(hook.id, None)

    def working(self, address: str, secret: str) -> list[str]:
        """The topics that arrive at an address, signed with this secret."""
        right = [hook for hook in self.hooks.values() if hook.address == address and hook.is_on and self.secrets[hook.id] == secret]
        return sorted(hook.topic for hook in right)


class HookAdapter(QuietAdapter):
    """Every connection of the test has this one shop."""

    shop: HookShop

    @property
    def hooks(self) -> HookShop:
        return HookAdapter.shop

    def describe(self) -> StoreFacts:
        return super().describe()

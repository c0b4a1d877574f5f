"""Shopify's outer servers for tests of the client: they give out tokens and take them back, and answer questions as a test tells them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from common.tests.keeping_host import Asked, KeepingHost, Said, keeping
from integrations.models import Provider, StoreConnection

DOMAIN = "demo.myshopify.com"
CLIENT, SECRET = "5f0e1d2c3b4a59687766554433221100", "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"
STATIC = "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"
VERSION = "2026-10"
KEYS = {"client_id": CLIENT, "client_secret": SECRET}
UNAUTHORIZED = Said(401, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})


def cost(requested: float = 12, available: float = 1988, maximum: float = 2000, restored: float = 100) -> dict[str, Any]:
    """`extensions` as they were recorded."""
    status = {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": restored}
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": requested, "throttleStatus": status}}


def good(data: Any, **extensions: Any) -> Said:
    return Said(body={"data": data, "extensions": {**cost(), **extensions}}, headers={"X-Shopify-API-Version": VERSION})


def failed(*errors: Any, **more: Any) -> Said:
    return Said(body={"errors": list(errors), **more})


def error(message: str, code: str, **more: Any) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code, **more}}


def throttled(requested: float = 752, available: float = 666) -> Said:
    status = cost(requested, available)
    status["cost"]["actualQueryCost"] = None
    return failed(error("Throttled", "THROTTLED", documentation="https://shopify.dev/api/usage/rate-limits"), extensions=status)


class Edge:
    """living: the tokens that are taken now; said: what is answered to the next questions, then `answer` does; life: seconds of a token.

    no_token: what the token endpoint says instead of one.
    """

    def __init__(self, host: KeepingHost) -> None:
        self.host = host
        self.living: set[str] = {STATIC}
        self.given: list[str] = []
        self.said: list[Said] = []
        self.answer: Callable[[dict[str, Any]], Said] = lambda question: good({"shop": {"name": "Demo"}})
        self.no_token: Said | None = None
        self.life = 86_399
        self.asked_for_tokens: list[dict[str, Any]] = []
        self.questions: list[dict[str, Any]] = []
        host.answer = self.handle

    def handle(self, asked: Asked) -> Said:
        home = f"/shopify/{DOMAIN}/admin"
        if asked.path == f"{home}/oauth/access_token":
            return self._token(orjson.loads(asked.body))
        if asked.path != f"{home}/api/{VERSION}/graphql.json":
            return Said(404, {"errors": "Not Found"})
        if asked.headers.get("x-shopify-access-token") not in self.living:
            return UNAUTHORIZED
        self.questions.append(orjson.loads(asked.body))
        return self.said.pop(0) if self.said else self.answer(self.questions[-1])

    def _token(self, wanted: dict[str, Any]) -> Said:
        self.asked_for_tokens.append(wanted)
        if self.no_token is not None:
            return self.no_token
        if wanted != {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}:
            return Said(400, {"error": "invalid_client", "error_description": "Client authentication failed"})
        self.given.append(f"shpat_{len(self.given):032d}")
        self.living = {STATIC, self.given[-1]}
        return Said(body={"access_token": self.given[-1], "scope": "read_products,read_inventory", "expires_in": self.life})


@contextmanager
def edge(settings: Any) -> Iterator[Edge]:
    """The servers, until the end of the block, in Shopify's place."""
    with keeping() as host:
        settings.ALLOW_PRIVATE_STORE_URLS = True
        settings.SHOPIFY_BASE_URL = f"{host.url}/shopify/{{domain}}"
        yield Edge(host)


def unsaved(keys: dict[str, str] | None = None, **values: Any) -> StoreConnection:
    """A connection as it is tested before it is kept."""
    return StoreConnection(provider=Provider.SHOPIFY, shop_domain=DOMAIN, credentials=KEYS if keys is None else keys, **values)


def connected(tenant: Any, keys: dict[str, str] | None = None, **values: Any) -> StoreConnection:
    """One that is kept."""
    connection = unsaved(keys, tenant=tenant, **values)
    connection.save()
    return connection

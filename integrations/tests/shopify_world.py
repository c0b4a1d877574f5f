"""A stand-in Shopify on a port of this machine: for tests from its shelves to our rows. How both are compared: woo_world.differences."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from common.tests.keeping_host import Asked, Said, keeping
from integrations.models import Provider, StoreConnection
from integrations.tests.shopify_edge import CLIENT, DOMAIN, KEYS, SECRET
from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.shopify import ShopifyShop


@contextmanager
def served(settings: Any, **options: Any) -> Iterator[ShopifyShop]:
    """The shop in Shopify's place, until the end of the block."""
    with keeping() as host:
        settings.ALLOW_PRIVATE_STORE_URLS = True
        settings.SHOPIFY_BASE_URL = f"{host.url}/shopify/{{domain}}"
        home = f"{host.url}/shopify/{DOMAIN}"
        shop = ShopifyShop("demo", home, domain=DOMAIN, files=f"{home}/files", **options)
        shop.add_app(CLIENT, SECRET)
        shop.bulk_seconds = 0.0
        shop.bucket.size = shop.bucket.rate = 1_000_000.0  # Nobody waits in a test.
        host.answer = lambda asked: _said(shop, host.url, asked)
        yield shop


def connect(tenant: Any, **values: Any) -> StoreConnection:
    """A connection of the business to it."""
    return StoreConnection.objects.create(tenant=tenant, provider=Provider.SHOPIFY, shop_domain=DOMAIN, credentials=KEYS, **values)


def _said(shop: ShopifyShop, url: str, asked: Asked) -> Said:
    method, target = asked.raw.split(" ", 2)[:2]
    answer = shop.handle(ShopRequest(method, url + target, asked.headers, asked.body))
    if answer.fault == "cut":
        return Said(talk=lambda peer: peer.sendall(_half(answer)))
    if answer.fault or answer.delay:
        return Said(talk=lambda peer: peer.shutdown(socket.SHUT_RDWR))
    kept = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    return Said(answer.status, b"".join(answer.blocks()), kept)


def _half(answer: ShopAnswer) -> bytes:
    """As much as comes of an answer that is cut off."""
    body = b"".join(answer.blocks())
    lines = [f"{name}: {value}" for name, value in {**answer.headers, "Content-Length": len(body), "Connection": "close"}.items()]
    return "\r\n".join([f"HTTP/1.1 {answer.status} Said", *lines, "", ""]).encode() + body[: len(body) // 2]

"""A stand-in WooCommerce on a port of this machine, and whether our products are what it has: for tests from its shelves to our rows."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from common.tests.keeping_host import Asked, Said, keeping
from integrations.importing.fitting import fit
from integrations.models import ExternalRef, RefKind, StoreConnection
from integrations.providers import adapter_for
from products_and_services.models import Product, ProductVariant
from sandbox.shops.woocommerce import ShopRequest, WooShop

KEY, SECRET = "ck_0123456789abcdef0123456789abcdef01234567", "cs_fedcba9876543210fedcba9876543210fedcba98"


@contextmanager
def served(*, permissions: str = "read", **options: Any) -> Iterator[WooShop]:
    """The shop, answering over plain http (so requests are signed), until the end of the block. permissions: of our key."""
    with keeping() as host:
        shop = WooShop("demo", host.url, **options)
        shop.add_key(KEY, SECRET, permissions=permissions)
        host.answer = lambda asked: _said(shop, host.url, asked)
        yield shop


def _said(shop: WooShop, url: str, asked: Asked) -> Said:
    method, target = asked.raw.split(" ", 2)[:2]
    answer = shop.handle(ShopRequest(method, url + target, asked.headers, asked.body))
    if answer.delay:  # Nobody waits in a test: the server in front of the shop loses patience at once.
        return Said(504, b"<html><head><title>504 Gateway Time-out</title></head></html>", {"Content-Type": "text/html"})
    if answer.fault:
        return Said(talk=lambda peer: peer.shutdown(socket.SHUT_RDWR))
    kept = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    return Said(answer.status, answer.body, kept)


def connect(tenant: Any, shop: WooShop, *, rows: int = 100, **values: Any) -> StoreConnection:
    """A connection of the business to it. rows: how many products are asked for at a time."""
    keys, facts = {"consumer_key": KEY, "consumer_secret": SECRET}, {"page_sizes": {"products": [rows, 0, 640]}}
    return StoreConnection.objects.create(tenant=tenant, store_url=shop.home, credentials=keys, facts=facts if rows < 100 else {}, **values)


def everything(connection: StoreConnection) -> dict[str, Any]:
    """{number: what a product should be here}, read from the shop anew."""
    adapter = adapter_for(connection)
    adapter.describe()
    cursor, found = None, {}
    while True:
        page = adapter.fetch_page(cursor)
        for raw in page.raws:
            record = adapter.transform(raw)
            found[record.external_id] = (record, fit(record))
        cursor = page.next_cursor
        if cursor is None:
            return found


def differences(connection: StoreConnection) -> list[str]:
    """What is not here as the shop has it; [] = all is. SKUs have rules of their own and are not compared."""
    wanted, found = everything(connection), []
    refs = dict(ExternalRef.objects.filter(connection=connection, kind=RefKind.PRODUCT).values_list("external_id", "product_id"))
    products = Product.objects.for_tenant(connection.tenant).prefetch_related("variants", "images", "categories").in_bulk(refs.values())
    for external_id, (record, fitted) in wanted.items():
        product = products.get(refs.get(external_id))
        if product is None:
            found.append(f"{external_id} is not here")
            continue
        for column, value in fitted.values.items():
            if column not in record.unspoken and _noted(getattr(product, column)) != value:
                found.append(f"{external_id}.{column}: {getattr(product, column)!r} instead of {value!r}")
        images = [image.remote_url for image in product.images.all() if image.variant_id is None]
        if images != [url for url, _ in fitted.images]:
            found.append(f"{external_id}.images: {images}")
        found += _variants(external_id, list(product.variants.all()), record, fitted)
    gone = [products[pk] for external_id, pk in refs.items() if external_id not in wanted]
    return found + [f"{product} is gone from the shop and active here" for product in gone if product.is_active]


def _variants(external_id: str, rows: list[ProductVariant], record: Any, fitted: Any) -> list[str]:
    by_id = {row.external_id: row for row in rows if not row.is_default}
    found = [f"{external_id}: variation {one} is gone and active" for one, row in by_id.items()
             if row.is_active and one not in {each.external_id for each in record.variants}]  # fmt: skip
    for one in fitted.variants:
        row = by_id.get(one.external_id)
        if row is None:
            found.append(f"{external_id}: variation {one.external_id} is not here")
            continue
        for column, value in one.values.items():
            if _noted(getattr(row, column)) != value:
                found.append(f"{external_id}/{one.external_id}.{column}: {getattr(row, column)!r} instead of {value!r}")
    return found


def _noted(value: Any) -> Any:
    """As Fitted writes it."""
    if hasattr(value, "normalize"):
        return format(value.normalize() + 0, "f")
    return value.isoformat() if hasattr(value, "isoformat") else value


def at_each(shop: WooShop, edits: Callable[[int], Any], endpoint: str = "products") -> None:
    """Does edits(n) before the n-th call of an endpoint from now on, for the next 60."""
    for number in range(1, 61):
        shop.before(number, lambda number=number: edits(number), endpoint)

"""One shop hangs or gives no points: edits in the same business's other shop, in another business's and by hand, on their way to Meta."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from typing import Any

from benchmarks.live import PATIENCE, LiveShop, product_at_work, request_about, wait_until_sent
from benchmarks.meta_side import MetaSide
from benchmarks.report import heading, percentile, say, wrong
from benchmarks.shop import connected_shop, stock_up
from benchmarks.shop_side import SHOPIFY, ShopSide, open_shop

PRODUCTS, ROUNDS, EDITS = 20, 2, 8
BROKEN, SAME, OTHER = "broken.myshopify.com", "same.myshopify.com", "other.myshopify.com"
FAULTS = ({"kind": "hang", "seconds": 30.0}, {"kind": "throttled"})
ACCOUNT = {"token": "EAABENCHMARK2", "app_secret": "benchmarksecret2", "business_id": "100000000000077"}
CATALOG = "200000000000077"
Edit = Callable[[int, str], Any]
_prices = count(100)


def run(port: int) -> None:
    """Interleaved rounds without and with the broken shop; p95 of everybody else's edits."""
    heading(f"One broken shop: p95 of everybody else's edits, on their way to Meta ({ROUNDS} rounds of each kind, interleaved)")
    meta = MetaSide(port)
    (_, first), (other, second) = connected_shop(), _other_business(meta)
    domains = (BROKEN, SAME, OTHER)
    with open_shop(PRODUCTS, SHOPIFY, domains=",".join(domains)) as side, product_at_work():
        sides = {one: ShopSide(SHOPIFY, side.port) for one in domains}  # A connection each: they are used by several threads.
        broken, *shops = (LiveShop(sides[one], MetaSide(port), second if one == OTHER else first, one) for one in domains)
        wait_until_sent([first, second])
        everybody: list[Edit] = [*(shop.edit for shop in shops), lambda number, price: _edit_here(MetaSide(port), other, number, price)]
        _round(everybody)
        whole: list[float] = []
        hurt: dict[str, list[float]] = {str(fault["kind"]): [] for fault in FAULTS}
        for _ in range(ROUNDS):
            for fault in FAULTS:
                whole += _round(everybody)
                with _outage(side, broken, fault):
                    hurt[str(fault["kind"])] += _round(everybody, broken.tell)
        for shop in shops:
            shop.check()
    say("without the broken shop: p50", percentile(whole, 50), "s")
    say("without the broken shop: p95", percentile(whole, 95), "s")
    for kind, waits in hurt.items():
        say(f"one shop {kind}: p50", percentile(waits, 50), "s")
        say(f"one shop {kind}: p95", percentile(waits, 95), "s")
        say(f"one shop {kind}: p95 / without it", percentile(waits, 95) / percentile(whole, 95), "x", target=1.2)


def _round(everybody: list[Edit], also: Edit | None = None) -> list[float]:
    """Everybody edits at once, again and again; seconds of each edit. also: who edits as well and is not waited for."""
    from common.clock import database_now
    from integrations.in_step.sweep import ring_due

    ring_due(database_now())  # As celery beat does every minute.
    waits: list[float] = []
    with ThreadPoolExecutor(len(everybody)) as people:
        for number in range(EDITS):
            price = f"{next(_prices)}.00"
            if also is not None:
                also(number, price)
            waits += people.map(lambda edit, number=number, price=price: edit(number % 4 + 1, price), everybody)
            time.sleep(random.uniform(0.2, 0.6))  # noqa: S311 - so that no timer of ours beats in time with the workers'
    return waits


@contextmanager
def _outage(side: ShopSide, broken: LiveShop, fault: dict[str, Any]) -> Iterator[None]:
    """Everything that asks the shop regularly is due; afterwards it is waited for until nobody asks it any more.

    No import of it is started: while one runs, what is read regularly would wait, and hurt nobody.
    """
    from integrations.models import StoreWatch

    watches = StoreWatch.objects.filter(connection=broken.connection)
    watches.update(due_at=None, tries=0, failing_since=None)
    side.order("fault", shop=broken.domain, **fault)
    try:
        yield
    finally:
        ends = time.monotonic() + PATIENCE
        while watches.exclude(lease_token="").exists() and time.monotonic() < ends:
            time.sleep(0.5)
        side.order("mend", shop=broken.domain)
    if not watches.filter(failing_since__isnull=False).exists():
        wrong("nobody has asked the broken shop")


def _other_business(meta: MetaSide) -> tuple[Any, Any]:
    """A second business at Meta and here, with a few products of its own."""
    from meta_integration.models import Catalog, MetaAppConfig
    from products_and_services.signals import announce
    from tenants.models import Tenant

    meta.add_account(**ACCOUNT, catalog_ids=[CATALOG], name="Other")
    tenant = Tenant.objects.create(sub_domain="other", name="Other")
    about = {"access_token": ACCOUNT["token"], "app_secret": ACCOUNT["app_secret"], "business_id": ACCOUNT["business_id"]}
    MetaAppConfig.objects.create(tenant=tenant, catalog_id=CATALOG, check_pictures=False, **about)
    announce(tenant.pk, stock_up(tenant, PRODUCTS))
    return tenant, Catalog.objects.get(tenant=tenant)


def _edit_here(meta: MetaSide, tenant: Any, number: int, price: str) -> float:
    """Somebody of the business changes a price by hand: seconds from the commit to the request at Meta."""
    from django.db import connection

    from products_and_services.models import Product

    product = Product.objects.get(tenant=tenant, sku=f"P-{number}")
    before, product.price = meta.calls_so_far(), Decimal(price)
    product.save()
    committed = time.time()
    connection.close()  # Of this thread.
    return request_about(meta, product.sku, before) - committed

"""Shops hang, or give no points: edits in the same business's other shop, in another business's and by hand, on their way to Meta.

BENCH_BROKEN: how many shops are broken at the same time (5); BENCH_ROUNDS: of each kind (2).
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from statistics import median
from typing import Any

from benchmarks.live import PATIENCE, LiveShop, product_at_work, request_about, wait_until_sent
from benchmarks.meta_side import MetaSide
from benchmarks.report import heading, percentile, say, wrong
from benchmarks.shop import connected_shop, stock_up
from benchmarks.shop_side import SHOPIFY, ShopSide, open_shop

PRODUCTS, EDITS = 20, 8
ROUNDS, HOW_MANY = int(os.environ.get("BENCH_ROUNDS", "2")), int(os.environ.get("BENCH_BROKEN", "5"))
BROKEN = [f"broken{number}.myshopify.com" for number in range(HOW_MANY)]
SAME, OTHER = "same.myshopify.com", "other.myshopify.com"
FAULTS = ({"kind": "hang", "seconds": 30.0}, {"kind": "throttled"})
ACCOUNT = {"token": "EAABENCHMARK2", "app_secret": "benchmarksecret2", "business_id": "100000000000077"}
CATALOG = "200000000000077"
Edit = Callable[[int, str], Any]
Pair = tuple[list[float], list[float]]  # Seconds of the edits of a round without, and of the one with the broken shops.
_prices = count(100)


def run(port: int) -> None:
    """Interleaved rounds without and with the broken shops; p95 of everybody else's edits."""
    heading(f"{HOW_MANY} broken shop(s): p95 of everybody else's edits, on their way to Meta ({ROUNDS} rounds of each kind, interleaved)")
    meta = MetaSide(port)
    (_, first), (other, second) = connected_shop(), _other_business(meta)
    domains = (*BROKEN, SAME, OTHER)
    with open_shop(PRODUCTS, SHOPIFY, domains=",".join(domains)) as side, product_at_work():
        sides = {one: ShopSide(SHOPIFY, side.port) for one in domains}  # A connection each: they are used by several threads.
        opened = [LiveShop(sides[one], MetaSide(port), second if one == OTHER else first, one) for one in domains]
        broken, shops = opened[:HOW_MANY], opened[HOW_MANY:]
        wait_until_sent([first, second])
        everybody: list[Edit] = [*(shop.edit for shop in shops), lambda number, price: _edit_here(MetaSide(port), other, number, price)]
        _round(everybody)
        pairs: dict[str, list[Pair]] = {str(fault["kind"]): [] for fault in FAULTS}
        for _ in range(ROUNDS):
            for fault in FAULTS:
                before = _round(everybody)
                with _outage(side, broken, fault):
                    pairs[str(fault["kind"])].append((before, _round(everybody, [shop.tell for shop in broken])))
        for shop in shops:
            shop.check()
    whole = [wait for found in pairs.values() for before, _ in found for wait in before]
    say("without a broken shop: p50", percentile(whole, 50), "s")
    say("without a broken shop: p95", percentile(whole, 95), "s")
    for kind, found in pairs.items():
        _compare(f"{HOW_MANY} broken by {kind}", found, whole)


def _compare(what: str, found: list[Pair], whole: list[float]) -> None:
    """Against all rounds without, and each round against the one right before it: the machine's load is not always the same."""
    waits = [wait for _, during in found for wait in during]
    say(f"{what}: p50", percentile(waits, 50), "s")
    say(f"{what}: p95", percentile(waits, 95), "s")
    say(f"{what}: p95 / without", percentile(waits, 95) / percentile(whole, 95), "x", target=1.2)
    ratios = [percentile(during, 95) / percentile(before, 95) for before, during in found]
    say(f"{what}: median of the rounds' ratios", median(ratios), "x")


def _round(everybody: list[Edit], also: list[Edit] | None = None) -> list[float]:
    """Everybody edits at once, again and again; seconds of each edit. also: who edit as well and are not waited for."""
    from common.clock import database_now
    from integrations.in_step.sweep import ring_due

    ring_due(database_now())  # As celery beat does every minute.
    waits: list[float] = []
    with ThreadPoolExecutor(len(everybody)) as people:
        for number in range(EDITS):
            price = f"{next(_prices)}.00"
            for edit in also or ():
                edit(number, price)
            waits += people.map(lambda edit, number=number, price=price: edit(number % 4 + 1, price), everybody)
            time.sleep(random.uniform(0.2, 0.6))  # noqa: S311 - so that no timer of ours beats in time with the workers'
    return waits


@contextmanager
def _outage(side: ShopSide, broken: list[LiveShop], fault: dict[str, Any]) -> Iterator[None]:
    """Everything that asks the shops regularly is due; afterwards it is waited for until nobody asks them any more.

    No import of them is started: while one runs, what is read regularly would wait, and hurt nobody.
    """
    from integrations.models import StoreWatch

    watches = StoreWatch.objects.filter(connection__in=[shop.connection.pk for shop in broken])
    watches.update(due_at=None, tries=0, failing_since=None)
    for shop in broken:
        side.order("fault", shop=shop.domain, **fault)
    try:
        yield
    finally:
        ends = time.monotonic() + PATIENCE
        while watches.exclude(lease_token="").exists() and time.monotonic() < ends:
            time.sleep(0.5)
        for shop in broken:
            side.order("mend", shop=shop.domain)
    if watches.filter(failing_since__isnull=False).values("connection").distinct().count() < len(broken):
        wrong("nobody has asked the broken shops")


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

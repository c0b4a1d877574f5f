"""One edit on an idle system, with a real broker and a real worker: how long after the commit, less the debounce, Meta is called."""

import random
import time
from datetime import datetime
from decimal import Decimal

from benchmarks.environment import CELERY, broker, running
from benchmarks.meta_side import MetaSide
from benchmarks.report import heading, percentile, say
from benchmarks.shop import connected_shop, stock_up

EDITS, WARM_UP, PATIENCE = 40, 3, 30.0


def run(port: int) -> None:
    """p50 and p99 over the edits, in milliseconds."""
    from meta_integration.catalog.changes import DEBOUNCE

    heading("Freshness: commit of an edit to the request at Meta, less the debounce (real worker, real broker; target: p50 under 30 ms)")
    tenant, _ = connected_shop()
    stock_up(tenant, 20)
    meta = MetaSide(port)
    with broker(), running(*CELERY):
        waits = [_edit(tenant, number, meta) - DEBOUNCE.total_seconds() for number in range(EDITS + WARM_UP)][WARM_UP:]
    say("p50", percentile(waits, 50) * 1000, "ms", target=30)
    say("p99", percentile(waits, 99) * 1000, "ms")


def _edit(tenant, number: int, meta: MetaSide) -> float:  # type: ignore[no-untyped-def]
    """Seconds from the commit to the moment the stand-in had answered the call."""
    from django.db import transaction

    from products_and_services.models import Product

    product = Product.objects.filter(tenant=tenant).order_by("?").first()
    before, committed = meta.calls_so_far(), []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.time()))  # The first hook: before the doorbell.
        product.price = Decimal(number + 100)
        product.save()
    ends = time.monotonic() + PATIENCE
    while not (calls := [call for call in meta.calls(before) if product.sku in call["retailer_ids"]]):
        if time.monotonic() > ends:
            raise SystemExit(f"wrong result: {product.sku} has not reached Meta within {PATIENCE:.0f} s")
        time.sleep(0.02)
    time.sleep(random.uniform(0.2, 0.6))  # noqa: S311 - so that no timer of ours beats in time with the worker's
    return datetime.fromisoformat(calls[0]["at"]).timestamp() - committed[0]

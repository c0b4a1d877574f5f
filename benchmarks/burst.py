"""10,000 products changed in one transaction, to the stand-in at 50 ms a call; against one call per product and 50-call batches."""

import json
import time
import urllib.request

from benchmarks.report import heading, say
from benchmarks.shop import CATALOG, TOKEN, connected_shop, stock_up

PRODUCTS, DELAY = 10_000, 0.05
SAMPLE = 40


def run(port: int) -> None:
    """Calls and seconds from commit until Meta has everything; the peers are measured on a sample and scaled."""
    from django.db import transaction

    from meta_integration.sync_now import count_waiting
    from products_and_services.signals import announce

    heading(f"Burst: {PRODUCTS:,} products in one transaction, {DELAY * 1000:.0f} ms a call (target: 10 calls, 3 s after the commit)")
    tenant, catalog = connected_shop()
    ids = stock_up(tenant, PRODUCTS)
    _control(port, "faults", {"kind": "slow", "seconds": DELAY})
    with transaction.atomic():
        announce(tenant.pk, ids)
    started = time.perf_counter()
    time.sleep(0.7)  # The debounce belongs to the promise.
    _drain(catalog)
    seconds, calls = time.perf_counter() - started, _calls(port)
    arrived = sum(1 for sku in _state(port)["items"] if sku.startswith("P-"))
    if arrived != PRODUCTS or count_waiting([catalog]):
        raise SystemExit(f"wrong result: {arrived} items at Meta, {count_waiting([catalog])} still waiting")
    say("this project: calls (polls included)", str(calls), "<= 10")
    say("this project: seconds from commit to settled", f"{seconds:.2f} s", "< 3 s")
    single = _one_call_each(port) / SAMPLE * PRODUCTS
    say("one call per product (scaled from a sample)", f"{single:.0f} s", f"{single / seconds:.0f} times longer")
    batched = (DELAY + 0.005) * PRODUCTS / 50
    say("50-call Graph batches (200 requests at 50 ms)", f"{batched:.1f} s", f"{batched / seconds:.1f} times longer")


def _drain(catalog) -> None:  # type: ignore[no-untyped-def]
    from meta_integration.catalog.drain import drain_catalog

    while True:
        outcome = drain_catalog(catalog.pk)
        if outcome.more:
            continue
        if outcome.nap is None:
            return
        time.sleep(outcome.nap)


def _one_call_each(port: int) -> float:
    started = time.perf_counter()
    for number in range(SAMPLE):
        body = {"retailer_id": f"peer-{number}", "name": "Peer", "description": "Peer", "price": 100, "currency": "USD",
                "image_url": "https://shop.example/peer.jpg", "url": "https://shop.example/peer"}  # fmt: skip
        request = urllib.request.Request(  # noqa: S310 - loopback only
            f"http://127.0.0.1:{port}/v26.0/{CATALOG}/products",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        urllib.request.urlopen(request).read()  # noqa: S310
    return time.perf_counter() - started


def _control(port: int, path: str, body: dict) -> None:
    request = urllib.request.Request(  # noqa: S310 - loopback only
        f"http://127.0.0.1:{port}/_sandbox/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).read()  # noqa: S310


def _state(port: int) -> dict:
    return json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/_sandbox/state?catalog={CATALOG}"))  # noqa: S310


def _calls(port: int) -> int:
    return int(_state(port)["last_call"])

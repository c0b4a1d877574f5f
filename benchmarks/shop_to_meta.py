"""An edit in a shop, with the whole product at work: how long after its webhook left the shop Meta is called, less both debounces."""

import random
import time

from benchmarks.live import LiveShop, product_at_work, wait_until_sent
from benchmarks.meta_side import MetaSide
from benchmarks.report import heading, percentile, say
from benchmarks.shop import connected_shop
from benchmarks.shop_side import DOMAIN, SHOPIFY, WOO, open_shop

PRODUCTS, EDITS, WARM_UP = 20, 40, 3


def run(port: int) -> None:
    """p50 and p95 over the edits of each kind of shop, one edit at a time."""
    from integrations.hints.noting import DEBOUNCE as BEFORE_ASKING
    from meta_integration.catalog.changes import DEBOUNCE as BEFORE_SENDING

    debounce = (BEFORE_ASKING + BEFORE_SENDING).total_seconds()
    heading(f"An edit in a shop: its webhook at our intake to the request at Meta ({EDITS} edits, real web server, broker and workers)")
    meta = MetaSide(port)
    _, catalog = connected_shop()
    with open_shop(PRODUCTS, WOO, keeps=False) as woo, open_shop(PRODUCTS, SHOPIFY) as shopify, product_at_work():
        for shop in (LiveShop(woo, meta, catalog), LiveShop(shopify, meta, catalog, DOMAIN)):
            wait_until_sent([catalog])
            waits = [_edit(shop, number) for number in range(EDITS + WARM_UP)][WARM_UP:]
            shop.check()
            kind = shop.side.provider
            say(f"{kind}: p50, less {debounce:.1f} s of debounce", percentile(waits, 50) - debounce, "s")
            say(f"{kind}: p95, less {debounce:.1f} s of debounce", percentile(waits, 95) - debounce, "s", target=2)
            say(f"{kind}: p95, whole", percentile(waits, 95), "s")


def _edit(shop: LiveShop, number: int) -> float:
    wait = shop.edit(number % 4 + 1, f"{number + 100}.00")
    time.sleep(random.uniform(0.2, 0.6))  # noqa: S311 - so that no timer of ours beats in time with the worker's
    return wait

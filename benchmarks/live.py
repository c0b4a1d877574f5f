"""The whole product at work: web server, broker and workers as `make up` runs them, businesses at Meta's stand-in, edits in their shops."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.environment import broker, running, wait_for
from benchmarks.meta_side import MetaSide
from benchmarks.report import wrong
from benchmarks.shop_side import ShopSide
from benchmarks.stores import connect, import_all
from supervisor.programs import long_lived

PATIENCE = 300.0
PROCESSES = ("web", "io", "cpu", "shops")


@contextmanager
def product_at_work() -> Iterator[None]:
    """Until the block ends."""
    port = urlsplit(os.environ["PUBLIC_BASE_URL"]).port or 0
    with broker(), ExitStack() as stack:
        for program in long_lived(Path(sys.executable), port, 0):
            if program.name in PROCESSES:
                stack.enter_context(running(*program.argv))
        wait_for(port)
        yield


class LiveShop:
    """One shop of a business whose edits are followed to Meta."""

    def __init__(self, side: ShopSide, meta: MetaSide, catalog: Any, domain: str = "benchmark") -> None:
        """Imports everything and has the shop tell of changes. catalog: where it ends up."""
        from integrations.models import StoreHooks
        from integrations.webhooks.keeping import keep_webhooks

        self.side, self.meta, self.domain = side, meta, domain
        self.catalog_id = catalog.catalog_id
        self.connection = connect(side, tenant=catalog.tenant, domain=domain)
        import_all(self.connection)
        keep_webhooks(self.connection.pk)
        ends = time.monotonic() + PATIENCE
        while not (hooks := StoreHooks.objects.get(connection=self.connection)).registered:  # A worker may be at it, too.
            if time.monotonic() > ends:
                wrong(f"the shop does not tell of changes: {hooks.problem}")
            time.sleep(0.5)
        side.order("deliver")
        self.prices: dict[str, str] = {}

    def edit(self, number: int, price: str) -> float:
        """Seconds from the webhook's leaving of the shop to the request at Meta."""
        before = self.meta.calls_so_far()
        told = self.tell(number, price)
        self.prices[told["sku"]] = price
        return request_about(self.meta, told["sku"], before) - float(told["at"])

    def tell(self, number: int, price: str) -> dict[str, Any]:
        """The edit alone; what came of its webhooks, see shop_side."""
        told = dict(self.side.order("edit", shop=self.domain, number=number, price=price))
        if not told["at"] or set(told["statuses"]) != {200}:
            wrong(f"the webhooks were answered with {told['statuses']}")
        return told

    def check(self) -> None:
        """Ends the benchmark unless Meta has the last price of everything that was edited."""
        ends = time.monotonic() + PATIENCE
        while late := [sku for sku, price in self.prices.items() if not self._has(sku, price)]:
            if time.monotonic() > ends:
                wrong(f"Meta has another price of {late}")
            time.sleep(0.5)

    def _has(self, sku: str, price: str) -> bool:
        item = self.meta.skus(self.catalog_id).get(sku)
        return item is not None and str(item["price"]).startswith(price)


def request_about(meta: MetaSide, sku: str, before: int) -> float:
    """When the first call about it came, after the call with the number `before` (seconds since 1970). Waits for it."""
    ends = time.monotonic() + PATIENCE
    while not (calls := [call for call in meta.calls(before) if sku in call["retailer_ids"]]):
        if time.monotonic() > ends:
            wrong(f"{sku} has not reached Meta within {PATIENCE:.0f} s")
        time.sleep(0.02)
    return datetime.fromisoformat(calls[0]["at"]).timestamp()


def wait_until_sent(catalogs: list[Any]) -> None:
    """The workers have sent what the first imports brought."""
    from meta_integration.sync_now import count_waiting

    ends = time.monotonic() + 3 * PATIENCE
    while count_waiting(catalogs):
        if time.monotonic() > ends:
            wrong("the first imports were not sent")
        time.sleep(0.2)

"""Doing a worker's work in this process, and counting what it takes."""

import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.meta_side import MetaSide
from benchmarks.report import wrong

PATIENCE = 900.0
STATUS = Path("/proc/self/status")


@dataclass
class Effort:
    """What a drain took. seconds: wall; cpu: our own seconds; calls: to Graph, polls included; queries: SQL statements; rounds: tasks."""

    seconds: float
    cpu: float
    calls: int
    queries: int
    rounds: int


def drain(catalog: Any, meta: MetaSide, *, debounce: bool = True) -> Effort:
    """Rounds until nothing is due any more, as the doorbells would bring them; the debounce is waited for and counted."""
    from django.db import connection

    from meta_integration.catalog.changes import DEBOUNCE
    from meta_integration.catalog.drain import drain_catalog

    counter = Counter()
    before, started, cpu = meta.calls_so_far(), time.perf_counter(), cpu_seconds()
    if debounce:
        time.sleep(DEBOUNCE.total_seconds())
    with connection.execute_wrapper(counter):
        while (outcome := drain_catalog(catalog.pk)).more or outcome.nap is not None:
            counter.rounds += 1
            if time.perf_counter() - started > PATIENCE:
                wrong(f"still busy after {PATIENCE:.0f} s")
            if not outcome.more and outcome.nap is not None:
                if _only_verdicts_left(catalog):
                    break
                time.sleep(outcome.nap)
    seconds = time.perf_counter() - started
    return Effort(seconds, cpu_seconds() - cpu, meta.calls_so_far() - before, counter.queries, counter.rounds + 1)


def _only_verdicts_left(catalog: Any) -> bool:
    from meta_integration.models import CatalogBatch, CatalogChange, CatalogItem

    return not (
        CatalogBatch.objects.filter(catalog=catalog, poll_at__isnull=False).exists()
        or CatalogChange.objects.exists()
        or CatalogItem.objects.filter(catalog=catalog, ask_at__isnull=False).exists()
    )


def check(catalog: Any, meta: MetaSide, skus: Iterable[str], **fields: str) -> None:
    """Ends the benchmark unless every SKU is at Meta with these fields, and nothing waits here."""
    from meta_integration.sync_now import count_waiting

    items = meta.skus()
    missing = [sku for sku in skus if any(items.get(sku, {}).get(name) != value for name, value in {"retailer_id": sku, **fields}.items())]
    if missing or count_waiting([catalog]):
        wrong(f"{len(missing)} items are not at Meta as they should be ({missing[:3]}), {count_waiting([catalog])} products still wait")


class Counter:
    """Counts SQL statements."""

    def __init__(self) -> None:
        self.queries = self.rounds = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)


def cpu_seconds() -> float:
    """User and system time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_megabytes() -> float:
    """The most memory this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Seconds, CPU seconds and the peak of resident memory in megabytes, of this work alone where the kernel lets us reset it."""
    Path("/proc/self/clear_refs").write_text("5")
    cpu, started = cpu_seconds(), time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    peak = next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return {"seconds": seconds, "cpu": cpu_seconds() - cpu, "peak": peak}

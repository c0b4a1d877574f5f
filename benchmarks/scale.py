"""100,000 items against 10,000: memory of draining, re-marking (no calls) and reconciling; each size in a process and world of its own."""

import json
import logging
import os
import subprocess
import sys
from typing import Any

from benchmarks.draining import drain, measured
from benchmarks.environment import throw_away_world
from benchmarks.meta_side import CATALOG, MetaSide
from benchmarks.report import DATABASE, heading, say, wrong

SIZES = (10_000, 100_000)


def run() -> None:
    """One column per size; the last line of each part is the ratio that must stay flat."""
    small, large = (int(size) for size in os.environ.get("BENCH_SIZES", ",".join(map(str, SIZES))).split(","))
    heading(f"Scale: {large:,} items against {small:,}")
    results = {size: _measured(size) for size in (small, large)}
    for part, title in (("drain", "first push"), ("unchanged", "re-marking all, unchanged"), ("reconcile", "reconcile")):
        for size, result in results.items():
            found = result[part]
            say(f"{title} of {size:,}: seconds", found["seconds"], "s")
            say(f"{title} of {size:,}: our own CPU seconds per 10,000", found["cpu"] * 10_000 / size, "s")
            say(f"{title} of {size:,}: requests to Meta", found["calls"], target=0 if part == "unchanged" else None)
            say(f"{title} of {size:,}: peak memory", found["peak"], "MB")
        say(f"{title}: peak memory, large / small", results[large][part]["peak"] / results[small][part]["peak"], "x", target=1.2)


def _measured(size: int) -> dict[str, dict[str, float]]:
    command = (sys.executable, "-m", "benchmarks.scale", "measure", str(size))
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        wrong(f"the process for {size:,} items ended with {answer.returncode}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def _measure(size: int) -> None:
    """A process whose memory is only the worker's: the shop is stocked and announced by others."""
    with throw_away_world(os.environ[DATABASE]) as port:
        catalog, meta = _prepare(), MetaSide(port)
        _somebody_else("stock", size)
        results = {"drain": _part(lambda: drain(catalog, meta, debounce=False), meta)}
        _all_there(catalog, meta, size)
        _somebody_else("mark", size)
        results["unchanged"] = _part(lambda: drain(catalog, meta, debounce=False), meta)
        if results["unchanged"]["calls"]:
            wrong(f"{results['unchanged']['calls']} calls for unchanged products")
        results["reconcile"] = _part(lambda: _reconcile(catalog, size), meta)
        _all_there(catalog, meta, size)
    print(json.dumps(results))


def _prepare() -> Any:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from benchmarks.shop import connected_shop
    from common.collector import calm_collector

    calm_collector()
    logging.disable(logging.WARNING)
    return connected_shop()[1]


def _part(work: Any, meta: MetaSide) -> dict[str, float]:
    calls = meta.calls_so_far()
    return {**measured(work), "calls": meta.calls_so_far() - calls}


def _reconcile(catalog: Any, size: int) -> None:
    from meta_integration.catalog.readback import read_back

    run = read_back(catalog.pk)
    if run is None:
        wrong("the comparison did not run")
        return
    counts = run.counts
    if run.done < size or any(counts.get(name) for name in ("missing", "different", "extra")):
        wrong(f"the comparison of an unchanged catalog read {run.done:,} items and found {counts}")


def _all_there(catalog: Any, meta: MetaSide, size: int) -> None:
    from meta_integration.sync_now import count_waiting

    found, waiting = int(meta.graph("GET", f"{CATALOG}?fields=product_count")["product_count"]), count_waiting([catalog])
    if found != size or waiting:
        wrong(f"{found:,} items at Meta instead of {size:,}, and {waiting:,} still wait")


def _somebody_else(what: str, size: int) -> None:
    """In a process of its own: the shop's side, so that its memory is not counted as the worker's."""
    subprocess.run([sys.executable, "-m", "benchmarks.scale", what, str(size)], check=True, stdout=subprocess.DEVNULL)


def _as_somebody_else(what: str, size: int) -> None:
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from benchmarks.shop import stock_up
    from products_and_services.models import Product
    from products_and_services.signals import announce
    from tenants.models import Tenant

    tenant = Tenant.objects.get()
    announce(tenant.pk, stock_up(tenant, size) if what == "stock" else Product.objects.values_list("pk", flat=True))


if __name__ == "__main__":
    _measure(int(sys.argv[2])) if sys.argv[1] == "measure" else _as_somebody_else(sys.argv[1], int(sys.argv[2]))

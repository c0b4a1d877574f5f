"""100,000 products of a shop against 10,000: peak memory of the first import and of an unchanged one, each size in a world of its own."""

import json
import logging
import os
import subprocess
import sys

from benchmarks.draining import measured
from benchmarks.environment import throw_away_world
from benchmarks.report import DATABASE, heading, say, wrong
from benchmarks.shop_side import ShopSide, open_shop
from benchmarks.stores import check, connect, import_all

SIZES = (10_000, 100_000)
PARTS = (("first", "first import"), ("unchanged", "unchanged import"))


def run() -> None:
    """One column per size; the last line of each part is the ratio that must stay flat."""
    small, large = (int(size) for size in os.environ.get("BENCH_SIZES", ",".join(map(str, SIZES))).split(","))
    heading(f"Scale of imports: {large:,} products against {small:,}")
    results = {size: _in_a_process(size) for size in (small, large)}
    for part, title in PARTS:
        for size, result in results.items():
            found = result[part]
            say(f"{title} of {size:,}: seconds", found["seconds"], "s")
            say(f"{title} of {size:,}: our own CPU seconds per 10,000", found["cpu"] * 10_000 / size, "s")
            say(f"{title} of {size:,}: requests per 1,000 products", found["calls"] / size * 1000)
            say(f"{title} of {size:,}: peak memory", found["peak"], "MB")
        say(f"{title}: peak memory, large / small", results[large][part]["peak"] / results[small][part]["peak"], "x", target=1.2)


def _in_a_process(size: int) -> dict[str, dict[str, float]]:
    command = (sys.executable, "-m", "benchmarks.store_scale", str(size))
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        wrong(f"the process for {size:,} products ended with {answer.returncode}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def _measure(size: int) -> None:
    with throw_away_world(os.environ[DATABASE]), open_shop(size) as side:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from common.collector import calm_collector

        calm_collector()
        logging.disable(logging.WARNING)
        connection = connect(side)
        results = {part: _part(side, lambda: import_all(connection)) for part, _ in PARTS}
        check(connection, size)
    print(json.dumps(results))


def _part(side: ShopSide, work: object) -> dict[str, float]:
    calls = side.calls()
    return {**measured(work), "calls": side.calls() - calls}  # type: ignore[arg-type]


if __name__ == "__main__":
    _measure(int(sys.argv[1]))

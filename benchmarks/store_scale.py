"""100,000 products of a shop against 10,000: peak memory of the first import and of an unchanged one, each size in a world of its own."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.environment import throw_away_world
from benchmarks.report import DATABASE, heading, say, wrong
from benchmarks.shop_side import SHOPIFY, WOO, ShopSide, open_shop
from benchmarks.stores import Effort, check, connect, import_all

SIZES = (10_000, 100_000)
# (name, title, does a Shopify shop make us turn pages instead of giving a bulk operation's file)
PARTS = {
    WOO: (("first", "first import", False), ("unchanged", "unchanged import", False)),
    SHOPIFY: (
        ("first", "first import by bulk operation", False), ("unchanged", "unchanged import by bulk operation", False),
        ("cursor", "unchanged import by cursor", True),
    ),
}  # fmt: skip


def run() -> None:
    """One column per size; the last line of each part is the ratio that must stay flat."""
    compare(WOO, SIZES)


def compare(provider: str, sizes: Sequence[int]) -> None:
    """The same for each kind of shop. sizes: two; BENCH_SIZES wins."""
    small, large = (int(size) for size in os.environ.get("BENCH_SIZES", ",".join(map(str, sizes))).split(","))
    heading(f"Scale of imports: {large:,} products against {small:,}")
    results = {size: _in_a_process(provider, size) for size in (small, large)}
    for part, title, _ in PARTS[provider]:
        for size, result in results.items():
            found = result[part]
            say(f"{title} of {size:,}: seconds", found["seconds"], "s")
            say(f"{title} of {size:,}: our own CPU seconds per 10,000", found["cpu"] * 10_000 / size, "s")
            say(f"{title} of {size:,}: requests per 1,000 products", found["calls"] / size * 1000)
            say(f"{title} of {size:,}: peak memory", found["peak"], "MB")
        say(f"{title}: peak memory, large / small", results[large][part]["peak"] / results[small][part]["peak"], "x", target=1.2)


def _in_a_process(provider: str, size: int) -> dict[str, dict[str, float]]:
    command = (sys.executable, "-m", "benchmarks.store_scale", provider, str(size))
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        wrong(f"the process for {size:,} products ended with {answer.returncode}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def _measure(provider: str, size: int) -> None:
    with throw_away_world(os.environ[DATABASE]), open_shop(size, provider) as side:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from common.collector import calm_collector

        calm_collector()
        logging.disable(logging.WARNING)
        connection = connect(side)
        results = {part: _part(side, connection, turns_pages) for part, _, turns_pages in PARTS[provider]}
        check(connection, size)
    print(json.dumps(results))


def _part(side: ShopSide, connection: Any, turns_pages: bool) -> dict[str, float]:
    if turns_pages:
        side.order("busy", is_busy=True)
    return vars(Effort(side, lambda: import_all(connection)))


if __name__ == "__main__":
    _measure(sys.argv[1], int(sys.argv[2]))

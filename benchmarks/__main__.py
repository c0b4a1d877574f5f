"""`python -m benchmarks [name ..] [large] [--list]`: each benchmark on each database in a process and a world of its own."""

import ast
import importlib
import inspect
import logging
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.environment import databases, throw_away_world
from benchmarks.report import DATABASE, LARGE, NAME
from common.collector import calm_collector

LARGE_WORD = "large"
HERE = Path(__file__).parent
NAMES = ("save_cost", "rename", "burst", "freshness", "economy", "scale", "store_import", "store_unchanged", "store_scale",
         "shopify_import", "shopify_unchanged", "shopify_scale", "shop_to_meta", "one_broken_shop")  # fmt: skip


def main(wanted: list[str]) -> int:
    """Exit code 0 when every benchmark ran and its result was right, however long it took; 1 when one was wrong; 2 for a wrong name."""
    if "--list" in wanted:
        for name in NAMES:
            print(f"{name:<15} {ast.get_docstring(ast.parse((HERE / f'{name}.py').read_text()))}")
        return 0
    if LARGE_WORD in wanted:
        os.environ[LARGE] = "yes"
        wanted = [name for name in wanted if name != LARGE_WORD]
    if unknown := set(wanted) - set(NAMES):
        print(f"There is no benchmark called {', '.join(sorted(unknown))}. Known: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    codes = [_in_a_process_of_its_own(name, database) for name in wanted or NAMES for database in databases()]
    return max(codes)


def _in_a_process_of_its_own(name: str, database: str) -> int:
    environment = {**os.environ, NAME: name, DATABASE: database}
    return min(abs(subprocess.call([sys.executable, "-m", "benchmarks"], env=environment)), 1)


def _run_one(name: str, database: str) -> None:
    with throw_away_world(database) as port:
        import django
        from django.core.management import call_command

        django.setup()
        calm_collector()  # As a worker does.
        logging.disable(logging.WARNING)  # Every sent product has a line.
        call_command("migrate", verbosity=0)
        bench = importlib.import_module(f"benchmarks.{name}").run
        bench(port) if inspect.signature(bench).parameters else bench()


if __name__ == "__main__":
    if os.environ.get(NAME):
        _run_one(os.environ[NAME], os.environ[DATABASE])
    else:
        sys.exit(main(sys.argv[1:]))

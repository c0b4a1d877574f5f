"""`python -m benchmarks [name ..]`: each benchmark in a process and a world of its own, so that none warms another up."""

import importlib
import inspect
import os
import subprocess
import sys

from benchmarks.environment import throw_away_world

NAMES = ("save_cost", "rename", "burst")
INSIDE = "BENCHMARK_INSIDE"


def main(wanted: list[str]) -> int:
    """Exit code 0 when every benchmark ran and its result was right."""
    unknown = set(wanted) - set(NAMES)
    if unknown:
        print(f"There is no benchmark called {', '.join(sorted(unknown))}. Known: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    if os.environ.get(INSIDE):
        _run_one(wanted[0])
        return 0
    codes = [subprocess.call([sys.executable, "-m", "benchmarks", name], env={**os.environ, INSIDE: "1"}) for name in wanted or NAMES]
    return max(codes)


def _run_one(name: str) -> None:
    with throw_away_world() as port:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        bench = importlib.import_module(f"benchmarks.{name}").run
        bench(port) if inspect.signature(bench).parameters else bench()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How results are printed: one line per figure with its target beside it; the same as JSON lines in var/benchmarks.jsonl."""

import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "var" / "benchmarks.jsonl"
NAME, DATABASE, LARGE = "BENCHMARK_NAME", "BENCHMARK_DATABASE", "BENCHMARK_LARGE"


def seconds_of(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(values: Sequence[float]) -> float:
    """The middle of the measurements."""
    return statistics.median(values)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest measurement that so many percent do not exceed."""
    return sorted(values)[max(math.ceil(len(values) * percent / 100) - 1, 0)]


def say(name: str, value: float, unit: str = "", *, target: float | None = None, peer: float | None = None) -> None:
    """One aligned line. target: the most it should be, in the same unit; peer: the same figure of the rival, told as a ratio."""
    aim = "" if target is None else f"target {_number(target)}{'' if value <= target else '  MISSED'}"
    ratio = "" if peer is None else f"{_number(peer / value)} times less" if value <= peer else f"{_number(value / peer)} times more"
    print(f"  {name:<66} {_number(value):>9} {unit:<4} {aim}{ratio}", flush=True)
    _keep({"figure": name, "value": round(value, 4), "unit": unit, "target": target, "peer": peer})


def heading(text: str) -> None:
    """The title of one benchmark."""
    print(f"\n{text} [{os.environ.get(DATABASE, '')}]", flush=True)


def wrong(text: str) -> None:
    """The result is not what it must be: ends the benchmark with exit code 1, however fast it was."""
    sys.exit(f"WRONG RESULT: {text}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"


def _keep(figure: dict) -> None:
    name = os.environ.get(NAME, "") + (" large" if os.environ.get(LARGE) else "")
    about = {"benchmark": name, "database": os.environ.get(DATABASE, ""), "load": round(os.getloadavg()[0], 2)}
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("a") as lines:
        lines.write(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **about, **figure}) + "\n")

"""How results are printed: one line per figure, medians and ratios, the target beside it."""

import statistics
import time
from collections.abc import Callable


def seconds_of(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(values: list[float]) -> float:
    """The middle of the measurements."""
    return statistics.median(values)


def say(name: str, figure: str, target: str = "") -> None:
    """One aligned line."""
    print(f"  {name:<58} {figure:>16}   {target}", flush=True)


def heading(text: str) -> None:
    """The title of one benchmark."""
    print(f"\n{text}", flush=True)

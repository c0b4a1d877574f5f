"""Counting for /metrics at next to no cost: in this process's memory; operations/tallies.py writes the sums down for all processes.

A histogram's buckets are counted apart (not summed up as Prometheus shows them): one observation touches one number.
"""

import threading
from bisect import bisect_left
from dataclasses import dataclass

# Upper bounds in seconds. Calls end within a minute; runs may take hours.
BUCKETS: dict[str, tuple[float, ...]] = {
    "meta_calls": (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45),
    "runs": (1, 10, 60, 300, 900, 3600, 14400),
    "alert_deliveries": (0.25, 1, 5, 15),
}
BEYOND = "+Inf"


@dataclass
class Sum:
    """How often, and how many seconds in all."""

    count: int = 0
    seconds: float = 0.0


Key = tuple[str, str, str, str]  # metric, first label, second label, the bucket's upper bound ("" = no histogram)
_lock = threading.Lock()
_sums: dict[Key, Sum] = {}


def observe(metric: str, first: str = "", second: str = "", *, seconds: float = 0.0, count: int = 1) -> None:
    """Counts one thing (or `count` of them) that took so many seconds. Labels are short fixed words, never data."""
    add((metric, first[:60], second[:60], bucket_of(metric, seconds)), Sum(count, seconds))


def bucket_of(metric: str, seconds: float) -> str:
    """The upper bound of the bucket; "" for what is no histogram."""
    bounds = BUCKETS.get(metric)
    if bounds is None:
        return ""
    place = bisect_left(bounds, seconds)
    return f"{bounds[place]:g}" if place < len(bounds) else BEYOND


def add(key: Key, more: Sum) -> None:
    """Adds to a sum: an observation, or what could not be written down."""
    with _lock:
        found = _sums.setdefault(key, Sum())
        found.count += more.count
        found.seconds += more.seconds


def take() -> dict[Key, Sum]:
    """Everything counted since the last call; the memory starts anew."""
    global _sums
    with _lock:
        taken, _sums = _sums, {}
    return taken


def is_empty() -> bool:
    """True when there is nothing to write down."""
    return not _sums

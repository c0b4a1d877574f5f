"""When a number calls for a person. Pure. Everything closes at a lower figure than it opens at, so that nothing flickers.

docs/monitoring.md lists these figures.
"""

from collections.abc import Mapping
from datetime import timedelta

OLDEST = timedelta(minutes=10)
RISES = 10
SAME_FAILURE, SAME_FAILURE_ENDS = 5, 3
LEAST_REJECTED, REJECTED_SHARE = 5, 0.10
LEAST_REJECTED_ENDS, REJECTED_SHARE_ENDS = 3, 0.08
MANY_DRIFTED, LEAST_DRIFTED, DRIFTED_SHARE = 20, 5, 0.05
MANY_DRIFTED_ENDS, LEAST_DRIFTED_ENDS, DRIFTED_SHARE_ENDS = 10, 3, 0.025
THROTTLED_MINUTES, THROTTLED_MINUTES_END, THROTTLED_MOST = 60, 30, 90
DRIFT_KEYS = ("missing", "different", "extra", "duplicate")
LEAST_TRIED, STILL_TRIED = 20, 5


def same_failures_are_many(count: int, *, is_open: bool) -> bool:
    """count: items that fail with one and the same code."""
    return count >= (SAME_FAILURE_ENDS if is_open else SAME_FAILURE)


def rejected_share_is_high(rejected: int, sent: int, *, is_open: bool) -> bool:
    """Of the items sent to a catalog, more than 10 % and more than 5 are refused."""
    least, share = (LEAST_REJECTED_ENDS, REJECTED_SHARE_ENDS) if is_open else (LEAST_REJECTED, REJECTED_SHARE)
    return rejected > least and rejected > share * sent


def drifted(counts: Mapping[str, int]) -> int:
    """How many items a comparison found otherwise than wanted. counts: Run.counts."""
    return sum(int(counts.get(key) or 0) for key in DRIFT_KEYS)


def drift_is_large(counts: Mapping[str, int], *, is_open: bool) -> bool:
    """More than 20, or more than 5 and more than 5 % of what Meta listed."""
    many, least, share = (MANY_DRIFTED_ENDS, LEAST_DRIFTED_ENDS, DRIFTED_SHARE_ENDS) if is_open else (
        MANY_DRIFTED, LEAST_DRIFTED, DRIFTED_SHARE
    )  # fmt: skip
    found = drifted(counts)
    return found > many or (found > least and found > share * int(counts.get("listed") or 0))


def queue_is_stuck(waited: timedelta | None, rises: int) -> bool:
    """The next in line has not been touched for ten minutes, or for ten looks in a row more were waiting."""
    return (waited is not None and waited >= OLDEST) or rises >= RISES


def throttled_minutes(before: int, *, is_throttled: bool) -> int:
    """A leaky count: up by one in a minute with a throttle, down by one in a minute without."""
    return min(before + 1, THROTTLED_MOST) if is_throttled else max(before - 1, 0)


def throttled_long(minutes: int, *, is_open: bool) -> bool:
    """An hour's worth of throttled minutes."""
    return minutes >= (THROTTLED_MINUTES_END if is_open else THROTTLED_MINUTES)


def may_fail_alike(same: int, least_tried: int, share_percent: int) -> bool:
    """Whether so many failures of one kind can be the share at all, however few were tried beside them."""
    return same * 100 >= share_percent * least_tried


def failing_alike(same: int, tried: int, share_percent: int) -> bool:
    """Of at least 20 items tried within the hour, so many failed in one and the same way."""
    return tried >= LEAST_TRIED and same * 100 >= share_percent * tried


def still_failing_alike(same: int, tried: int, share_percent: int) -> bool:
    """Since the warning: at least five were tried, and they fail as before. What stands still needs no pause."""
    return tried >= STILL_TRIED and same * 100 >= share_percent * tried

"""How fast an import is and how long it will still take. Pure: the seconds at work are counted by desk.py."""

from dataclasses import dataclass

LEAST_SECONDS = 1.0  # Before, a figure would only jump about.


@dataclass(frozen=True, slots=True)
class Pace:
    """per_second: products; seconds_left: of work, waiting for a shop that is down not counted. None where nobody can know."""

    per_second: float | None
    seconds_left: int | None


def pace(done: int, total: int, seconds: float) -> Pace:
    """done: products looked at within `seconds` of work (also by runs that this one goes on from); total: 0 = unknown."""
    if done <= 0 or seconds < LEAST_SECONDS:
        return Pace(None, None)
    per_second = done / seconds
    left = max(total - done, 0) / per_second if total else None
    return Pace(round(per_second, 1 if per_second < 10 else 0), None if left is None else round(left))


def time_words(seconds: int) -> str:
    """ "about 3 minutes" """
    if seconds < 60:
        return "less than a minute"
    minutes = round(seconds / 60)
    if minutes < 90:
        return "about a minute" if minutes == 1 else f"about {minutes} minutes"
    hours = round(minutes / 60)
    return f"about {hours} hours"


def jumped(before: int | None, now: int) -> bool:
    """Whether a shop's number of products changed so much between two imports (by 20 and by 30 %) that a person should look."""
    return before is not None and abs(now - before) >= max(20, 0.3 * before)

"""Retry schedules, and what servers ask for. Pure: callers pass the attempt number, and add the delay to their own clock."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Delay after failed attempt 1, 2, 3, 4. Five attempts in all.
CATALOG_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 45, 135))
CATALOG_MAX_ATTEMPTS = 5
# A shop that cannot be read is tried three times more.
STORE_DELAYS = CATALOG_DELAYS[:3]


def catalog_delay(attempt: int) -> timedelta:
    """How long to wait after failed attempt number `attempt` (1 or more); the last delay stays the cap."""
    return CATALOG_DELAYS[min(max(attempt, 1), len(CATALOG_DELAYS)) - 1]


def store_delay(attempt: int, jitter: float) -> timedelta | None:
    """How long an import waits after its failed attempt number `attempt` (1 or more); None when it has been tried enough.

    jitter: 0 to 1, drawn by the caller; adds up to a tenth, so that shops that fell together do not come back together.
    """
    return STORE_DELAYS[attempt - 1] * (1 + jitter / 10) if attempt <= len(STORE_DELAYS) else None


def retry_after_seconds(written: str, now: datetime, longest: float = 3600.0) -> float | None:
    """What a Retry-After header asks for (seconds, or an HTTP date), between 1 s and `longest`; None where it says nothing."""
    text = written.strip()
    if text.isascii() and text.isdigit():
        return min(max(float(text[:12]), 1.0), longest)
    when = http_date(text)
    return min(max((when - now).total_seconds(), 1.0), longest) if when else None


def http_date(written: str) -> datetime | None:
    """A date as HTTP headers write it, in UTC; None for anything else."""
    try:
        when = parsedate_to_datetime(written)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

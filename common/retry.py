"""Retry schedules. Pure: callers pass the attempt number, and add the delay to their own clock."""

from datetime import timedelta

# Delay after failed attempt 1, 2, 3, 4. Five attempts in all.
CATALOG_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 45, 135))
CATALOG_MAX_ATTEMPTS = 5


def catalog_delay(attempt: int) -> timedelta:
    """How long to wait after failed attempt number `attempt` (1 or more); the last delay stays the cap."""
    return CATALOG_DELAYS[min(max(attempt, 1), len(CATALOG_DELAYS)) - 1]

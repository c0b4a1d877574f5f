"""The schedule, in minutes."""

from common.retry import CATALOG_MAX_ATTEMPTS, catalog_delay


def test_the_waits_after_each_failed_attempt():
    assert [catalog_delay(attempt).total_seconds() / 60 for attempt in range(8)] == [5, 5, 15, 45, 135, 135, 135, 135]
    assert CATALOG_MAX_ATTEMPTS == 5

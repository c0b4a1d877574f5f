"""The schedule, in minutes; and what servers ask for."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.retry import CATALOG_MAX_ATTEMPTS, catalog_delay, http_date, retry_after_seconds

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_the_waits_after_each_failed_attempt():
    assert [catalog_delay(attempt).total_seconds() / 60 for attempt in range(8)] == [5, 5, 15, 45, 135, 135, 135, 135]
    assert CATALOG_MAX_ATTEMPTS == 5


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120), (" 5 ", 5), ("0", 1), ("86400", 3600), ("9" * 50, 3600), ("Fri, 20 Nov 2026 12:01:30 GMT", 90),
        ("Friday, 20-Nov-26 12:01:30 GMT", 90), ("Thu, 19 Nov 2026 12:00:00 GMT", 1), ("Fri, 20 Nov 2026 15:01:00 +0300", 60),
        ("soon", None), ("", None), ("-1", None), ("1.5", None), ("٣", None),
    ],
)  # fmt: skip
def test_retry_after(written, seconds):
    assert retry_after_seconds(written, NOW) == seconds


@given(st.text(max_size=40) | st.text("0123456789:,- GMTFriNov", max_size=40))
def test_whatever_a_header_says_is_a_wait_or_nothing(written):
    waited = retry_after_seconds(written, NOW)
    assert waited is None or 1 <= waited <= 3600
    when = http_date(written)
    assert when is None or when.utcoffset().total_seconds() == 0

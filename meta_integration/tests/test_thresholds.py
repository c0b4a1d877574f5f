"""The figures at which a person is called, and the lower ones at which it is over."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meta_integration.watching import thresholds


@pytest.mark.parametrize(
    ("bad", "sent", "opens", "stays"),
    [(5, 10, False, True), (6, 59, True, True), (6, 60, False, True), (3, 3, False, False), (6, 100, False, False), (81, 999, False, True)],
)
def test_rejected(bad, sent, opens, stays):
    assert thresholds.rejected_share_is_high(bad, sent, is_open=False) is opens
    assert thresholds.rejected_share_is_high(bad, sent, is_open=True) is stays


@pytest.mark.parametrize(
    ("counts", "opens", "stays"),
    [
        ({"missing": 21, "listed": 100_000}, True, True),
        ({"missing": 20, "listed": 100_000}, False, True),
        ({"missing": 2, "different": 2, "extra": 1, "duplicate": 1, "listed": 100}, True, True),
        ({"missing": 5, "listed": 20}, False, True),
        ({"missing": 3, "listed": 20}, False, False),
        ({"not_ours": 500, "held": 90, "listed": 500}, False, False),
        ({}, False, False),
    ],
)
def test_drift(counts, opens, stays):
    assert thresholds.drift_is_large(counts, is_open=False) is opens
    assert thresholds.drift_is_large(counts, is_open=True) is stays


@given(bad=st.integers(0, 500), total=st.integers(0, 5000))
def test_whatever_opens_does_not_close_at_once(bad, total):
    """Else an alert would open and close each minute."""
    pairs = [
        [thresholds.rejected_share_is_high(bad, total, is_open=state) for state in (False, True)],
        [thresholds.drift_is_large({"missing": bad, "listed": total}, is_open=state) for state in (False, True)],
        [thresholds.same_failures_are_many(bad, is_open=state) for state in (False, True)],
        [thresholds.throttled_long(bad, is_open=state) for state in (False, True)],
    ]
    assert all(stays or not opens for opens, stays in pairs)


def test_the_queue():
    assert not thresholds.queue_is_stuck(None, 0) and not thresholds.queue_is_stuck(timedelta(minutes=9), 9)
    assert thresholds.queue_is_stuck(timedelta(minutes=10), 0) and thresholds.queue_is_stuck(timedelta(0), 10)


def test_failing_alike():
    assert thresholds.failing_alike(10, 20, 50) and not thresholds.failing_alike(9, 20, 50) and not thresholds.failing_alike(19, 19, 50)
    assert thresholds.still_failing_alike(5, 5, 50) and not thresholds.still_failing_alike(4, 4, 50)

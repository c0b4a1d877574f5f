"""The moments of schedules are those of celery beat's own crontabs; what is due is started once, whoever asks and however late."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.tzcrontab import TzAwareCrontab
from hypothesis import given
from hypothesis import strategies as st

from integrations.scheduling.timetable import HOURLY, JUST_NOW, LONGEST_SPREAD, NIGHTLY, PERIODS, QUARTER, Timetable, is_due, is_missed

ZONES = [ZoneInfo(name) for name in ("UTC", "Africa/Cairo", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")]
timetables = st.builds(
    Timetable, st.sampled_from([QUARTER, HOURLY, NIGHTLY]), st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES), st.integers(1, 5_000),
)  # fmt: skip
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@given(timetables, moments)
def test_the_last_moment_and_the_next_enclose_now(timetable, now):
    last, following = timetable.last(now), timetable.next(now)
    assert last <= now < following
    slack = timedelta(hours=2) if timetable.kind == NIGHTLY else timedelta(0)  # The clocks change.
    assert abs(following - last - timetable.period) <= slack
    assert timetable.next(last) == following and timetable.last(following) == following


@given(timetables, moments)
def test_nights_begin_at_the_time_that_was_chosen(timetable, now):
    if timetable.kind == NIGHTLY:
        there = timetable.next(now).astimezone(timetable.zone)
        gap = not _exists(datetime.combine(there.date(), timetable.at), timetable.zone)
        assert there.time() == timetable.at or gap


def _exists(naive, zone):
    return naive.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive


@pytest.mark.parametrize("kind", [QUARTER, HOURLY, NIGHTLY])
@pytest.mark.parametrize("zone", ["Africa/Cairo", "Asia/Kathmandu"])
def test_beat_rings_at_these_moments(kind, zone):
    timetable = Timetable(kind, time(3, 20), ZoneInfo(zone), 12)
    night = kind == NIGHTLY
    minute = "20" if night else ",".join(map(str, timetable.minutes))
    crontab = TzAwareCrontab(minute=minute, hour="3" if night else "*", tz=ZoneInfo(zone) if night else UTC)
    now = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
    crontab.nowfun = lambda: now.astimezone(crontab.tz)
    assert abs(now + timedelta(seconds=crontab.is_due(now).next) - timetable.next(now)) < timedelta(seconds=1)


def test_shops_are_spread_over_the_time():
    for kind, places in ((QUARTER, 15), (HOURLY, 60)):
        starts = {Timetable(kind, time(3), UTC, number).minutes[0] for number in range(100)}
        assert len(starts) == places
    nights = [Timetable(NIGHTLY, time(3), UTC, number).spread for number in range(100)]
    assert len(set(nights)) == 100 and max(nights) <= LONGEST_SPREAD


@given(timetables, moments)
def test_what_is_due_is_started_once_at_each_moment(timetable, now):
    last = timetable.last(now)
    assert is_due(timetable, None, now)
    assert is_due(timetable, last - timetable.period, now)
    assert not is_due(timetable, last + timedelta(seconds=1), now)
    assert not is_due(timetable, last - JUST_NOW, now)  # Somebody had just started it.


@pytest.mark.parametrize(("kind", "fine", "late"), [(QUARTER, 59, 61), (HOURLY, 149, 151), (NIGHTLY, 50 * 60 - 1, 50 * 60 + 1)])
def test_two_periods_and_some_grace_are_missed(kind, fine, late):
    timetable = Timetable(kind, time(3), UTC, 1)
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert not is_missed(timetable, now - timedelta(minutes=fine), now)
    assert is_missed(timetable, now - timedelta(minutes=late), now)


def test_words():
    cairo = ZoneInfo("Africa/Cairo")
    assert [Timetable(kind, time(3), cairo, 1).words() for kind in PERIODS] == [
        "Every 15 minutes", "Every hour", "Every night at 03:00 (Africa/Cairo)",
    ]  # fmt: skip

"""When a shop is read by itself: the moments of a schedule, and its words. Pure; times are aware, `now` is the caller's.

Shops that are read every quarter or every hour have their own minute (by number), so that they are spread over the time; at night all
begin at the time that was chosen, each some seconds later (`spread`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

QUARTER, HOURLY, NIGHTLY = "quarter", "hourly", "nightly"
PERIODS = {QUARTER: timedelta(minutes=15), HOURLY: timedelta(hours=1), NIGHTLY: timedelta(days=1)}
LONGEST_SPREAD = 110  # seconds
JUST_NOW = timedelta(minutes=7)  # So shortly before its moment an import was started anyway: that one counts.


@dataclass(frozen=True, slots=True)
class Timetable:
    """kind: key of PERIODS; at: for nightly, in `zone`; number: of the shop, for its own minute."""

    kind: str
    at: time
    zone: tzinfo
    number: int

    @property
    def period(self) -> timedelta:
        """From one moment to the next."""
        return PERIODS[self.kind]

    @property
    def minutes(self) -> tuple[int, ...]:
        """The minutes of every hour at which it begins (not for nightly)."""
        if self.kind == QUARTER:
            first = self.number * 7 % 15
            return (first, first + 15, first + 30, first + 45)
        return (self.number * 37 % 60,)

    @property
    def spread(self) -> int:
        """Seconds after the moment at which this shop really begins."""
        return self.number * 41 % (LONGEST_SPREAD + 1) if self.kind == NIGHTLY else self.number * 13 % 50

    def last(self, now: datetime) -> datetime:
        """The newest moment that is not after `now` (UTC)."""
        if self.kind == NIGHTLY:
            return max(moment for moment in self._nights(now) if moment <= now)
        return max(moment for moment in self._moments(now) if moment <= now)

    def next(self, now: datetime) -> datetime:
        """The first moment after `now` (UTC)."""
        moments = self._nights(now) if self.kind == NIGHTLY else self._moments(now)
        return min(moment for moment in moments if moment > now)

    def _nights(self, now: datetime) -> list[datetime]:
        day = now.astimezone(self.zone).date()
        days = [day + timedelta(days=shift) for shift in (-2, -1, 0, 1, 2)]
        return [datetime.combine(one, self.at, self.zone).astimezone(UTC) for one in days]

    def _moments(self, now: datetime) -> list[datetime]:
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        hours = [hour + timedelta(hours=shift) for shift in (-1, 0, 1)]
        return [one + timedelta(minutes=minute) for one in hours for minute in self.minutes]

    def words(self) -> str:
        """ "Every night at 03:00 (Africa/Cairo)" """
        if self.kind == NIGHTLY:
            return f"Every night at {self.at:%H:%M} ({self.zone})"
        return "Every hour" if self.kind == HOURLY else "Every 15 minutes"


def next_slot(now: datetime, minutes: int, number: int) -> datetime:
    """The first moment after `now` of something done every so many minutes; number: of the shop, so that not all begin together (UTC)."""
    period = minutes * 60
    offset = number * 67 % period
    rounds = (int(now.timestamp()) - offset) // period + 1
    return datetime.fromtimestamp(rounds * period + offset, UTC)


def is_due(timetable: Timetable, started: datetime | None, now: datetime) -> bool:
    """Whether the newest moment has passed without an import. started: when the newest one was started, None = never."""
    return started is None or started < timetable.last(now) - JUST_NOW


def is_missed(timetable: Timetable, completed: datetime, now: datetime) -> bool:
    """Whether two whole periods and some grace have gone by since an import was last completed (or the shop was connected)."""
    grace = max(timetable.period / 12, timedelta(minutes=30))
    return now - completed > 2 * timetable.period + grace

"""The periods of the dashboard's metrics: hours, days, weeks, months and years of a time zone.

Written from `spec/polar.md`, section 8.1.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Interval of a request -> grain of the mart.
GRAINS = {
    "hour": "hourly",
    "day": "daily",
    "week": "weekly",
    "month": "monthly",
    "year": "yearly",
}
# Every change of an offset, and every hour of a zone, begins at one of these.
SMALLEST_STEP = timedelta(minutes=15)


class Periods:
    """The periods of one length in one time zone; all instants are UTC.

    Args:
        interval: hour, day, week, month or year.
        zone: whose clocks and calendar count.
    """

    def __init__(self, interval: str, zone: ZoneInfo) -> None:
        self.interval = interval
        self.zone = zone
        self.start_of = lru_cache(maxsize=None)(self._start_of)

    def _start_of(self, instant: datetime) -> datetime:
        """Return the start of the period that an instant is in.

        An hour that an autumn night repeats begins twice; a day, only once.
        """
        local = instant.astimezone(self.zone)
        if self.interval == "hour":
            return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        return self.midnight(self._first_day(local.date()))

    def midnight(self, day: date) -> datetime:
        """Return the first instant of a day; of one whose midnight is skipped, that of the skip."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def _first_day(self, day: date) -> date:
        if self.interval == "week":
            return day - timedelta(days=day.weekday())
        if self.interval == "month":
            return day.replace(day=1)
        if self.interval == "year":
            return day.replace(month=1, day=1)
        return day

    def next_of(self, start: datetime) -> datetime:
        """Return the start of the following period."""
        if self.interval == "hour":
            instant = start + SMALLEST_STEP
            while self.start_of(instant) == start:
                instant += SMALLEST_STEP
            return self.start_of(instant)
        day = start.astimezone(self.zone).date()
        # Beyond the end of any period and before that of the next.
        days = {"day": 1, "week": 7, "month": 31, "year": 366}[self.interval]
        return self.midnight(self._first_day(day + timedelta(days=days)))

    def between(self, first: datetime, last: datetime) -> list[datetime]:
        """Return the starts of all periods from that of one instant to that of another."""
        starts = [self.start_of(first)]
        while starts[-1] < self.start_of(last):
            starts.append(self.next_of(starts[-1]))
        return starts

    def days_before(self, instant: datetime, days: int) -> datetime:
        """Return the instant at which local clocks showed the same time some days earlier."""
        local = instant.astimezone(self.zone)
        return (local - timedelta(days=days)).astimezone(UTC)

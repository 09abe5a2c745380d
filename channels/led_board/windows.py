"""When a board shows what: leases of news, hours of operation, the next moment anything changes. All UTC, half-open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from channels.localtime import at_local, local_day, midnight

DAYS_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Window:
    """From ``start`` until just before ``end``."""

    start: datetime
    end: datetime


def whole_hour(moment: datetime) -> datetime:
    """Return the hour that ``moment`` is in: leases begin there, so that the playlist's bytes last an hour."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def lease_end(now: datetime, hours: int) -> datetime:
    """Return until when news may stay up without a new poll: at most ``hours`` from now, more than ``hours`` - 1."""
    return whole_hour(now) + timedelta(hours=hours)


def long_lease_end(now: datetime, days: int) -> datetime:
    """Return until when what is evergreen may stay up: ``days`` from the start of today in Vietnam."""
    return midnight(local_day(now) + timedelta(days=days))


def operating(now: datetime, opens: str, closes: str) -> tuple[Window, ...]:
    """Return the hours of operation from today on, two days ahead; equal times mean around the clock.

    Hours that run past midnight belong to the day they begin on.
    """
    today = local_day(now)
    horizon = midnight(today + timedelta(days=DAYS_AHEAD + 1))
    if opens == closes:
        return (Window(midnight(today), horizon),)
    days = (today + timedelta(days=number) for number in range(-1, DAYS_AHEAD + 1))
    windows = (_day_window(day, opens, closes) for day in days)
    return tuple(window for window in windows if window.end > midnight(today))


def next_change(now: datetime, moments: Iterable[datetime]) -> datetime | None:
    """Return the first of ``moments`` after ``now``."""
    return min((moment for moment in moments if moment > now), default=None)


def _day_window(day: date, opens: str, closes: str) -> Window:
    start, end = (at_local(day, time.fromisoformat(clock)) for clock in (opens, closes))
    return Window(start, end if end > start else end + timedelta(days=1))

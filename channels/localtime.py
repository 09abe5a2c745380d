"""The clock on the wall of the newsroom: one zone, one midnight."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

ZONE_NAME, ZONE_LABEL = "Asia/Ho_Chi_Minh", "GMT+7"
ZONE = ZoneInfo(ZONE_NAME)


def local(instant: datetime) -> datetime:
    """The instant on the clocks of Viet Nam."""
    return instant.astimezone(ZONE)


def local_day(instant: datetime) -> date:
    """The calendar day of the instant in Viet Nam."""
    return local(instant).date()


def from_local(naive: datetime) -> datetime:
    """The UTC instant at which clocks in Viet Nam show ``naive``."""
    return naive.replace(tzinfo=ZONE).astimezone(UTC)


def at_local(day: date, clock: time) -> datetime:
    """The UTC instant at which clocks in Viet Nam show this day and time."""
    return datetime.combine(day, clock, ZONE).astimezone(UTC)


def midnight(day: date) -> datetime:
    """The UTC instant at which a day begins in Viet Nam."""
    return at_local(day, time())


def noon(day: date) -> datetime:
    """The UTC instant that stands for what is known by its day alone."""
    return at_local(day, time(12))


def spoken(instant: datetime) -> str:
    """Return the instant as people here read it, e.g. ``17:30 ngày 22/11/2026 (GMT+7)``."""
    return f"{local(instant):%H:%M ngày %d/%m/%Y} ({ZONE_LABEL})"

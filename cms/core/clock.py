"""Now, as a value that is passed in; and how people here read time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ZONE_LABEL = "GMT+7"
FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Years that plans, schedules and evidence can be about; a day in any other is a slip of the finger."""


def utc_now() -> datetime:
    """The present instant, aware UTC; called at the edges only."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """The instant on the clocks of Viet Nam."""
    return instant.astimezone(ZONE)


def local_day(instant: datetime) -> date:
    """The calendar day of the instant in Viet Nam."""
    return local(instant).date()


def from_local(naive: datetime) -> datetime:
    """The UTC instant at which clocks in Viet Nam show ``naive``."""
    return naive.replace(tzinfo=ZONE).astimezone(UTC)

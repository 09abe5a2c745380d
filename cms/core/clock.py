"""Now, as a value that is passed in, and the years that it can be about."""

from datetime import UTC, datetime

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Years that plans, schedules and evidence can be about; a day in any other is a slip of the finger."""


def utc_now() -> datetime:
    """The present instant, aware UTC; called at the edges only."""
    return datetime.now(UTC)

"""A channel's weekly slots: the times at which it prefers to publish."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

from channels.localtime import at_local, local_day


def next_free_slot(
    weekly_slots: Sequence[Mapping[str, Any]], taken: Collection[datetime], now: datetime
) -> datetime | None:
    """Return the first slot after ``now`` (UTC) that is not in ``taken``, or None if the channel has no slots.

    ``weekly_slots`` are ``{"weekday": 1…7, "time": "07:30"}`` in Asia/Ho_Chi_Minh; Monday is 1.
    """
    return next(_free(weekly_slots, taken, now), None)


def free_slots(
    weekly_slots: Sequence[Mapping[str, Any]], taken: Collection[datetime], now: datetime, until: datetime
) -> list[datetime]:
    """Return the free slots after ``now`` and not after ``until`` (UTC), earliest first."""
    return list(takewhile(lambda slot: slot <= until, _free(weekly_slots, taken, now)))


def _free(weekly_slots: Sequence[Mapping[str, Any]], taken: Collection[datetime], now: datetime) -> Iterator[datetime]:
    """Every free slot from now on, without end if there is any."""
    times = sorted({(int(slot["weekday"]), time.fromisoformat(slot["time"])) for slot in weekly_slots})
    if not times:
        return
    used = {instant.astimezone(UTC) for instant in taken}
    today = local_day(now)
    monday = today - timedelta(days=today.isoweekday() - 1)
    while True:
        for weekday, at in times:
            slot = _instant(monday + timedelta(days=weekday - 1), at)
            if slot > now and slot not in used:
                yield slot
        monday += timedelta(weeks=1)


def _instant(day: date, at: time) -> datetime:
    return at_local(day, at)

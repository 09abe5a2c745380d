"""Days and times as people here type them, 22/11/2026 17:30, and as machines write them, 2026-11-22T17:30."""

import re
from datetime import date, datetime, time

from cms.clock import local

_DAY = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})|\s?(?:h|giờ)\s?(\d{2})?)", re.IGNORECASE)
_BESIDE = re.compile(r"[\s,]|\b(?:ngày|lúc|phút)\b", re.IGNORECASE)
"""What may stand beside a day and a time and says nothing."""


def read_day(text: str) -> date:
    """Return the day that ``text`` says: 22/11/2026, 22-11-2026, 22.11.2026 or 2026-11-22; raise ``ValueError``."""
    written = text.strip()
    if found := _DAY.fullmatch(written):
        return _day(found)
    return date.fromisoformat(written)


def read_moment(text: str) -> datetime:
    """Return the local time that ``text`` says, without a zone; raise ``ValueError``.

    22/11/2026 17:30, 17h30 ngày 22/11/2026, and 2026-11-22T17:30 as a browser's control gives it.
    """
    written = text.strip()
    if found := _DAY.search(written):
        rest = _BESIDE.sub(" ", written[: found.start()] + " " + written[found.end() :]).strip()
        return datetime.combine(_day(found), _clock(rest))
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is not None or len(written) <= len("2026-11-22"):
        raise ValueError(text)
    return moment


def as_typed(text: str, *, moment: bool = False) -> str:
    """Return a day or a local time as people type it; what cannot be read stays as it was entered."""
    try:
        return f"{read_moment(text):%d/%m/%Y %H:%M}" if moment else f"{read_day(text):%d/%m/%Y}"
    except ValueError:
        return text


def local_input(instant: datetime) -> str:
    """2026-11-22T17:30, an instant on the clocks of Viet Nam as fields for a time are given it."""
    return f"{local(instant):%Y-%m-%dT%H:%M}"


def _day(found: re.Match[str]) -> date:
    day, _, month, year = found.groups()
    return date(int(year), int(month), int(day))


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return time(int(found[1]), int(found[2] or found[3] or 0))

"""Days and times as people here type them, 22/11/2026 17:30, and as machines write them, 2026-11-22T17:30.

The one grammar: forms, addresses, and through ``/typed-time`` the browser, all read with it.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from channels.localtime import ZONE_LABEL, local
from cms.core.clock import FIRST_YEAR, LAST_YEAR
from cms.web.input.time_of_day import plain, read_seconds

_DAY = re.compile(
    r"(?<![0-9/.-])(?:"
    r"(?P<day>[0-9]{1,2}) ?(?P<mark>[/.-]) ?(?P<month>[0-9]{1,2}) ?(?P=mark) ?(?P<year>[0-9]{4})"
    r"|(?P<iso_year>[0-9]{4})(?P<iso_mark>[-/])(?P<iso_month>[0-9]{2})(?P=iso_mark)(?P<iso_day>[0-9]{2})"
    r"|(?P<said_day>[0-9]{1,2}) tháng (?P<said_month>[0-9]{1,2})(?:,? năm|,)? (?P<said_year>[0-9]{4})"
    r")(?![0-9/-]|\.[0-9])t?"
)
D = TypeVar("D", date, datetime)

_WEEKDAYS = (
    ("thứ hai", "thứ 2", "t2", "monday"), ("thứ ba", "thứ 3", "t3", "tuesday"), ("thứ tư", "thứ 4", "t4", "wednesday"),
    ("thứ năm", "thứ 5", "t5", "thursday"), ("thứ sáu", "thứ 6", "t6", "friday"),
    ("thứ bảy", "thứ 7", "t7", "saturday"), ("chủ nhật", "chúa nhật", "cn", "sunday"),
)  # fmt: skip
_NUMBER_OF = {name: number for number, names in enumerate(_WEEKDAYS) for name in names}
_WEEKDAY = re.compile(r"(?<!\w)(" + "|".join(sorted(_NUMBER_OF, key=len, reverse=True)) + r")(?!\w)")
_ZONE = re.escape(ZONE_LABEL.casefold())
_BESIDE = re.compile(rf",|\({_ZONE}\)|(?<!\w){_ZONE}(?!\w)|\b(?:ngày|mùng|mồng|lúc|vào|hồi)\b")
"""What may stand beside a day and a time and says nothing."""


def read_day(text: str) -> date:
    """Return the day that ``text`` says; raise ``ValueError``.

    22/11/2026, 22-11-2026, ngày 22 tháng 11 năm 2026, Chủ nhật 22.11.2026, and 2026-11-22.
    """
    found, rest = _take_day(text)
    if rest:
        raise ValueError(text)
    return found


def read_moment(text: str) -> datetime:
    """Return the local time that ``text`` says, without a zone; raise ``ValueError``.

    22/11/2026 17:30, 5 giờ 30 chiều ngày 22/11/2026, Chủ nhật 22/11/2026 17h30, and 2026-11-22T17:30 as a browser's
    control gives it. 24h00 is midnight at the end of its day. A weekday that is not that day's is refused.
    """
    found, rest = _take_day(text)
    return _near(datetime.combine(found, time()) + timedelta(seconds=read_seconds(rest)), text)


def as_typed(text: str, *, moment: bool = False) -> str:
    """Return a day or a local time as people type it; what cannot be read stays as it was entered."""
    try:
        return typed_moment(read_moment(text)) if moment else f"{read_day(text):%d/%m/%Y}"
    except ValueError:
        return text


def typed_moment(at: datetime) -> str:
    """22/11/2026 17:30; seconds only where there are some."""
    return f"{at:%d/%m/%Y %H:%M:%S}" if at.second else f"{at:%d/%m/%Y %H:%M}"


def local_input(instant: datetime) -> str:
    """2026-11-22T17:30, an instant on the clocks of Viet Nam as fields for a time are given it."""
    return f"{local(instant):%Y-%m-%dT%H:%M}"


def _take_day(text: str) -> tuple[date, str]:
    """The one day in ``text``, and what else it says, without the words that say nothing."""
    written = plain(text)
    found = list(_DAY.finditer(written))
    if len(found) != 1:
        raise ValueError(text)
    day = _near(_day(found[0]), text)
    rest = f"{written[: found[0].start()]}|{written[found[0].end() :]}"
    weekdays = {_NUMBER_OF[name] for name in _WEEKDAY.findall(rest)}
    if weekdays - {day.weekday()}:
        raise ValueError(text)
    pieces = _BESIDE.sub("|", _WEEKDAY.sub("|", rest)).split("|")
    if sum(any(sign.isdecimal() for sign in piece) for piece in pieces) > 1:
        raise ValueError(text)  # "8 giờ ngày 30": what is said apart is not one time
    return day, plain(" ".join(pieces))


def _day(found: re.Match[str]) -> date:
    parts = [found[name] for name in ("year", "month", "day", "iso_year", "iso_month", "iso_day") if found[name]]
    year, month, day = parts or (found["said_year"], found["said_month"], found["said_day"])
    return date(int(year), int(month), int(day))


def _near(value: D, text: str) -> D:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(text)
    return value

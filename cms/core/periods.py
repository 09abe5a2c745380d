"""Days, ISO weeks, months, quarters and years on Vietnamese calendars, as stretches of UTC.

A week belongs to the month, quarter and year of its Thursday (ISO 8601's rule for years, taken for all three), so
every week is counted in exactly one of each.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from channels.localtime import local_day, midnight
from channels.words import N_, Words
from cms.core.clock import FIRST_YEAR, LAST_YEAR


class Per(StrEnum):
    """The stretch of time in which a quota has to be met. Weeks are ISO weeks, Monday first."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_ORDER = (Per.DAY, Per.WEEK, Per.MONTH, Per.QUARTER, Per.YEAR)
_ROMAN = ("I", "II", "III", "IV")
_DAY = timedelta(days=1)
_WEEKDAYS = (
    N_("Thứ Hai %(date)s"),
    N_("Thứ Ba %(date)s"),
    N_("Thứ Tư %(date)s"),
    N_("Thứ Năm %(date)s"),
    N_("Thứ Sáu %(date)s"),
    N_("Thứ Bảy %(date)s"),
    N_("Chủ nhật %(date)s"),
)


class PeriodError(ValueError):
    """A text that names no period; ``words`` says how to write one."""

    def __init__(self, text: str) -> None:
        self.words = Words(
            N_("“%(text)s” không phải một kỳ; hãy viết như 2025-W10, 2025-03, 2025-Q1, 2025 hoặc 2025-03-10."),
            {"text": text},
        )
        super().__init__(str(self.words))


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, both included, that make up one ``per``."""

    per: Per
    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first instant, UTC."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first instant after it, UTC."""
        return midnight(self.last + _DAY)

    @property
    def code(self) -> str:
        """The text that ``parse`` reads back: ``2025-W10``."""
        return _CODES[self.per](self)

    def label(self) -> Words:
        """What people call it: "Tuần 10, 3–9/3/2025"."""
        return _LABELS[self.per](self)

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def next(self) -> "Period":
        """The period of the same kind that follows."""
        return containing(self.per, self.last + _DAY)

    def previous(self) -> "Period":
        """The period of the same kind before it."""
        return containing(self.per, self.first - _DAY)


def parse(text: str) -> Period:
    """The period that ``text`` names: "2025-W10", "2025-03", "2025-Q1", "2025" or "2025-03-10".

    Raises ``PeriodError`` for anything else, and for years outside 2000-2199.
    """
    for pattern, build in _READERS:
        if found := pattern.fullmatch(text):
            try:
                return build(*(int(number) for number in found.groups()))
            except ValueError:
                break
    raise PeriodError(text)


def containing(per: Per, day: date) -> Period:
    """The period of kind ``per`` around a calendar day."""
    return _AROUND[per](day)


def at(per: Per, instant: datetime) -> Period:
    """The period of kind ``per`` that is running in Viet Nam at ``instant`` (aware)."""
    return containing(per, local_day(instant))


def holder(period: Period, per: Per) -> Period:
    """The period of kind ``per``, the same or a wider one, that ``period`` belongs to.

    A week belongs where its Thursday lies. Raises ``ValueError`` if ``per`` is narrower.
    """
    if _ORDER.index(per) < _ORDER.index(period.per):
        raise ValueError(f"{per} is narrower than {period.per}")
    middle = period.first + 3 * _DAY if period.per is Per.WEEK else period.first
    return containing(per, middle)


def parts(period: Period, per: Per) -> tuple[Period, ...]:
    """The periods of kind ``per`` that belong to ``period``, in order; none if ``per`` is wider."""
    if _ORDER.index(per) > _ORDER.index(period.per):
        return ()
    found = []
    part = containing(per, period.first)
    while part.first <= period.last:
        if holder(part, period.per) == period:
            found.append(part)
        part = part.next()
    return tuple(found)


def _checked(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(day)
    return day


def _day(day: date) -> Period:
    return Period(Per.DAY, day, day)


def _week(day: date) -> Period:
    monday = day - timedelta(days=day.weekday())
    return Period(Per.WEEK, monday, monday + 6 * _DAY)


def _months(per: Per, count: int) -> Callable[[date], Period]:
    def around(day: date) -> Period:
        first = date(day.year, (day.month - 1) // count * count + 1, 1)
        after = first.year * 12 + first.month - 1 + count
        return Period(per, first, date(after // 12, after % 12 + 1, 1) - _DAY)

    return around


_AROUND: dict[Per, Callable[[date], Period]] = {
    Per.DAY: _day,
    Per.WEEK: _week,
    Per.MONTH: _months(Per.MONTH, 1),
    Per.QUARTER: _months(Per.QUARTER, 3),
    Per.YEAR: _months(Per.YEAR, 12),
}

_READERS: tuple[tuple[re.Pattern[str], Callable[..., Period]], ...] = (
    (re.compile(r"(\d{4})-W(\d{2})", re.ASCII), lambda y, w: _week(_checked(date.fromisocalendar(y, w, 4)))),
    (
        re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII),
        lambda y, m, d: containing(Per.DAY, _checked(date(y, m, d))),
    ),
    (re.compile(r"(\d{4})-(\d{2})", re.ASCII), lambda y, m: containing(Per.MONTH, _checked(date(y, m, 1)))),
    (
        re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
        lambda y, q: containing(Per.QUARTER, _checked(date(y, q * 3, 1))),
    ),
    (re.compile(r"(\d{4})", re.ASCII), lambda y: containing(Per.YEAR, _checked(date(y, 1, 1)))),
)


def _iso(period: Period) -> tuple[int, int]:
    year, week, _ = period.first.isocalendar()
    return year, week


def _quarter(period: Period) -> int:
    return (period.first.month - 1) // 3 + 1


_CODES: dict[Per, Callable[[Period], str]] = {
    Per.DAY: lambda p: p.first.isoformat(),
    Per.WEEK: lambda p: "{:04}-W{:02}".format(*_iso(p)),
    Per.MONTH: lambda p: f"{p.first:%Y-%m}",
    Per.QUARTER: lambda p: f"{p.first.year}-Q{_quarter(p)}",
    Per.YEAR: lambda p: f"{p.first.year}",
}


def span(first: date, last: date) -> str:
    """Two days in as few figures as are clear: "3–9/3/2025", "28/4–4/5/2025", "29/12/2025–4/1/2026"."""
    opening = f"{first.day}"
    if first.month != last.month or first.year != last.year:
        opening += f"/{first.month}"
    if first.year != last.year:
        opening += f"/{first.year}"
    return f"{opening}–{last.day}/{last.month}/{last.year}"


_LABELS: dict[Per, Callable[[Period], Words]] = {
    Per.DAY: lambda p: Words(_WEEKDAYS[p.first.weekday()], {"date": f"{p.first:%d/%m/%Y}"}),
    Per.WEEK: lambda p: Words(N_("Tuần %(week)s, %(days)s"), {"week": _iso(p)[1], "days": span(p.first, p.last)}),
    Per.MONTH: lambda p: Words(N_("Tháng %(month)s/%(year)s"), {"month": p.first.month, "year": p.first.year}),
    Per.QUARTER: lambda p: Words(
        N_("Quý %(quarter)s/%(year)s"), {"quarter": _ROMAN[_quarter(p) - 1], "year": p.first.year}
    ),
    Per.YEAR: lambda p: Words(N_("Năm %(year)s"), {"year": p.first.year}),
}

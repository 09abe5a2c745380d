"""Numbers, dates and times as people here write them: 22/11/2026, 17:30, 1.250, GMT+7."""

from datetime import date, datetime

from flask import Flask
from flask_babel import gettext, ngettext

from channels.localtime import ZONE_LABEL, local
from cms.web.input.dates import as_typed, local_input


def day(value: date | datetime) -> str:
    """22/11/2026; an instant is first read on the clocks of Viet Nam."""
    shown = local(value).date() if isinstance(value, datetime) else value
    return f"{shown.day:02}/{shown.month:02}/{shown.year}"


def moment(value: datetime) -> str:
    """17:30 22/11/2026."""
    return f"{local(value):%H:%M} {day(value)}"


def moment_zone(value: datetime) -> str:
    """17:30 22/11/2026 GMT+7."""
    return f"{moment(value)} {ZONE_LABEL}"


def number(value: float) -> str:
    """1.250 and 4,5: dot between thousands, comma before decimals."""
    text = f"{value:,}"
    return text.translate(str.maketrans(",.", ".,"))


def duration(seconds: float) -> str:
    """4 phút 10 giây."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return str(ngettext("%(num)d giây", "%(num)d giây", rest))
    if not rest:
        return str(ngettext("%(num)d phút", "%(num)d phút", minutes))
    return str(gettext("%(minutes)d phút %(seconds)d giây", minutes=minutes, seconds=rest))


def file_size(size: int) -> str:
    """1,2 MB."""
    return f"{number(round(size / 1_000_000, 1))} MB" if size >= 100_000 else f"{number(round(size / 1_000))} kB"


def init_app(app: Flask) -> None:
    """Make the formats Jinja filters of the same names."""
    for function in (as_typed, local_input, day, moment, moment_zone, number, duration, file_size):
        app.add_template_filter(function)

"""Times and evidence as the pages of deliveries write them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from channels.localtime import local
from channels.words import N_, Words
from cms.web.input.weekly_times import WEEKDAYS
from cms.web.output.formats import day, moment_zone
from cms.web.output.language import say

EVIDENCE = {
    "confirmed_at": N_("Kênh xác nhận lúc"),
    "confirmed_by": N_("Người xác nhận"),
    "reason": N_("Lý do xác nhận"),
    "oa_id": N_("Mã Official Account"),
    "status": N_("Trạng thái trên kênh"),
    "cover": N_("Ảnh bìa"),
    "simulated": N_("Kênh"),
}
"""Names of what receipts hold; what has no name here is shown by its own."""


def clock(instant: datetime) -> str:
    """17:30 on the clocks of Viet Nam."""
    return f"{local(instant):%H:%M}"


def clock_seconds(instant: datetime) -> str:
    """17:30:05 22/11/2026 on the clocks of Viet Nam."""
    return f"{local(instant):%H:%M:%S} {day(instant)}"


def weekday(value: date) -> str:
    """Thứ Hai."""
    return say(Words(WEEKDAYS[value.weekday()]))


def day_month(value: date) -> str:
    """22/11."""
    return f"{value.day:02}/{value.month:02}"


def brief_seconds(seconds: float) -> str:
    """0,2 giây; 95 giây: how long a call took."""
    shown = f"{seconds:.1f}".replace(".", ",") if seconds < 10 else f"{round(seconds)}"
    return say(Words(N_("%(seconds)s giây"), {"seconds": shown}))


def evidence_lines(evidence: Mapping[str, Any], confirmed_by: str) -> list[tuple[str, str]]:
    """Return what a receipt holds as names and values; ``confirmed_by`` is the name of the person who vouched."""
    return [
        (say(Words(EVIDENCE[name])) if name in EVIDENCE else name, _value(name, value, confirmed_by))
        for name, value in (evidence.items() if isinstance(evidence, Mapping) else ())
        if value not in (None, "", [], {})
    ]


def _value(name: str, value: object, confirmed_by: str) -> str:
    if name == "confirmed_by":
        return confirmed_by or str(value)
    if name == "simulated":
        return say(Words(N_("bản mô phỏng, không phải Zalo thật")))
    if name == "cover" and value == "default":
        return say(Words(N_("dùng ảnh bìa mặc định của kênh")))
    if name.endswith("_at"):
        try:
            return moment_zone(datetime.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value)


FILTERS = (clock, clock_seconds, weekday, day_month, brief_seconds)
"""Become Jinja filters of the same names."""

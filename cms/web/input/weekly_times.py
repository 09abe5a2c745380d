"""The weekly times of a channel as an admin writes them: "07:30, 17:30" for each day of the week."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from channels.words import N_
from cms.core.refusal import Invalid
from cms.web.input.time_of_day import DAY_MINUTES, read_seconds

WEEKDAYS = (N_("Thứ Hai"), N_("Thứ Ba"), N_("Thứ Tư"), N_("Thứ Năm"), N_("Thứ Sáu"), N_("Thứ Bảy"), N_("Chủ nhật"))
"""Names of ISO weekdays 1 to 7."""
MOST = 48
"""Times a day."""


def read(written: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return slots ``{"weekday": 1…7, "time": "07:30"}`` in order, each once.

    Raise ``Invalid`` at field ``slot-<weekday>`` with the word that is no time.
    """
    return [
        {"weekday": weekday, "time": time}
        for weekday in range(1, 8)
        for time in _times(weekday, written.get(weekday, ""))
    ]


def write(slots: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Return the text of each weekday, as ``read`` takes it."""
    found: dict[int, list[str]] = {weekday: [] for weekday in range(1, 8)}
    for slot in slots:
        found[int(slot["weekday"])].append(str(slot["time"]))
    return {weekday: ", ".join(sorted(times)) for weekday, times in found.items()}


def _times(weekday: int, written: str) -> list[str]:
    words = (word for part in re.split(r"[,;\n]", written) if part.strip() for word in _apart(part))
    times = {_time(weekday, word) for word in words}
    if len(times) > MOST:
        raise Invalid(N_("Mỗi ngày tối đa %(limit)s khung giờ; hãy bớt lại."), field=f"slot-{weekday}", limit=MOST)
    return sorted(times)


def _apart(part: str) -> list[str]:
    """One time said with spaces ("5 giờ 30 chiều") as it is; several apart by spaces one by one."""
    return [part] if _minute(part) is not None else part.split()


def _minute(word: str) -> int | None:
    """The minute of the day that ``word`` says; None for what is no time of a timetable."""
    if word.count(":") > 1:
        return None
    try:
        seconds = read_seconds(word, bare=True)
    except ValueError:
        return None
    return seconds // 60 if seconds % 60 == 0 and seconds < DAY_MINUTES * 60 else None


def _time(weekday: int, word: str) -> str:
    minute = _minute(word)
    if minute is None:
        raise Invalid(
            N_("“%(word)s” không phải giờ trong ngày; hãy viết như 07:30, cách nhau bằng dấu phẩy."),
            field=f"slot-{weekday}", word=word[:20],
        )  # fmt: skip
    return f"{minute // 60:02}:{minute % 60:02}"

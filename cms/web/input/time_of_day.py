"""A time of day as people here write it: 17:30, 17h30, 5 giờ 30 phút chiều, 8 rưỡi tối, 7h kém 15, 5:30 PM, 24h00.

What can be meant in two ways is refused, not guessed at: "12 giờ đêm" and "2 giờ đêm" may be of this day or the next.
"""

import re
import unicodedata

DAY_MINUTES = 24 * 60

_MINUTE, _MINUTES = r"[0-5]?[0-9]", r"(?: ?(?:phút|ph|p|'))?"
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}) ?"
    r"(?:[:.](?P<exact>[0-5][0-9])(?::(?P<seconds>[0-5][0-9]))?"
    rf"|(?:giờ|h|g) ?(?:(?P<minutes>{_MINUTE}){_MINUTES}|(?P<half>rưỡi)|kém ?(?P<less>{_MINUTE}){_MINUTES})?"
    r"|(?P<bare_half>rưỡi)"
    r"|(?=$))(?: đúng)?"
)
_NAMED = re.compile(
    r"(?<!\w)(rạng sáng|sáng|trưa|chiều|tối|đêm|khuya|a\.?m\b\.?|p\.?m\b\.?|sa|ch)(?!\w)|(?<=[0-9])(am|pm)(?!\w)"
)
_HOURS: dict[str, dict[int, int]] = {
    "rạng sáng": {hour: hour for hour in range(1, 7)},
    "sáng": {hour: hour for hour in range(12)},
    "trưa": {hour: hour for hour in range(10, 15)} | {1: 13, 2: 14},
    "chiều": {hour: hour + 12 for hour in range(1, 8)} | {hour: hour for hour in range(12, 20)},
    "tối": {hour: hour + 12 for hour in range(5, 12)} | {hour: hour for hour in range(17, 24)},
    "đêm": {hour: hour + 12 for hour in range(8, 12)} | {hour: hour for hour in range(20, 24)},
    "khuya": {hour: hour + 12 for hour in range(9, 12)} | {hour: hour for hour in range(21, 24)},
    "am": {hour: hour for hour in range(1, 12)} | {12: 0, 0: 0},
    "pm": {hour: hour + 12 for hour in range(1, 12)} | {hour: hour for hour in range(12, 24)},
}
"""Which hour of 24 a part of the day makes of the hour that was said; what is missing here is no hour of it."""
_SAME = {"sa": "am", "ch": "pm"}


def plain(text: str) -> str:
    """Return ``text`` in NFC and small letters with single spaces, as the readers here compare it."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def read_seconds(text: str, *, bare: bool = False) -> int:
    """Return the seconds after midnight, up to 86,400 for "24:00"; raise ``ValueError``.

    A bare number ("7") is a full hour only if ``bare``; beside a part of the day ("7 sáng") it always is.
    """
    part, rest = _part_of_day(plain(text))
    found = _CLOCK.fullmatch(rest)
    if found is None or (not (bare or part) and rest.isdecimal()):
        raise ValueError(text)
    minutes = 60 * _hour(int(found["hour"]), part) + int(found["exact"] or found["minutes"] or 0)
    minutes += 30 if found["half"] or found["bare_half"] else 0
    minutes -= int(found["less"] or 0)
    seconds = 60 * minutes + int(found["seconds"] or 0)
    if not 0 <= seconds <= DAY_MINUTES * 60:
        raise ValueError(text)
    return seconds


def _part_of_day(text: str) -> tuple[str, str]:
    """Take the part of the day out of ``text``: its name, "" for none, and what is left."""
    named = list(_NAMED.finditer(text))
    if not named:
        return "", text
    if len(named) > 1:
        raise ValueError(text)
    word = (named[0][1] or named[0][2]).replace(".", "")
    return _SAME.get(word, word), plain(text[: named[0].start()] + " " + text[named[0].end() :])


def _hour(said: int, part: str) -> int:
    if not part and said <= 24:
        return said
    if part not in _HOURS or said not in _HOURS[part]:
        raise ValueError(said)
    return _HOURS[part][said]

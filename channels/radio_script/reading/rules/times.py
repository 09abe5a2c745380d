"""Times of day and short durations: 7h30, 17:30, 8 giờ 00, 15', 4'30"."""

import re

from channels.radio_script.reading.numerals import spelled
from channels.radio_script.reading.page import Page

_HOURS = re.compile(
    r"(?<![\w.,/])(?P<h>[01]?\d|2[0-4])\s?(?:h(?:\s?(?P<m>[0-5]\d))?|g(?P<m2>[0-5]\d))(?:\s?(?:'|’|′|p|ph|phút))?(?!\w)",
)
_G = re.compile(r"(?<![\w.,/])(?P<h>[01]?\d|2[0-4])g(?=\s?(?:,|ngày|sáng|trưa|chiều|tối|[-–]\s?\d{1,2}g)(?!\w))")
_G_TO_G = re.compile(r"(?<![\w.,/])(?P<h>[01]?\d|2[0-4])g(?P<to>\s?(?:đến|tới|-|–)\s?)(?P<h2>[01]?\d|2[0-4])g(?!\w)")
_G_SAID = re.compile(r"(?:lúc|giờ(?:\s\w+)?:)\s*$")
_G_ALONE = re.compile(r"(?P<h>[01]?\d|2[0-4])g(?!\w)")
_G_AFTER = re.compile(r"\s*(?:$|[.,;:)]|(?:sáng|trưa|chiều|tối|đêm|ngày|hằng|hàng|mỗi|cùng|hôm|để|tại|các|thứ)(?!\w))")
_SECONDS = re.compile(r"(?<![\w.,/])(?P<s>\d{1,2})[\"”″](?P<part>\d{1,2})(?!\w)")
_ROUND_THE_CLOCK = re.compile(r"(?<![\w/.,])24h?/(?P<b>24|7)(?P<hours>h|\s?giờ)?(?![\w/])")
_COLON = re.compile(r"(?<![\w:.,/])(?P<h>[01]?\d|2[0-4])[:](?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?(?![\d:])")
_WORDED = re.compile(r"(?<![\w.,/])(?P<h>[01]?\d|2[0-4])\s?giờ\s?(?P<m>[0-5]\d)(?P<minute>\s*phút)?(?![\w%/]|[.,]\d)")
_DURATION = re.compile(r"(?<![\w.,/])(?:(?P<m>\d{1,3})\s?['’′](?:\s?(?P<s>[0-5]?\d)(?:\s?(?:\"|”|″|''))?)?)(?!\w)")
_RATIO = re.compile(r"(?:tỷ lệ|tỉ lệ|iso|tcvn|tỷ số|tỉ số)[^.;]{0,24}$")


def times(page: Page) -> None:
    """Claim times and durations."""
    for match in page.at_numbers(_ROUND_THE_CLOCK):
        days = match["b"] == "7"
        said = f"{page.number(24)} trên {page.number(int(match['b']))}"
        page.claim(*match.span(), said if days or not match["hours"] else f"{said} giờ", "time")
    for match in page.at_numbers(_WORDED):
        page.claim(*match.span(), _clock(page, match["h"], match["m"]), "time")
    for match in page.at_numbers(_HOURS):
        page.claim(*match.span(), _clock(page, match["h"], match["m"] or match["m2"]), "time")
    _southern(page)
    for match in page.at_numbers(_COLON):
        if not _RATIO.search(page.before(match.start())):
            said = _clock(page, match["h"], match["m"], keep=bool(match["s"]))
            seconds = f" {_minutes(page, match['s'])} giây" if match["s"] else ""
            page.claim(*match.span(), said + seconds, "time")
    _durations(page)


def _southern(page: Page) -> None:
    """Claim "từ 22g đến 4g" and "lúc 8g": in Southern papers an hour, where nothing is weighed."""
    for match in page.at_numbers(_G_TO_G):
        if int(match["h"]) > int(match["h2"]) or _G_AFTER.match(page.after(match.end())):
            said = f"{_clock(page, match['h'], None)} đến {_clock(page, match['h2'], None)}"
            page.claim(*match.span(), said, "time")
    for match in page.at_numbers(_G_ALONE):
        if _G_SAID.search(page.before(match.start())):
            page.claim(*match.span(), _clock(page, match["h"], None), "time")
    for match in page.at_numbers(_G):
        page.claim(*match.span(), _clock(page, match["h"], None), "time")


def _durations(page: Page) -> None:
    for match in page.at_numbers(_SECONDS):
        page.claim(*match.span(), f"{page.number(int(match['s']))} giây {_minutes(page, match['part'])}", "time")
    for match in page.at_numbers(_DURATION):
        said = f"{page.number(int(match['m']))} phút"
        page.claim(*match.span(), said + (f" {page.number(int(match['s']))} giây" if match["s"] else ""), "time")


def _minutes(page: Page, digits: str) -> str:
    return spelled(digits) if digits.startswith("0") else page.number(int(digits))


def _clock(page: Page, hour: str, minutes: str | None, *, keep: bool = False) -> str:
    said = f"{page.number(int(hour))} giờ"
    if minutes is None or (minutes == "00" and not keep):
        return said
    return f"{said} {_minutes(page, minutes)} phút"

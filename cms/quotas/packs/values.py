"""The small values of a plan pack: codes, lines of text, days, addresses; each refuses with one sentence."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from channels.words import N_, Words
from cms.core.clock import FIRST_YEAR, LAST_YEAR
from cms.quotas.packs.refusal import Unfit

_CODE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_MARK = re.compile(r"[^\W_]+([.-][^\W_]+)*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DUE_DAY = re.compile(r"(\d{4}-)?\d{2}-\d{2}")
_ADDRESS = re.compile(r"https?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?")
_PHONE = re.compile(r"\d[\d. ]{2,18}\d")
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_ANY_YEAR = "2001-"


def _shape(pattern: re.Pattern[str], text: str, sentence: str) -> str:
    if not pattern.fullmatch(text):
        raise Unfit(Words(sentence, {"value": text}))
    return text


def _code(text: str) -> str:
    return _shape(_CODE, text, N_("Mã “%(value)s” chỉ được gồm chữ thường không dấu, chữ số, gạch nối, gạch dưới."))


def _mark(text: str) -> str:
    return _shape(_MARK, text, N_("Số mục “%(value)s” chỉ được gồm chữ, số, dấu chấm và gạch nối, ví dụ 2.4."))


def _address(text: str) -> str:
    return _shape(_ADDRESS, text, N_("Địa chỉ “%(value)s” phải bắt đầu bằng http:// hoặc https:// và có tên miền."))


def _phone(text: str) -> str:
    return _shape(_PHONE, text, N_("Số điện thoại “%(value)s” chỉ được gồm chữ số, dấu chấm và dấu cách."))


def _email(text: str) -> str:
    return _shape(_EMAIL, text, N_("Thư điện tử “%(value)s” không đúng dạng ten@tenmien.vn."))


def _day(value: object) -> date:
    text = value.isoformat() if isinstance(value, date) else value
    bad = Unfit(Words(N_("Ngày “%(value)s” không có thật; viết theo dạng 2025-01-31."), {"value": value}))
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise bad
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise bad from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise bad
    return found


def _due_day(text: str) -> str:
    _shape(_DUE_DAY, text, N_("Hạn “%(value)s” phải là tháng-ngày như 11-30, hoặc ngày đủ năm như 2023-11-20."))
    _day(text if _DAY.fullmatch(text) else _ANY_YEAR + text)
    return text


Code = Annotated[str, StringConstraints(max_length=80), AfterValidator(_code)]
"""A name that never changes, ``chuyen-doi-so``."""
Mark = Annotated[str, StringConstraints(max_length=40), AfterValidator(_mark)]
"""A number as the plan prints it, ``2.4`` or ``II.1.đ``, with a suffix where one paragraph has several quotas."""
OneLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]
Brief = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=3000)]
"""``Brief`` and ``Note`` may be empty, ``OneLine`` and ``Prose`` may not."""
Day = Annotated[date, BeforeValidator(_day)]
"""An ISO date. Nothing else is taken, so that a bare number never becomes a day of 1970."""
DueDay = Annotated[str, AfterValidator(_due_day)]
Address = Annotated[str, StringConstraints(max_length=300), AfterValidator(_address)]
Phone = Annotated[str, AfterValidator(_phone)]
Email = Annotated[str, StringConstraints(max_length=200), AfterValidator(_email)]

"""What is wrong with an input, in one clear sentence for each field."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from channels.words import N_, Words
from cms.core.refusal import Invalid, Refusal

MOST = 20
"""Faults told at once."""
_PLACE = re.compile(r"line (\d+) column (\d+)")
_TOO_LONG = N_("“%(field)s” quá dài, tối đa %(limit)s.")
_TOO_SHORT = N_("“%(field)s” quá ngắn, tối thiểu %(limit)s.")
_INTEGER = N_("“%(field)s” phải là số nguyên.")
_BOOLEAN = N_("“%(field)s” phải là true hoặc false.")
_CHOICE = N_("“%(field)s” phải là một trong: %(expected)s.")
_INSTANT = N_("“%(field)s” phải là thời điểm kèm múi giờ, ví dụ 2026-11-22T17:30:00+07:00.")
_DAY = N_("“%(field)s” phải là ngày, ví dụ 2026-11-22.")
_LIST = N_("“%(field)s” phải là danh sách.")
_OBJECT = N_("“%(field)s” phải là một đối tượng JSON.")
_OTHER = N_("“%(field)s” không hợp lệ; hãy xem lại tài liệu API.")
_SENTENCES = {
    "missing": N_("Thiếu “%(field)s”; hãy bổ sung."),
    "extra_forbidden": N_("Không có trường “%(field)s”; hãy bỏ đi hoặc xem lại tài liệu API."),
    "string_too_long": _TOO_LONG,
    "too_long": _TOO_LONG,
    "string_too_short": _TOO_SHORT,
    "too_short": _TOO_SHORT,
    "greater_than_equal": N_("“%(field)s” phải từ %(limit)s trở lên."),
    "less_than_equal": N_("“%(field)s” không được quá %(limit)s."),
    "string_type": N_("“%(field)s” phải là chuỗi ký tự."),
    "string_pattern_mismatch": N_("“%(field)s” không đúng định dạng; hãy xem lại tài liệu API."),
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_parsing_size": _INTEGER,
    "int_from_float": _INTEGER,
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "instant": _INSTANT,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "datetime_object_invalid": _INSTANT,
    "timezone_aware": _INSTANT,
    "day": _DAY,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "far": N_("“%(field)s” phải nằm trong các năm 2000 đến 2199."),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}
_LIMITS = ("max_length", "min_length", "ge", "le")


@dataclass(frozen=True, slots=True)
class Fault:
    """One field (a path like ``content.title``; empty for the whole) and what is wrong with it."""

    field: str
    words: Words


class BadJson(Refusal):
    """The body is not JSON at all."""

    status = 400
    code = "bad-json"


class NoBody(Refusal):
    """The body is missing."""

    status = 400
    code = "no-body"


class NotJson(Refusal):
    """The body says that it is something else."""

    status = 415
    code = "not-json"


class BadInput(Invalid):
    """Fields that are not acceptable; each of ``faults`` says where and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("", field=faults[0].field)
        self.words, self.faults = faults[0].words, tuple(faults)


def refusal_of(error: ValidationError) -> Refusal:
    """Return what the caller is told about input that pydantic refused."""
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        place = _PLACE.search(str(found[0].get("ctx", {}).get("error", "")))
        line, column = place.groups() if place else ("1", "1")
        return BadJson(
            N_("Nội dung gửi lên không phải JSON hợp lệ (dòng %(line)s, cột %(column)s); hãy sửa rồi gửi lại."),
            line=line, column=column,
        )  # fmt: skip
    return BadInput([_fault(one) for one in found[:MOST]])


def _fault(error: Any) -> Fault:
    field = ".".join(str(part) for part in error["loc"])
    context = error.get("ctx", {})
    limit = next((context[name] for name in _LIMITS if name in context), "")
    expected = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
    shown = field or N_("nội dung gửi lên")
    return Fault(field, Words(_SENTENCES.get(error["type"], _OTHER), _only(shown, limit, expected, error["type"])))


def _only(field: str, limit: object, expected: str, kind: str) -> dict[str, object]:
    """The values that the sentence has places for."""
    values: dict[str, object] = {"field": field, "limit": limit, "expected": expected}
    text = _SENTENCES.get(kind, _OTHER)
    return {name: value for name, value in values.items() if f"%({name})s" in text}

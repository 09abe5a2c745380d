"""Schema errors of a plan pack as sentences that tell an admin what to write instead."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from channels.words import N_, Words
from cms.quotas.packs.refusal import Path, Problem, Unfit
from cms.quotas.packs.schema import Pack

_SHOWN = 60


def problems_of(error: ValidationError) -> Iterator[Problem]:
    """The problems that a failed validation of a pack found, in the schema's order, each told once."""
    details = error.errors()
    places = {tuple(detail["loc"]) for detail in details}
    misspelt = {(*detail["loc"][:-1], _nearest(_key(detail))) for detail in details if _is(detail, "extra_forbidden")}
    for detail in details:
        place = tuple(detail["loc"])
        told = _is(detail, "missing") and place in misspelt
        if not told and not (_is(detail, "too_short") and _broken_below(place, places)):
            yield Problem(place, _sentence(detail))


def _is(detail: ErrorDetails, kind: str) -> bool:
    return detail["type"] == kind


def _broken_below(place: Path, places: set[Path]) -> bool:
    """Items that fail are not counted, so a list of bad items is also called too short; the items say more."""
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _nearest(key: str) -> str:
    return next(iter(get_close_matches(key, sorted(_KEYS), n=1)), "")


def _sentence(detail: ErrorDetails) -> Words:
    return _SENTENCES.get(detail["type"], _default)(detail)


def _key(detail: ErrorDetails) -> str:
    return next((str(step) for step in reversed(detail["loc"]) if isinstance(step, str)), "")


def _values(detail: ErrorDetails, **more: object) -> dict[str, object]:
    shown = str(detail["input"])
    return {"key": _key(detail), "value": shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…", **more}


def _default(detail: ErrorDetails) -> Words:
    return Words(N_("Giá trị của “%(key)s” không hợp lệ."), _values(detail))


def _unfit(detail: ErrorDetails) -> Words:
    cause = detail.get("ctx", {}).get("error")
    return cause.words if isinstance(cause, Unfit) else _default(detail)


def _unknown(detail: ErrorDetails) -> Words:
    if near := _nearest(_key(detail)):
        return Words(
            N_("Khóa “%(key)s” không có trong lược đồ; có phải là “%(near)s” không?"), _values(detail, near=near)
        )
    return Words(N_("Khóa “%(key)s” không có trong lược đồ; hãy bỏ đi."), _values(detail))


def _choice(detail: ErrorDetails) -> Words:
    expected = str(detail.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
    return Words(
        N_("“%(key)s” không nhận giá trị “%(value)s”; chỉ nhận: %(expected)s."), _values(detail, expected=expected)
    )


def _limit(sentence: str, key: str) -> Callable[[ErrorDetails], Words]:
    return lambda detail: Words(sentence, _values(detail, limit=detail.get("ctx", {}).get(key, "")))


def _plain(sentence: str) -> Callable[[ErrorDetails], Words]:
    return lambda detail: Words(sentence, _values(detail))


_NUMBER = _plain(N_("“%(key)s” phải là số nguyên, đang là “%(value)s”."))
_MAPPING = _plain(N_("“%(key)s” phải gồm các dòng dạng “khóa: giá trị”."))
_LIST = _plain(N_("“%(key)s” phải là danh sách, mỗi mục bắt đầu bằng gạch đầu dòng."))
_TEXT = _plain(N_("“%(key)s” phải là một đoạn chữ."))

_SENTENCES: dict[str, Callable[[ErrorDetails], Words]] = {
    "value_error": _unfit,
    "missing": _plain(N_("Thiếu “%(key)s”.")),
    "extra_forbidden": _unknown,
    "enum": _choice,
    "literal_error": _choice,
    "int_parsing": _NUMBER,
    "int_type": _NUMBER,
    "int_from_float": _NUMBER,
    "int_parsing_size": _NUMBER,
    "bool_parsing": _plain(N_("“%(key)s” phải là true hoặc false, đang là “%(value)s”.")),
    "bool_type": _plain(N_("“%(key)s” phải là true hoặc false, đang là “%(value)s”.")),
    "greater_than_equal": _limit(N_("“%(key)s” phải từ %(limit)s trở lên, đang là %(value)s."), "ge"),
    "less_than_equal": _limit(N_("“%(key)s” phải từ %(limit)s trở xuống, đang là %(value)s."), "le"),
    "string_type": _TEXT,
    "string_too_short": _plain(N_("“%(key)s” không được để trống.")),
    "string_too_long": _limit(N_("“%(key)s” dài quá %(limit)s ký tự; hãy viết gọn lại."), "max_length"),
    "too_short": _plain(N_("Danh sách “%(key)s” không được để trống.")),
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
}


def _keys(model: type[BaseModel]) -> frozenset[str]:
    """Every key that the schema knows, at any depth."""
    found = frozenset(model.model_fields)
    for field in model.model_fields.values():
        for part in _models(field.annotation):
            found |= _keys(part)
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


_KEYS = _keys(Pack)

"""What pydantic finds wrong with an entry, said to people: one sentence a field, with what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from channels.words import N_, Words


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one setting; ``name`` is empty when it is about all together."""

    name: str
    words: Words

    def of(self, name: str) -> "Problem":
        """The same problem with the setting ``name``."""
        return replace(self, name=name)


NO_JSON = Problem("", Words(N_("Nội dung không phải JSON hợp lệ; hãy kiểm tra dấu ngoặc và dấu phẩy.")))


def of(error: ValidationError) -> list[Problem]:
    """Return one problem for each field, the first that pydantic found."""
    found: dict[str, Problem] = {}
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else ""
        found.setdefault(name, Problem(name, sentence(one["type"], one.get("ctx") or {}, one["msg"])))
    return list(found.values())


def sentence(kind: str, context: Mapping[str, Any], message: str) -> Words:
    """Return what a pydantic error says, for people; an adapter's own sentence is kept as it is."""
    if kind == "value_error":
        said = message.removeprefix("Value error, ").strip()
        said = said[:1].upper() + said[1:]
        return Words(said if said.endswith((".", "!", "?", "…")) else f"{said}.")
    text, value = _SENTENCES.get(kind, (N_("Giá trị không hợp lệ; hãy nhập lại."), ""))
    return Words(text, {"limit": _plain(context.get(value))} if value else {})


_SENTENCES = {
    "missing": (N_("Hãy điền mục này."), ""),
    "string_too_short": (N_("Cần ít nhất %(limit)s ký tự; hãy điền thêm."), "min_length"),
    "string_too_long": (N_("Dài quá %(limit)s ký tự; hãy rút gọn."), "max_length"),
    "too_short": (N_("Cần ít nhất %(limit)s dòng; hãy điền thêm."), "min_length"),
    "too_long": (N_("Nhiều quá %(limit)s dòng; hãy bớt lại."), "max_length"),
    "string_pattern_mismatch": (N_("Giá trị chưa đúng dạng; hãy xem lại hướng dẫn bên dưới mục này."), ""),
    "int_parsing": (N_("Hãy nhập một số nguyên."), ""),
    "int_type": (N_("Hãy nhập một số nguyên."), ""),
    "int_from_float": (N_("Hãy nhập một số nguyên."), ""),
    "float_parsing": (N_("Hãy nhập một số."), ""),
    "float_type": (N_("Hãy nhập một số."), ""),
    "finite_number": (N_("Hãy nhập một số."), ""),
    "greater_than": (N_("Hãy nhập số lớn hơn %(limit)s."), "gt"),
    "greater_than_equal": (N_("Hãy nhập số từ %(limit)s trở lên."), "ge"),
    "less_than": (N_("Hãy nhập số nhỏ hơn %(limit)s."), "lt"),
    "less_than_equal": (N_("Hãy nhập số tối đa %(limit)s."), "le"),
    "multiple_of": (N_("Hãy nhập bội số của %(limit)s."), "multiple_of"),
    "literal_error": (N_("Hãy chọn một giá trị trong danh sách."), ""),
    "enum": (N_("Hãy chọn một giá trị trong danh sách."), ""),
    "time_parsing": (N_("Hãy nhập giờ như 07:30."), ""),
    "time_type": (N_("Hãy nhập giờ như 07:30."), ""),
    "url_parsing": (N_("Hãy nhập địa chỉ bắt đầu bằng http:// hoặc https://."), ""),
    "url_scheme": (N_("Hãy nhập địa chỉ bắt đầu bằng http:// hoặc https://."), ""),
}


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value).replace(".", ",")
    return str(value)

"""What an infographic says, as plain data that a story can carry and a person can correct."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from media.drawing.fonts import ICONS, missing
from media.drawing.text import clean
from media.errors import BadInfographic


def _drawable(text: object) -> object:
    if not isinstance(text, str):
        return text
    plain = clean(text)
    if lost := missing(plain):
        raise ValueError(f"ký tự “{lost}” không có trong phông chữ, hãy bỏ ký tự đó")
    return plain


def _known_icon(name: str) -> str:
    if name not in ICONS:
        raise ValueError(f"không có biểu tượng “{name}”, hãy chọn một trong: {', '.join(ICONS)}")
    return name


_CLEAN = BeforeValidator(_drawable)
Value = Annotated[str, StringConstraints(min_length=1, max_length=14), _CLEAN]
Short = Annotated[str, StringConstraints(min_length=1, max_length=90), _CLEAN]
Long = Annotated[str, StringConstraints(max_length=220), _CLEAN]
IconName = Annotated[str, AfterValidator(_known_icon)]
PaletteName = Literal["blue", "teal", "green", "red", "orange", "purple"]


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Number(_Spec):
    """A figure that carries the message, e.g. value "85%" with label "hồ sơ nộp trực tuyến"."""

    kind: Literal["number"] = "number"
    value: Value
    label: Short
    detail: Long = ""


class ProcessStep(_Spec):
    """One step of a procedure; steps side by side are numbered from 1."""

    kind: Literal["step"] = "step"
    text: Short
    detail: Long = ""


class Fact(_Spec):
    """A statement beside an icon."""

    kind: Literal["fact"] = "fact"
    icon: IconName = "check"
    text: Short
    detail: Long = ""


class Contact(_Spec):
    """Where to turn: a phone, an address on the web, an office."""

    kind: Literal["contact"] = "contact"
    icon: IconName = "phone"
    label: Short
    value: Annotated[str, StringConstraints(min_length=1, max_length=60), _CLEAN]


Block = Annotated[Number | ProcessStep | Fact | Contact, Field(discriminator="kind")]


class Infographic(_Spec):
    """The whole infographic. ``kicker`` is the small line above the title, ``link`` becomes a QR code."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=120), _CLEAN]
    subtitle: Long = ""
    kicker: Annotated[str, StringConstraints(max_length=40), _CLEAN] = ""
    blocks: Annotated[tuple[Block, ...], Field(min_length=1, max_length=12)]
    source: Annotated[str, StringConstraints(max_length=140), _CLEAN] = ""
    palette: PaletteName = "blue"
    link: Annotated[str, StringConstraints(max_length=200, pattern=r"^$|^https?://\S+$")] = ""


def parse(data: Mapping[str, Any]) -> Infographic:
    """Return the infographic that ``data`` describes; raise ``BadInfographic`` naming the first field that is wrong."""
    try:
        return Infographic.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        tags = {"number", "step", "fact", "contact"}
        where = ".".join(str(part) for part in first["loc"] if part not in tags) or "infographic"
        raise BadInfographic(where=where, problem=_problem(first["type"], first.get("ctx", {}))) from None


def _problem(kind: str, context: Mapping[str, Any]) -> str:
    """Return pydantic's complaint in Vietnamese."""
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "union_tag_invalid"):
        return f"hãy chọn một trong các giá trị: {context.get('expected', context.get('expected_tags'))}"
    return {
        "missing": "còn thiếu, hãy bổ sung",
        "union_tag_not_found": "thiếu loại mục (kind)",
        "extra_forbidden": "không có mục này, hãy bỏ đi",
        "string_too_short": "đang để trống, hãy điền nội dung",
        "string_too_long": f"dài quá {context.get('max_length')} ký tự, hãy rút ngắn",
        "string_type": "phải là một dòng chữ; hãy đặt giá trị trong dấu ngoặc kép",
        "string_pattern_mismatch": "phải là địa chỉ bắt đầu bằng https://",
        "too_short": "cần ít nhất một mục",
        "too_long": f"nhiều quá {context.get('max_length')} mục, hãy bỏ bớt",
    }.get(kind, "giá trị không hợp lệ, hãy xem lại")

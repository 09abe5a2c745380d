"""A form for any channel kind, made from the pydantic model of its settings: the fields, and reading them back.

An adapter writes titles and descriptions once, in its model; a new kind of channel needs no form of its own.
"""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from cms.channels.problems import NO_JSON, Problem, of

PREFIX = "set-"
"""Names of these fields in a form begin so."""
LONG = 200
"""A text that may be longer than this gets several lines."""


class Widget(StrEnum):
    """How a setting is entered. ``LINES`` is a list, one value a line; ``JSON`` any structure, written as JSON."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHECK = "check"
    CHOICE = "choice"
    LINES = "lines"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting in a form. ``value`` is what stands in the control; titles are Vietnamese messages."""

    name: str
    title: str
    help: str
    widget: Widget
    value: str
    required: bool
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    longest: int | None = None

    @property
    def input_name(self) -> str:
        """The control's name and id."""
        return PREFIX + self.name

    @property
    def checked(self) -> bool:
        """Whether a check box is ticked."""
        return self.value == "true"


def fields(model: type[BaseModel], values: Mapping[str, Any] | None = None) -> list[SettingField]:
    """Return the fields of a settings model, filled from ``values`` (plain JSON) or from the model's defaults."""
    return [_field(name, info, _present(name, info, values)) for name, info in model.model_fields.items()]


def typed(model: type[BaseModel], form: Mapping[str, str]) -> list[SettingField]:
    """Return the fields as a person filled them in, so that nothing typed is lost when something is wrong."""
    return [_field(name, info, None, written=form.get(PREFIX + name, "")) for name, info in model.model_fields.items()]


def read(model: type[BaseModel], form: Mapping[str, str]) -> tuple[BaseModel | None, list[Problem]]:
    """Return the validated settings, or None with the problems in the order of the fields."""
    raw: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, info in model.model_fields.items():
        try:
            value = _entered(info, form.get(PREFIX + name, ""))
        except json.JSONDecodeError:
            problems.append(NO_JSON.of(name))
            continue
        if value is not _LEFT_OUT:
            raw[name] = value
    try:
        settings = model.model_validate(raw)
    except ValidationError as error:
        known = {problem.name for problem in problems}
        return None, problems + [p for p in of(error) if p.name not in known]
    return (None, problems) if problems else (settings, [])


_LEFT_OUT = object()
"""An empty control whose setting then has its default."""


def _field(name: str, info: FieldInfo, value: Any, *, written: str | None = None) -> SettingField:
    kind, limits = _bare(info.annotation), _Limits.of(info)
    widget = _widget(kind, limits.longest)
    return SettingField(
        name=name,
        title=info.title or name,
        help=info.description or "",
        widget=widget,
        value=_shown(value, widget) if written is None else _kept(written, widget),
        required=info.is_required() and widget is not Widget.CHECK,
        choices=_choices(kind),
        minimum=limits.minimum,
        maximum=limits.maximum,
        whole=kind is int,
        longest=limits.longest if widget in {Widget.TEXT, Widget.LONG_TEXT} else None,
    )


@dataclass(frozen=True, slots=True)
class _Limits:
    minimum: float | None = None
    maximum: float | None = None
    longest: int | None = None

    @classmethod
    def of(cls, info: FieldInfo) -> "_Limits":
        lowest = [m.ge if isinstance(m, Ge) else m.gt for m in info.metadata if isinstance(m, Ge | Gt)]
        highest = [m.le if isinstance(m, Le) else m.lt for m in info.metadata if isinstance(m, Le | Lt)]
        longest = [m.max_length for m in info.metadata if isinstance(m, MaxLen)]
        return cls(_number(lowest), _number(highest), longest[0] if longest else None)


def _number(found: Sequence[Any]) -> float | None:
    return next((value for value in found if isinstance(value, int | float)), None)


def _bare(annotation: Any) -> Any:
    """The type of a setting without ``Annotated`` and without ``| None``."""
    while hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return _bare(rest[0]) if len(rest) == 1 else annotation
    return annotation


def _widget(kind: Any, longest: int | None) -> Widget:
    if _choices(kind):
        return Widget.CHOICE
    if kind is bool:
        return Widget.CHECK
    if kind in {int, float}:
        return Widget.NUMBER
    if get_origin(kind) in {list, tuple, set, frozenset} and _is_text(get_args(kind)[0]):
        return Widget.LINES
    if isinstance(kind, type) and not issubclass(kind, BaseModel | dict | list | tuple) and get_origin(kind) is None:
        return Widget.LONG_TEXT if kind is str and longest is not None and longest > LONG else Widget.TEXT
    return Widget.JSON


def _is_text(kind: Any) -> bool:
    bare = _bare(kind)
    return isinstance(bare, type) and get_origin(bare) is None and not issubclass(bare, BaseModel | dict | list | tuple)


def _choices(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is Literal:
        return tuple(str(value) for value in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(str(member.value) for member in kind)
    return ()


def _present(name: str, info: FieldInfo, values: Mapping[str, Any] | None) -> Any:
    if values is not None and name in values:
        return values[name]
    return None if info.is_required() else info.get_default(call_default_factory=True)


def _shown(value: Any, widget: Widget) -> str:
    """A stored or default value as it stands in the control."""
    if value is None:
        return ""
    if widget is Widget.JSON:
        plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        return json.dumps(plain, ensure_ascii=False, indent=2, default=_json) if plain else ""
    if widget is Widget.LINES:
        return "\n".join(_text(item) for item in value)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _json(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else _text(value)


def _kept(written: str, widget: Widget) -> str:
    return ("true" if written else "") if widget is Widget.CHECK else written


def _entered(info: FieldInfo, written: str) -> Any:
    """What a control says, in the shape that the model reads."""
    kind = _bare(info.annotation)
    widget = _widget(kind, None)
    if widget is Widget.CHECK:
        return bool(written)
    if widget is Widget.LINES:
        return [line.strip() for line in written.splitlines() if line.strip()]
    if not written.strip():
        return "" if kind is str and not info.is_required() else _LEFT_OUT
    if widget is Widget.JSON:
        return json.loads(written)
    if widget is Widget.NUMBER:
        return _decimal(written)
    return written.replace("\r\n", "\n")


def _decimal(written: str) -> str:
    """A number as people here write it: a comma before decimals."""
    bare = written.strip().replace(" ", "")
    return bare.replace(",", ".") if bare.count(",") == 1 and "." not in bare else bare

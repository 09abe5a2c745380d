"""Reading a plan pack from YAML: safely, and with the line of everything that is wrong.

The subset of YAML is small on purpose. Every scalar is text or null (the schema decides what it means, so "no", 2.4
and 0272.1022 stay what the author typed); anchors, aliases, tags and repeated keys are refused; depth and size are
bounded. Nothing is returned from a pack with a single problem.
"""

from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from channels.words import N_, Words
from cms.quotas.packs.checks import problems
from cms.quotas.packs.refusal import PackError, Path, Problem, written
from cms.quotas.packs.schema import Pack
from cms.quotas.packs.wording import problems_of
from media.characters import clean, control_at
from media.underlock import slow

MAX_BYTES = 2_000_000
MAX_DEPTH = 12
MAX_PROBLEMS = 50
_NULL = frozenset({"", "~", "null"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def builtin_packs() -> dict[str, Traversable]:
    """The packs that come with the product, by plan code."""
    found = (entry for entry in (files("cms.quotas") / "packs").iterdir() if entry.name.endswith(".yaml"))
    return {entry.name.removesuffix(".yaml"): entry for entry in sorted(found, key=lambda entry: entry.name)}


@slow
def read_pack(source: Traversable) -> Pack:
    """Read the pack in a file (a ``pathlib.Path`` will do). Raises ``PackError`` or ``OSError``."""
    with source.open("rb") as stream:
        return parse_pack(stream.read(MAX_BYTES + 1), source.name)


@slow
def parse_pack(data: bytes, file: str) -> Pack:
    """The pack that UTF-8 YAML describes; ``file`` is the name that refusals show. Raises ``PackError``."""
    tree = _Tree(file)
    value = tree.read(_decoded(data, file))
    try:
        pack = Pack.model_validate(value)
    except ValidationError as error:
        raise tree.refusal(problems_of(error)) from None
    found = list(problems(pack))
    if found:
        raise tree.refusal(found)
    return pack


def _decoded(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise PackError(file, 0, "", Words(N_("Tệp lớn hơn 2 MB; một kế hoạch không cần nhiều đến thế.")))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PackError(file, line, "", Words(N_("Tệp không phải UTF-8; hãy lưu lại với mã UTF-8."))) from None
    if (bad := control_at(text)) is not None:
        line = text.count("\n", 0, bad) + 1
        raise PackError(file, line, "", Words(N_("Có ký tự điều khiển không được phép; hãy xóa đi.")))
    return clean(text)


class _Tree:
    """Plain values out of YAML events, and the line of every path."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}

    def read(self, text: str) -> Any:
        """The single document in ``text``."""
        try:
            return self._document(iter(yaml.parse(text, Loader=_LOADER)))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 0
        except yaml.YAMLError:
            line = 0
        raise self._stop(
            line, (), N_("Sai cú pháp YAML; hãy xem lại thụt đầu dòng, dấu hai chấm, dấu nháy, không dùng phím Tab.")
        )

    def refusal(self, found: Iterable[Problem]) -> PackError:
        """One error for all problems, the topmost first."""
        errors = [PackError(self.file, self._line(p.path), written(p.path), p.reason) for p in found]
        errors.sort(key=lambda error: error.line)
        first, *rest = errors[:MAX_PROBLEMS]
        return PackError(self.file, first.line, first.path, first.reason, tuple(rest))

    def _line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing above it that is written down."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def _stop(self, line: int, path: Path, sentence: str, **values: object) -> PackError:
        return PackError(self.file, line, written(path), Words(sentence, values))

    def _document(self, events: Iterator[Event]) -> Any:
        value: Any = None
        count = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                count += 1
            if count > 1:
                raise self._stop(_at(event), (), N_("Tệp chỉ được chứa một tài liệu YAML; hãy bỏ dòng “---” thừa."))
            if isinstance(event, StreamStartEvent | DocumentStartEvent) or not isinstance(event, NodeEvent):
                continue
            value = self._node(event, events, ())
        if count == 0:
            raise self._stop(1, (), N_("Tệp trống; hãy ghi nội dung kế hoạch."))
        return value

    def _node(self, event: Event, events: Iterator[Event], path: Path) -> Any:
        self._guard(event, path)
        self.lines.setdefault(path, _at(event))
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, path)
        return _scalar(event)

    def _guard(self, event: Event, path: Path) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._stop(_at(event), path, N_("Không dùng neo (&) và bí danh (*) của YAML; hãy viết đủ nội dung."))
        if getattr(event, "tag", None) is not None:
            raise self._stop(_at(event), path, N_("Không dùng thẻ (!) của YAML; hãy bỏ đi."))
        if len(path) > MAX_DEPTH:
            raise self._stop(_at(event), path[:MAX_DEPTH], N_("Dữ liệu lồng nhau quá sâu."))

    def _mapping(self, events: Iterator[Event], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            self._guard(event, path)
            key = _scalar(event) if isinstance(event, ScalarEvent) else None
            if key is None:
                raise self._stop(_at(event), path, N_("Khóa phải là một từ, không phải danh sách hay khoảng trống."))
            if key in found:
                raise self._stop(_at(event), (*path, key), N_("Khóa “%(key)s” viết hai lần."), key=key)
            self.lines[(*path, key)] = _at(event)
            found[key] = self._node(next(events), events, (*path, key))
        return found

    def _sequence(self, events: Iterator[Event], path: Path) -> list[Any]:
        found: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self._node(event, events, (*path, len(found))))
        return found


def _at(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _scalar(event: Event) -> str | None:
    if not isinstance(event, ScalarEvent) or (event.implicit[0] and event.value in _NULL):
        return None
    return event.value

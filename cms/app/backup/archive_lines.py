"""Reading a copy of an installation line by line, so that whatever is wrong with it is told by its place.

A copy may be damaged, made by somebody else, or made to do harm: nothing in it is believed, and no part of it is read
beyond what a real one has.
"""

import base64
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, Table

from channels.words import N_, Words
from cms.core import storable
from cms.core.refusal import Invalid
from media.characters import clean_values
from media.characters import storable as without_unstorable
from scheduler.storage.base import UtcDateTime

LONGEST_LINE = 64_000_000
"""Bytes of one row; the largest real ones are prepared documents of a few megabytes."""
LARGEST_FILE = 1_000_000_000
"""Bytes of one stored file."""
LARGEST_NOTE = 1_000_000
"""Bytes of the note about the copy."""
MOST_SQUEEZED = 500
"""How many times smaller a real part may have become; more is made to fill a disk."""
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, TypeError, AttributeError, OverflowError, RuntimeError,
)  # fmt: skip
"""What reading or understanding something foreign or damaged can end in; nesting without end is a RuntimeError."""

MISSING = N_("thiếu phần này")
NOT_JSON = N_("không đọc được")
TOO_LARGE = N_("lớn quá mức một bản sao thật có")
EMPTY = N_("cột %(column)s trống")
UNFIT = N_("cột %(column)s không hợp lệ")
OTHER_BYTES = N_("nội dung khác với tên của nó")


class Broken(Invalid):
    """A copy that cannot be used. ``place`` is the part of it; ``line`` counts from 1, 0 for the whole part."""

    def __init__(self, place: str, why: Words, line: int = 0) -> None:
        if line:
            super().__init__(N_("bảng %(place)s, dòng %(line)s: %(why)s"), place=place, line=line, why=why)
        else:
            super().__init__(N_("%(place)s: %(why)s"), place=place, why=why)


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """A row of a copy, as its table takes it. ``dropped`` are columns that held what nothing stores (NUL)."""

    number: int
    row: dict[str, Any]
    dropped: tuple[str, ...]


def note(archive: zipfile.ZipFile) -> Mapping[str, Any]:
    """Return what a copy says of itself: format, schema, made_at, rows."""
    with reading("about.json"):
        said = json.loads(_part(archive, "about.json", LARGEST_NOTE))
        datetime.fromisoformat(said["made_at"]).astimezone(UTC)
        if isinstance(said["rows"], int):
            return dict(said)
    raise Broken("about.json", Words(NOT_JSON))


def lines(archive: zipfile.ZipFile, table: Table) -> Iterator[ArchiveLine]:
    """Yield the rows of ``table`` in their order; raise ``Broken`` with the line of the first that is wrong."""
    name, number = f"rows/{table.name}.jsonl", 0
    with reading(table.name):
        entry = _entry(archive, name)
        if _swells(entry):
            raise Broken(table.name, Words(TOO_LARGE))
        stream = archive.open(entry)
    with stream:
        while True:
            number += 1
            with reading(table.name, number):
                written = stream.readline(LONGEST_LINE + 1)
                if not written:
                    return
                line = _line(table, number, written)
            yield line


def files(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield stored files with their names in the store."""
    for entry in archive.infolist():
        if entry.filename.startswith("media/"):
            with reading(entry.filename[:90]):
                data = _part(archive, entry.filename, LARGEST_FILE)
            yield entry.filename.removeprefix("media/"), data


@contextmanager
def reading(place: str, line: int = 0) -> Iterator[None]:
    """Turn whatever reading a part ends in into ``Broken`` with its place."""
    try:
        yield
    except UNREADABLE:
        raise Broken(place, Words(NOT_JSON), line) from None


def _entry(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    try:
        return archive.getinfo(name)
    except KeyError:
        raise Broken(name, Words(MISSING)) from None


def _swells(entry: zipfile.ZipInfo) -> bool:
    """Whether a part is one that was made to fill memory or disk."""
    return entry.file_size > LARGEST_NOTE and entry.file_size > MOST_SQUEEZED * max(entry.compress_size, 1)


def _part(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    entry = _entry(archive, name)
    if entry.file_size > most or _swells(entry):
        raise Broken(name[:90], Words(TOO_LARGE))
    return archive.read(entry)


def _line(table: Table, number: int, written: bytes) -> ArchiveLine:
    if len(written) > LONGEST_LINE:
        raise Broken(table.name, Words(TOO_LARGE), number)
    said = json.loads(written)
    held = {column.name: said.get(column.name) for column in table.columns}
    kept = {name: clean_values(value, without_unstorable) for name, value in held.items()}
    row = {}
    for column in table.columns:
        try:
            row[column.name] = _value(column.type, kept[column.name])
        except UNREADABLE:
            raise Broken(table.name, Words(UNFIT, {"column": column.name}), number) from None
        if row[column.name] is None and not column.nullable:
            raise Broken(table.name, Words(EMPTY, {"column": column.name}), number)
    for _column, fault in storable.faults(table, row):
        raise Broken(table.name, fault, number)
    return ArchiveLine(number, row, tuple(name for name in held if held[name] != kept[name]))


def _value(kind: Any, value: Any) -> Any:
    """Return a value as its column takes it; raise ``ValueError`` or ``TypeError`` for one of another type."""
    if value is None or isinstance(kind, JSON):
        return value
    if isinstance(kind, UtcDateTime):
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError("no offset")
        return found.astimezone(UTC)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    if kind.python_type is date:
        return date.fromisoformat(value)
    if type(value) is not kind.python_type and not (kind.python_type is float and type(value) is int):
        raise TypeError(f"{type(value)} for {kind}")
    return value

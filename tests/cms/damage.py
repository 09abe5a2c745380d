"""Copies of an installation with something wrong in them, by what it is."""

import hashlib
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

SWELLING = bytes(3_000_000)


def rewritten(copy: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write the copy again with parts changed, or left out where ``change`` gives None."""
    with zipfile.ZipFile(copy) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(copy, "w") as archive:
        for name, data in parts.items():
            if data is not None:
                archive.writestr(name, data)


def without(gone: str) -> Callable[[Path], None]:
    return lambda copy: rewritten(copy, lambda name, data: None if name == gone else data)


def with_part(changed: str, other: bytes) -> Callable[[Path], None]:
    return lambda copy: rewritten(copy, lambda name, data: other if name.startswith(changed) else data)


def flipped(copy: Path) -> None:
    """One byte in the middle of the largest part is another; what a part's header says besides nobody reads."""
    with zipfile.ZipFile(copy) as archive:
        part = max(archive.infolist(), key=lambda one: one.compress_size)
    data = bytearray(copy.read_bytes())
    name, extra = (int.from_bytes(data[part.header_offset + at :][:2], "little") for at in (26, 28))
    data[part.header_offset + 30 + name + extra + part.compress_size // 2] ^= 0xFF
    copy.write_bytes(bytes(data))


def changed_row(table: str, rows: int = 1, **values: object) -> Callable[[Path], None]:
    """The first row of a table, or so many, has other values."""

    def change(name: str, data: bytes) -> bytes:
        if name != f"rows/{table}.jsonl":
            return data
        found = [json.loads(line) for line in data.splitlines()]
        return b"".join(
            json.dumps(row | values if number < rows else row).encode() + b"\n" for number, row in enumerate(found)
        )

    return lambda copy: rewritten(copy, change)


def added(copy: Path, name: str, data: bytes) -> None:
    """A part more, or a second one of a name."""
    with warnings.catch_warnings(), zipfile.ZipFile(copy, "a", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name, data)


def flagged(copy: Path) -> None:
    """Every part says that it is encrypted."""
    data = bytearray(copy.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = data.find(mark)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(mark, start + 4)
    copy.write_bytes(bytes(data))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda copy: copy.write_bytes(b""),
    "no zip": lambda copy: copy.write_bytes(b"something else" * 1000),
    "cut short": lambda copy: copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2]),
    "a byte flipped": flipped,
    "another zip": lambda copy: zipfile.ZipFile(copy, "w").close(),
    "no about": without("about.json"),
    "about is no object": with_part("about.json", b"[]"),
    "about is no json": with_part("about.json", b"{"),
    "a table missing": without("rows/person.jsonl"),
    "a table empty": with_part("rows/membership.jsonl", b""),
    "rows are no json": with_part("rows/story.jsonl", b"{\n"),
    "rows are no objects": with_part("rows/story.jsonl", b"1\n"),
    "a row without what it needs": with_part("rows/story.jsonl", b"{}\n"),
    "a time that is none": with_part("rows/person.jsonl", b'{"id": 1, "created_at": "soon"}\n'),
    "a picture that is another": with_part("media/", b"other"),
    "about is deep": with_part("about.json", b"[" * 100_000),
    "about counts in words": with_part("about.json", b'{"rows": "many", "made_at": "2026-11-22T01:00:00+00:00"}'),
    "rows are deep": with_part("rows/story.jsonl", b'{"id":' * 100_000),
    "a row of another type": changed_row("story", title=["x"]),
    "a number of 5,000 digits": changed_row("story", unit_id=int("9" * 400)),
    "a text longer than its column": changed_row("story", kind="x" * 21),
    "an id that is a word": changed_row("person", id="một"),
    "a yes that is a number": changed_row("person", active=7),
    "a time without its offset": changed_row("person", created_at="2026-11-22T01:00:00"),
    "a time before all calendars": changed_row("person", created_at="0001-01-01T00:00:00+14:00"),
    "bytes that are none": changed_row("channel_secret", box="***"),
    "a row twice": lambda copy: rewritten(
        copy, lambda name, data: data + data.splitlines(True)[0] if name == "rows/unit.jsonl" else data
    ),
    "a row that points nowhere": changed_row("membership", unit_id=999_999),
    "a story of another shape": changed_row("revision", 9, content={"title": {"x": 1}}),
    "a file under another name": lambda copy: added(copy, "media/../../../etc/cron.d/x", b"x"),
    "rows that swell": lambda copy: added(copy, "rows/story.jsonl", b" " * 3_000_000),
    "a file that swells": lambda copy: added(copy, f"media/{hashlib.sha256(SWELLING).hexdigest()}", SWELLING),
    "locked with a password": lambda copy: flagged(copy),
}
"""What may be wrong with a copy; where it is one row, the refusal names table and line."""

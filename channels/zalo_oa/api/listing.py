"""Zalo's list of articles, read without trusting more than is written down about it.

Known: at most ten lines a slice, ``medias`` and ``total``, times in milliseconds. Not known: the order of the lines.
"""

import html
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from channels.contract import ChannelError, ErrorKind
from channels.words import N_, Words
from channels.zalo_oa.api.connection import Connection
from channels.zalo_oa.api.errors import NO_SUCH_CALL, Refusal

SLICE = 10
"""Zalo's own maximum."""
SLICES = 20
"""So many slices are read at most, a fifth of the calls that the smaller package allows in a minute."""

TOO_LONG = N_("Danh sách bài trên Zalo quá dài để tra tự động. Hãy mở OA kiểm tra rồi chọn “Đã gửi” hoặc “Gửi lại”.")
UNREADABLE = N_("Danh sách bài Zalo trả về không đọc được. Hãy mở OA kiểm tra rồi chọn “Đã gửi” hoặc “Gửi lại”.")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. ``created`` and ``touched`` (last change) are UTC, None where Zalo does not say."""

    id: str
    title: str
    link: str
    created: datetime | None
    touched: datetime | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A slice of the list; ``rest_is_older`` tells that no line after it is newer than its newest."""

    lines: tuple[Listed, ...]
    rest_is_older: bool

    def ends(self, earliest: datetime) -> bool:
        """Whether nothing made at ``earliest`` or later can follow."""
        times = [line.touched or line.created for line in self.lines]
        return self.rest_is_older and all(time is not None and time < earliest for time in times)


def listed(media: Mapping[str, Any]) -> Listed:
    """Read one line of ``getslice``."""
    created, updated = _moment(media.get("create_date")), _moment(media.get("update_date"))
    return Listed(
        id=str(media.get("id") or ""),
        title=plain(media.get("title")),
        link=str(media.get("link_view") or ""),
        created=created,
        touched=max((time for time in (created, updated) if time), default=None),
        status=str(media.get("status") or ""),
    )


def _moment(value: object) -> datetime | None:
    """Epoch milliseconds, as a number or a string; seconds are told by their size."""
    try:
        number = float(str(value))
        return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC) if number > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def plain(value: object) -> str:
    """A text for comparing: NFC, single spaces, no HTML entities."""
    return " ".join(unicodedata.normalize("NFC", html.unescape(str(value or ""))).split())


def walk(api: Connection) -> Iterator[ListingPage]:
    """Yield the list slice by slice, from its newer end if that can be told, until all of it was read.

    Raises ``ChannelError`` UNCERTAIN when there is more than ``SLICES``, or an answer is no list.
    """
    lines, total = _slice(api, 0)
    yield ListingPage(lines, runs_down(lines))
    if total is not None and total > len(lines) and runs_up(lines):
        yield from _backwards(api, len(lines), total)
    else:
        yield from _onwards(api, lines, total)


def runs_down(lines: Sequence[Listed]) -> bool:
    """Whether the lines stand newest first, by when they were made or by when they were changed."""
    return any(_falls(times) for times in _times(lines))


def runs_up(lines: Sequence[Listed]) -> bool:
    """Whether the lines stand oldest first."""
    return not runs_down(lines) and any(_falls(times[::-1]) for times in _times(lines))


def _times(lines: Sequence[Listed]) -> list[list[datetime | None]]:
    return [[line.created for line in lines], [line.touched for line in lines]]


def _falls(times: Sequence[datetime | None]) -> bool:
    known = [time for time in times if time is not None]
    if len(known) < len(times) or len(known) < 2:
        return False
    return known[0] > known[-1] and all(one >= other for one, other in pairwise(known))


def _onwards(api: Connection, lines: Sequence[Listed], total: int | None) -> Iterator[ListingPage]:
    down, seen, read = runs_down(lines), {line.id for line in lines}, len(lines)
    for _ in range(SLICES):
        if not lines or (len(lines) < SLICE and (total is None or read >= total)):
            return
        lines, _total = _slice(api, read)
        if {line.id for line in lines} <= seen:  # the end, or a list that takes no notice of ``offset``
            return
        yield ListingPage(tuple(lines), down)
        seen |= {line.id for line in lines}
        read += len(lines)
    raise _cannot_tell(TOO_LONG, f"more than {read} articles")


def _backwards(api: Connection, first: int, total: int) -> Iterator[ListingPage]:
    """The newest lines stand last: read from there to the first slice, which is known already."""
    end = total
    for _ in range(SLICES):
        if end <= first:
            return
        start = max(end - SLICE, first)
        lines, _total = _slice(api, start)
        yield ListingPage(lines, rest_is_older=True)
        end = start
    raise _cannot_tell(TOO_LONG, f"more than {total - end} articles")


def _slice(api: Connection, offset: int) -> tuple[tuple[Listed, ...], int | None]:
    """Return the lines from ``offset`` on and the length of the whole list, if Zalo gives it."""
    try:
        data = api.get("article/getslice", expect=NO_SUCH_CALL, offset=offset, limit=SLICE, type="normal")
    except Refusal as refusal:
        raise _cannot_tell(UNREADABLE, f"no list: {refusal}") from None
    medias, total = data.get("medias"), _whole(data.get("total"))
    if medias is None and (total == 0 or set(data) <= {"medias"}):  # an empty list, in other words
        medias = []
    if not isinstance(medias, list):
        raise _cannot_tell(UNREADABLE, "no medias in the answer")
    return tuple(listed(media) for media in medias if isinstance(media, dict)), total


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() else None


def _cannot_tell(text: str, detail: str) -> ChannelError:
    return ChannelError(ErrorKind.UNCERTAIN, Words(text), detail=detail)

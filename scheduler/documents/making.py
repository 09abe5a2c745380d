"""Making a channel's documents so that one bad item never keeps the others out: pure, whatever an adapter raises.

All items are tried together first; that is all it takes when all is well. When it fails, the items at fault are
searched by halves and left out. If not even a document without items can be made, the trouble is the channel's own: a
plain frame (the kind's usual settings, no names) is tried before giving up. What nobody could parse is no document.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NoReturn, TypeVar
from xml.parsers import expat

from channels.contract import Document, Feed, LiveItem, Tombstone
from scheduler.decisions.isolating import DETAIL, said

Make = Callable[[Feed], Sequence[Document]]
"""An adapter's ``documents``."""

T = TypeVar("T")

SHORTEST_LIFE = timedelta(seconds=1)
"""No document is made more often than this for reasons of time alone."""

ROOM = {"name": 40, "mime": 80, "etag": 80}
"""Characters that the database has for what a document says of itself."""

ROUNDS = 30
"""So many times items are searched anew because the documents of all good ones together still break."""


class NotADocument(ValueError):
    """An adapter returned what no reader could use."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much may be spent on finding what is at fault: tries to make a document, and seconds."""

    tries: int = 1500
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it.

    ``documents`` is empty if nothing could be made. ``carried`` are the items that they were made from. ``left_out``
    says of each delivery at fault what went wrong; ``undecided`` are items that were left out because the effort was
    spent. ``trouble`` is why the documents are not as they should be, apart from single items; "" if they are.
    """

    documents: tuple[Document, ...] = ()
    carried: tuple[LiveItem, ...] = ()
    left_out: Mapping[int, str] = field(default_factory=dict)
    undecided: frozenset[int] = frozenset()
    trouble: str = ""


def make(
    documents: Make,
    feed: Feed,
    plain: Sequence[Feed] = (),
    *,
    suspects: frozenset[int] = frozenset(),
    again: bool = True,
    effort: Effort | None = None,
) -> Made:
    """Return the documents of ``feed`` with every item that does not break them.

    ``plain`` are feeds with simpler frames, tried in order when the frame itself breaks. ``suspects`` are deliveries
    that broke the documents before; with ``again`` they get another chance, else they stay out.
    """
    return _Making(documents, effort or Effort()).run(feed, plain, suspects, again=again)


class _Making:
    """One making, with what it has spent."""

    def __init__(self, documents: Make, effort: Effort) -> None:
        self._documents = documents
        self._tries = effort.tries
        self._ends = time.monotonic() + effort.seconds
        self._error = ""
        self._left_out: dict[int, str] = {}

    def run(self, feed: Feed, plain: Sequence[Feed], suspects: frozenset[int], *, again: bool) -> Made:
        if again:
            whole = self._try(feed)
            if whole is not None:
                return Made(whole, tuple(feed.items))
        doubted = [item for item in feed.items if item.delivery_id in suspects]
        rest = replace(feed, items=tuple(item for item in feed.items if item.delivery_id not in suspects))
        made = self._try(rest) if doubted or not again else None
        if made is not None and not (doubted and again):
            return Made(made, tuple(rest.items))
        frame, trouble = (rest, "") if made is not None else self._frame(rest, plain)
        if frame is None:
            return Made(trouble=trouble)
        good = list(rest.items)
        if made is None:
            made, good = self._sift(frame, good)
        if again and doubted:
            wanted = {item.delivery_id for item in self._gather(frame, good, doubted)}
            made, good = self._sift(frame, [item for item in feed.items if item.delivery_id in wanted])
        return self._told(feed, made, good, trouble)

    def _told(self, feed: Feed, made: tuple[Document, ...] | None, good: list[LiveItem], trouble: str) -> Made:
        if made is None:
            return Made(trouble=trouble or self._error)
        missing = {item.delivery_id for item in feed.items} - {item.delivery_id for item in good}
        left_out = {id_: why for id_, why in self._left_out.items() if id_ in missing}
        return Made(made, tuple(good), left_out, frozenset(missing - set(left_out)), trouble)

    def _sift(self, frame: Feed, items: list[LiveItem]) -> tuple[tuple[Document, ...] | None, list[LiveItem]]:
        """Make the documents of ``frame`` with as many of ``items`` as go into them; return these too."""
        for _round in range(ROUNDS):
            made = self._try(replace(frame, items=tuple(items)), surely=True)
            if made is not None or not items:
                return made, items
            kept = self._apart(frame, items)
            items = kept if len(kept) < len(items) else self._gather(frame, [], items)
        return self._try(replace(frame, items=()), surely=True), []

    def _frame(self, feed: Feed, plain: Sequence[Feed]) -> tuple[Feed | None, str]:
        """Return the first frame that can be made, with the tombstones that do not break it, and what is wrong."""
        trouble = ""
        for one in (feed, *plain):
            bare = replace(one, items=(), tombstones=())
            if self._try(bare, surely=True) is None:
                trouble = trouble or self._error
                continue
            whole = replace(one, items=())
            if one.tombstones and self._try(whole, surely=True) is None:
                trouble = trouble or self._error
                stones = self._stones(bare, list(one.tombstones))
                return replace(one, tombstones=tuple(stones)), trouble
            return one, trouble
        return None, trouble

    def _stones(self, bare: Feed, stones: list[Tombstone]) -> list[Tombstone]:
        def fits(kept: Sequence[Tombstone]) -> bool:
            return self._try(replace(bare, tombstones=tuple(kept))) is not None

        return _grown(fits, [], stones, lambda _stone: None)

    def _apart(self, frame: Feed, items: list[LiveItem]) -> list[LiveItem]:
        """Return the items that can be made by themselves, found by halves; ``items`` together cannot."""
        alone = replace(frame, tombstones=())
        if len(items) == 1:
            self._blame(items[0])
            return []
        kept: list[LiveItem] = []
        for half in (items[: len(items) // 2], items[len(items) // 2 :]):
            sound = self._try(replace(alone, items=tuple(half))) is not None
            kept += half if sound else self._apart(frame, half)
        return kept

    def _gather(self, frame: Feed, kept: list[LiveItem], more: list[LiveItem]) -> list[LiveItem]:
        """Return ``kept`` and what of ``more`` can be made together with it."""

        def fits(items: Sequence[LiveItem]) -> bool:
            return self._try(replace(frame, items=tuple(items))) is not None

        return _grown(fits, kept, more, self._blame)

    def _blame(self, item: LiveItem) -> None:
        """Note what an item did wrong; nothing if it could not be tried any more."""
        if self._error:
            self._left_out[item.delivery_id] = self._error

    def _try(self, feed: Feed, *, surely: bool = False) -> tuple[Document, ...] | None:
        """Make the documents; None if that fails, with ``_error`` saying why, or empty if the effort is spent."""
        if not surely and (self._tries <= 0 or time.monotonic() > self._ends):
            self._error = ""
            return None
        self._tries -= 1
        try:
            return sound(self._documents(feed), feed.now)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of a library in Rust is no Exception
            self._error = said(error) or type(error).__name__
            return None


def _grown(
    fits: Callable[[Sequence[T]], bool], kept: Sequence[T], more: Sequence[T], drop: Callable[[T], None]
) -> list[T]:
    """Return ``kept`` with all of ``more`` that fits, added by halves; ``drop`` is told of each that does not."""
    together = [*kept, *more]
    if not more or fits(together):
        return together
    if len(more) == 1:
        drop(more[0])
        return list(kept)
    half = len(more) // 2
    return _grown(fits, _grown(fits, kept, more[:half], drop), more[half:], drop)


def sound(documents: Iterable[Document], now: datetime) -> tuple[Document, ...]:
    """Return documents that can be stored and parsed; raise ``NotADocument`` or what the reading raises."""
    made = tuple(_sane(document, now) for document in documents)
    if not made:
        raise NotADocument("no documents were made")
    if len({document.name for document in made}) < len(made):
        raise NotADocument("two documents of one name")
    return made


def _sane(document: Document, now: datetime) -> Document:
    for name, room in ROOM.items():
        value = getattr(document, name)
        if not (isinstance(value, str) and 0 < len(value) <= room and value.isascii()):
            raise NotADocument(f"{name} is not fit to be kept: {value!r}"[:DETAIL])
    if not isinstance(document.body, bytes):
        raise NotADocument(f"{document.name} has no bytes")
    for moment in (document.modified, document.stale_at):
        if moment is not None and moment.tzinfo is None:
            raise NotADocument(f"{document.name} has a time without a zone")
    _parse(document)
    if document.stale_at is None or document.stale_at > now:
        return document
    return replace(document, stale_at=now + SHORTEST_LIFE)  # one that is stale at once would be made without end


def _parse(document: Document) -> None:
    mime = document.mime.partition(";")[0].strip()
    if mime.endswith(("/xml", "+xml")):
        parser = expat.ParserCreate()
        parser.Parse(document.body, True)
    elif mime.endswith(("/json", "+json")):
        json.loads(document.body, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise NotADocument(f"JSON has no number {name}")

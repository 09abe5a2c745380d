"""The prepared documents of pull channels, kept in memory for as long as the database says nothing has changed."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, and_, select

from scheduler.storage.tables import Channel, ChannelDocument

MOST_HELD = 10_000
"""Documents, found or missed, that one connection remembers."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class CachedDocument:
    """A document as it is answered."""

    mime: str
    body: bytes
    etag: str
    modified: datetime


class _Reader:
    """One plain connection and what was read while it saw no change; used by one thread at a time, owned by none."""

    def __init__(self, engine: Engine) -> None:
        connection = engine.raw_connection()
        connection.detach()  # held for good, so it must not starve the pages of the pool
        self._connection = connection
        self._version = -1
        self._held: dict[Key, CachedDocument | None] = {}

    def held(self) -> dict[Key, CachedDocument | None]:
        """What may still be answered: empty again after any other connection has committed."""
        version = _data_version(self._connection)
        if version != self._version or len(self._held) > MOST_HELD:
            self._version, self._held = version, {}
        return self._held

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class DocumentCache:
    """Looks documents up by (kind, slug, name).

    On SQLite ``PRAGMA data_version`` tells for a microsecond's work whether any connection has committed since, so a
    withdrawn item is never answered from memory. On PostgreSQL each look-up asks the database.

    The connections that ask lie on a stack from which a thread takes one for a look-up. Nothing belongs to a thread:
    the server ends idle threads, and what a thread held would be destroyed while the interpreter is taken down for it,
    which before Python 3.12.4 ends the process (python/cpython#119585).
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[_Reader] = deque()
        self._sqlite = engine.dialect.name == "sqlite"

    def find(self, kind: str, slug: str, name: str) -> CachedDocument | None:
        """Return the document of an active channel, or None."""
        if not self._sqlite:
            return self._read(kind, slug, name)
        reader = self._lease()
        try:
            found = self._find(reader.held(), (kind, slug, name))
        except BaseException:
            reader.close()
            raise
        self._idle.append(reader)
        return found

    def close(self) -> None:
        """Close the connections that no thread is using at the moment."""
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().close()

    def _lease(self) -> _Reader:
        try:
            return self._idle.pop()  # atomic, and the one used last: its memory is the warmest
        except IndexError:
            return _Reader(self._engine)

    def _find(self, held: dict[Key, CachedDocument | None], key: Key) -> CachedDocument | None:
        if key not in held:
            held[key] = self._read(*key)
        return held[key]

    def _read(self, kind: str, slug: str, name: str) -> CachedDocument | None:
        query = (
            select(ChannelDocument.mime, ChannelDocument.body, ChannelDocument.etag, ChannelDocument.modified)
            .join(Channel, and_(Channel.id == ChannelDocument.channel_id, Channel.active))
            .where(Channel.slug == slug, Channel.kind == kind, ChannelDocument.name == name)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return CachedDocument(row.mime, bytes(row.body), row.etag, row.modified.astimezone(UTC)) if row else None


def _data_version(connection: Any) -> int:
    found: int = connection.dbapi_connection.execute("PRAGMA data_version").fetchone()[0]
    return found

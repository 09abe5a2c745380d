"""The prepared documents of pull channels, kept in memory for as long as the database says nothing has changed."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, and_, select

from scheduler.tables import Channel, ChannelDocument

KINDS = {"feeds": "portal_rss", "boards": "led_board"}
"""Which kind of channel answers below which address."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A document as it is answered."""

    mime: str
    body: bytes
    etag: str
    modified: datetime


class Shelf:
    """Looks documents up by (place, slug, name).

    On SQLite ``PRAGMA data_version`` tells for a microsecond's work whether any connection has committed since, so a
    withdrawn item is never answered from memory. On PostgreSQL each look-up asks the database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._local = threading.local()
        self._sqlite = engine.dialect.name == "sqlite"

    def find(self, place: str, slug: str, name: str) -> Shelved | None:
        """Return the document of an active channel, or None."""
        if not self._sqlite:
            return self._read(place, slug, name)
        held: dict[tuple[str, str, str], Shelved | None] = self._held()
        key = (place, slug, name)
        if key not in held:
            if len(held) > 10_000:
                held.clear()
            held[key] = self._read(place, slug, name)
        return held[key]

    def close(self) -> None:
        """Give this thread's connection back."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _held(self) -> dict[tuple[str, str, str], Shelved | None]:
        local = self._local
        if getattr(local, "connection", None) is None:
            local.connection, local.version, local.held = self._own_connection(), None, {}
        version = _data_version(local.connection)
        if version != local.version:
            local.version, local.held = version, {}
        held: dict[tuple[str, str, str], Shelved | None] = local.held
        return held

    def _own_connection(self) -> Any:
        """A connection for this thread alone, outside the pool: it is held for good and must not starve the pages."""
        connection = self._engine.raw_connection()
        connection.detach()
        return connection

    def _read(self, place: str, slug: str, name: str) -> Shelved | None:
        query = (
            select(ChannelDocument.mime, ChannelDocument.body, ChannelDocument.etag, ChannelDocument.modified)
            .join(Channel, and_(Channel.id == ChannelDocument.channel_id, Channel.active))
            .where(Channel.slug == slug, Channel.kind == KINDS[place], ChannelDocument.name == name)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return Shelved(row.mime, bytes(row.body), row.etag, row.modified.astimezone(UTC)) if row else None


def _data_version(connection: Any) -> int:
    found: int = connection.dbapi_connection.execute("PRAGMA data_version").fetchone()[0]
    return found

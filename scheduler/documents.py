"""The prepared bytes of pull channels: made again when what a channel carries changed, or when time changes them."""

import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, column, delete, exists, func, or_, select, table, update

from channels import registry
from channels.contract import Document, Feed, LiveItem, Tombstone, Transport
from scheduler.config import EngineConfig
from scheduler.dialect import upsert
from scheduler.ledger import Ledger
from scheduler.rows import CHANNEL, DELIVERY, DOCUMENT, RENDITION, rendition_of, transport
from scheduler.states import DeliveryState

log = logging.getLogger(__name__)

UNIT = table("unit", column("id"), column("name"))
"""The newsroom's table of units, of which only the name is read here."""

AGAIN_AFTER = timedelta(seconds=30)
"""Pause before documents that could not be made are tried again."""

SHORTEST_LIFE = timedelta(seconds=1)
"""No document is made more often than this for reasons of time alone."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A channel as it was at one moment: its feed, and the version of what it carries."""

    channel_id: int
    kind: str
    version: int
    feed: Feed


class Documents:
    """Makes the documents of pull channels and keeps them in the database. Safe in several processes at once."""

    def __init__(self, database: Engine, ledger: Ledger, config: EngineConfig) -> None:
        self._database = database
        self._ledger = ledger
        self._config = config
        self._rest_until: dict[int, datetime] = {}

    def refresh(self, now: datetime, only: Collection[int] | None = None) -> int:
        """Make stale documents anew, of the channels ``only`` or of all; return how many channels were done.

        A channel whose adapter fails is logged and left for later; the others are not held up.
        """
        self._clear_inactive()
        with self._database.connect() as connection:
            stale = [row.id for row in connection.execute(_stale(now)) if row.kind in _pull_kinds()]
        wanted = [channel_id for channel_id in stale if only is None or channel_id in only]
        return sum(self._refresh_one(channel_id, now) for channel_id in wanted)

    def next_at(self, now: datetime) -> datetime | None:
        """Return when (UTC) the next document becomes stale by itself, ``now`` if one already is."""
        with self._database.connect() as connection:
            stale = {row.id for row in connection.execute(_stale(now)) if row.kind in _pull_kinds()}
            later = connection.execute(_next_stale(now)).scalar()
        rested = [max(now, self._rest_until.get(channel_id, now)) for channel_id in stale]
        return min([*rested, *([later] if later else [])], default=None)

    def _refresh_one(self, channel_id: int, now: datetime) -> int:
        if self._rest_until.get(channel_id, now) > now:
            return 0
        try:
            self._make(channel_id, now)
        except Exception:  # one channel's trouble is not the others'
            log.exception("channel %s: its documents could not be made; trying again in %s", channel_id, AGAIN_AFTER)
            self._rest_until[channel_id] = now + AGAIN_AFTER
            return 0
        self._rest_until.pop(channel_id, None)
        return 1

    def _make(self, channel_id: int, now: datetime) -> None:
        with _snapshot(self._database) as connection:
            snapshot = read_channel(connection, channel_id, self._config, now)
        if snapshot is None:
            return
        made = [_sane(document, now) for document in registry.pull(snapshot.kind).documents(snapshot.feed)]
        if not made:
            raise ValueError(f"{snapshot.kind} makes no documents")
        self._ledger.write(lambda connection: _keep(connection, snapshot, made))

    def _clear_inactive(self) -> None:
        """Take down the documents of channels that were switched off."""
        gone = select(CHANNEL.c.id).where(CHANNEL.c.id == DOCUMENT.c.channel_id, ~CHANNEL.c.active)
        with self._database.connect() as connection:
            found = connection.execute(select(DOCUMENT.c.channel_id).where(gone.exists()).limit(1)).first()
        if found is not None:
            self._ledger.write(lambda connection: connection.execute(delete(DOCUMENT).where(gone.exists())))


def read_channel(connection: Connection, channel_id: int, config: EngineConfig, now: datetime) -> Snapshot | None:
    """Return all that the channel's documents are made from, or None if there is no such active channel."""
    columns = (*(CHANNEL.c[name] for name in ("id", "kind", "slug", "name", "settings", "version")), UNIT.c.name)
    joined = select(*columns[:-1], UNIT.c.name.label("unit")).outerjoin_from(
        CHANNEL, UNIT, UNIT.c.id == CHANNEL.c.unit_id
    )
    row = connection.execute(joined.where(CHANNEL.c.id == channel_id, CHANNEL.c.active)).one_or_none()
    if row is None:
        return None
    feed = Feed(
        slug=row.slug,
        name=row.name,
        unit=row.unit or "",
        settings=registry.pull(row.kind).Settings.model_validate(row.settings),
        base_url=config.base_url,
        now=now,
        items=_items(connection, channel_id, config.items_per_feed, now),
        tombstones=_tombstones(connection, channel_id, now - config.tombstones),
    )
    return Snapshot(row.id, row.kind, row.version, feed)


def _items(connection: Connection, channel_id: int, limit: int, now: datetime) -> Sequence[LiveItem]:
    times = (DELIVERY.c.live_at, DELIVERY.c.until, DELIVERY.c.corrected_at)
    content = (RENDITION.c.revision, RENDITION.c.kind, RENDITION.c.document, RENDITION.c.files)
    rows = connection.execute(
        select(DELIVERY.c.id, DELIVERY.c.story_id, *times, *content)
        .join(RENDITION, RENDITION.c.id == DELIVERY.c.live_rendition_id)
        .where(DELIVERY.c.channel_id == channel_id, DELIVERY.c.state == DeliveryState.LIVE)
        .where(or_(DELIVERY.c.until.is_(None), DELIVERY.c.until > now))
        .order_by(DELIVERY.c.live_at.desc(), DELIVERY.c.id.desc())
        .limit(limit)
    )
    return tuple(
        LiveItem(r.id, r.story_id, r.revision, rendition_of(r), r.live_at, r.until, r.corrected_at) for r in rows
    )


def _tombstones(connection: Connection, channel_id: int, since: datetime) -> Sequence[Tombstone]:
    rows = connection.execute(
        select(DELIVERY.c.id, DELIVERY.c.story_id, DELIVERY.c.withdrawn_at, RENDITION.c.revision, RENDITION.c.title,
               RENDITION.c.files)
        .join(RENDITION, RENDITION.c.id == DELIVERY.c.live_rendition_id)
        .where(DELIVERY.c.channel_id == channel_id, DELIVERY.c.state == DeliveryState.WITHDRAWN)
        .where(DELIVERY.c.withdrawn_at >= since)
        .order_by(DELIVERY.c.withdrawn_at.desc(), DELIVERY.c.id.desc())
    )  # fmt: skip
    return tuple(
        Tombstone(r.id, r.story_id, r.revision, r.title, r.withdrawn_at, tuple(f["sha256"] for f in r.files))
        for r in rows
    )


def _keep(connection: Connection, snapshot: Snapshot, made: Sequence[Document]) -> None:
    """Store the documents unless somebody has already stored those of a newer version."""
    current = connection.execute(
        select(DOCUMENT.c.name, DOCUMENT.c.etag, DOCUMENT.c.version).where(DOCUMENT.c.channel_id == snapshot.channel_id)
    ).all()
    if any(row.version > snapshot.version for row in current):
        return
    etags = {row.name: row.etag for row in current}
    for document in made:
        if etags.get(document.name) == document.etag:
            _confirm(connection, snapshot, document)
        else:
            _store(connection, snapshot, _dated(document, snapshot.feed.now) if document.name in etags else document)
    names = [document.name for document in made]
    old = delete(DOCUMENT).where(DOCUMENT.c.channel_id == snapshot.channel_id, DOCUMENT.c.name.not_in(names))
    connection.execute(old.where(DOCUMENT.c.version <= snapshot.version))


def _dated(document: Document, now: datetime) -> Document:
    """Other content than before changed now: readers that only watch Last-Modified must see it move."""
    return replace(document, modified=max(document.modified, now))


def _sane(document: Document, now: datetime) -> Document:
    """A document that is stale at once would be made without end."""
    if document.stale_at is None or document.stale_at > now:
        return document
    return replace(document, stale_at=now + SHORTEST_LIFE)


def _store(connection: Connection, snapshot: Snapshot, document: Document) -> None:
    values = {
        "channel_id": snapshot.channel_id,
        "name": document.name,
        "mime": document.mime,
        "body": document.body,
        "etag": document.etag,
        "modified": document.modified,
        "stale_at": document.stale_at,
        "version": snapshot.version,
    }
    not_newer = upsert(
        connection, DOCUMENT, ["channel_id", "name"], values, only_if=lambda new: DOCUMENT.c.version <= new.version
    )
    connection.execute(not_newer)


def _confirm(connection: Connection, snapshot: Snapshot, document: Document) -> None:
    """The content is as before: readers keep their copy, only its version and its next end are noted."""
    same = (DOCUMENT.c.channel_id == snapshot.channel_id, DOCUMENT.c.name == document.name)
    values: Mapping[str, Any] = {"version": snapshot.version, "stale_at": document.stale_at}
    connection.execute(update(DOCUMENT).where(*same, DOCUMENT.c.version <= snapshot.version).values(values))


def _stale(now: datetime) -> Select[Any]:
    """Channels without documents, with documents of an older version, or whose documents' time is up."""
    own = DOCUMENT.c.channel_id == CHANNEL.c.id
    old = exists().where(own, or_(DOCUMENT.c.version < CHANNEL.c.version, DOCUMENT.c.stale_at <= now))
    return select(CHANNEL.c.id, CHANNEL.c.kind).where(CHANNEL.c.active, or_(~exists().where(own), old))


def _next_stale(now: datetime) -> Select[Any]:
    joined = and_(CHANNEL.c.id == DOCUMENT.c.channel_id, CHANNEL.c.active)
    return select(func.min(DOCUMENT.c.stale_at)).join(CHANNEL, joined).where(DOCUMENT.c.stale_at > now)


def _pull_kinds() -> frozenset[str]:
    return frozenset(kind for kind in registry.KINDS if transport(kind) is Transport.PULL)


def _snapshot(database: Engine) -> AbstractContextManager[Connection]:
    """A reading transaction in which all queries see the same moment."""
    if database.dialect.name == "sqlite":
        return database.connect()
    return database.connect().execution_options(isolation_level="REPEATABLE READ")

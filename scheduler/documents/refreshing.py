"""The prepared bytes of pull channels: made again when what a channel carries changed, or when time changes them.

They are made from a snapshot, outside any lock, and stored by a short comparison of versions. An item that breaks them
is left out and its delivery says so; when they cannot be made at all, what was withdrawn is taken down all the same.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, Engine, Select, and_, delete, exists, func, or_, select, update

from channels import registry
from channels.contract import Document, Feed, Transport
from media.storage.store import Store
from scheduler.decisions.isolating import said
from scheduler.documents.breaking import MISSING_FILE, mark, mend, tell_channel
from scheduler.documents.carried import Snapshot, live_now, read_channel
from scheduler.documents.making import Effort, Made, make
from scheduler.engine.config import EngineConfig
from scheduler.storage.dialect import upsert
from scheduler.storage.error_log import AWAY
from scheduler.storage.group_commit import GroupCommit
from scheduler.storage.rows import CHANNEL, DELIVERY, DOCUMENT, transport

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=30)
"""Pause before documents that could not be made are tried again."""

LOOK_AGAIN = timedelta(minutes=5)
"""How often items that were left out get another chance: the cause may have been mended elsewhere."""

KNOWN = 50_000
"""So many files that were seen in the store are remembered; they never change."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of a snapshot, and each delivery that is left out with the reason."""

    snapshot: Snapshot
    made: Made
    left_out: Mapping[int, str] = field(default_factory=dict)

    @property
    def trouble(self) -> str:
        """What is wrong with the channel itself, "" if nothing."""
        return self.snapshot.trouble or self.made.trouble


class Documents:
    """Makes the documents of pull channels and keeps them in the database. Safe in several processes at once."""

    def __init__(
        self, database: Engine, ledger: GroupCommit, config: EngineConfig, store: Store | None = None,
        effort: Effort | None = None,
    ) -> None:  # fmt: skip
        self._database = database
        self._ledger = ledger
        self._config = config
        self._store = store
        self._effort = effort
        self._rest_until: dict[int, datetime] = {}
        self._looked: dict[int, datetime] = {}
        self._seen: set[str] = set()
        self._fresh = True

    def refresh(self, now: datetime, only: Collection[int] | None = None) -> int:
        """Make stale documents anew, of the channels ``only`` or of all; return how many channels were done.

        A channel in trouble is written down and left for later; the others are not held up.
        """
        self._clear_inactive()
        wanted = [channel_id for channel_id in self._wanted(now) if only is None or channel_id in only]
        return sum(self._refresh_one(channel_id, now) for channel_id in wanted)

    def next_at(self, now: datetime) -> datetime | None:
        """Return when (UTC) the next document becomes stale by itself, ``now`` if one already is."""
        with self._database.connect() as connection:
            stale = {row.id for row in connection.execute(_stale(now)) if row.kind in _pull_kinds()}
            later = connection.execute(_next_stale(now)).scalar()
        rested = [max(now, self._rest_until.get(channel_id, now)) for channel_id in stale]
        return min([*rested, *([later] if later else [])], default=None)

    def _wanted(self, now: datetime) -> list[int]:
        """The channels to look at; a new process also looks at those in trouble, which its version may have mended."""
        with self._database.connect() as connection:
            rows = list(connection.execute(_stale(now)))
            if self._fresh:
                rows += connection.execute(_in_trouble()).all()
        self._fresh = False
        return list(dict.fromkeys(row.id for row in rows if row.kind in _pull_kinds()))

    def _refresh_one(self, channel_id: int, now: datetime) -> int:
        if self._rest_until.get(channel_id, now) > now:
            return 0
        try:
            trouble = self._make(channel_id, now)
        except AWAY as error:  # nothing can be written down now
            log.warning("channel %s: its documents wait for the database: %s", channel_id, said(error))
            trouble = True
        except Exception as error:  # one channel's trouble is not the others'
            trouble = self._give_up(channel_id, said(error), now)
        if trouble:
            self._rest_until[channel_id] = now + AGAIN_AFTER
            return 0
        self._rest_until.pop(channel_id, None)
        return 1

    def _make(self, channel_id: int, now: datetime) -> bool:
        """Make and keep the documents; return whether not even one could be made."""
        with _snapshot(self._database) as connection:
            snapshot = read_channel(connection, channel_id, self._config, now)
        if snapshot is None:
            return False
        outcome = self._made(snapshot, now)
        if not outcome.made.documents:
            return self._give_up(channel_id, outcome.trouble, now)
        if outcome.trouble and not snapshot.broken:
            log.error("channel %s: documents could not be made as they should be: %s", channel_id, outcome.trouble)
        for delivery_id in outcome.left_out.keys() - snapshot.suspects:
            why = outcome.left_out[delivery_id]
            log.error("channel %s: delivery %s is left out of its documents: %s", channel_id, delivery_id, why)
        self._ledger.write(lambda connection: _keep(connection, outcome, self._config.worker))
        return False

    def _made(self, snapshot: Snapshot, now: datetime) -> Outcome:
        """Make the documents of what can be read and whose files are there."""
        missing = self._missing(snapshot)
        items = tuple(item for item in snapshot.feed.items if item.delivery_id not in missing)
        feed = replace(snapshot.feed, items=items)
        plain = _plain(feed, snapshot.adapter.Settings()) if snapshot.served else ()
        again = self._again(snapshot.channel_id, now) or not snapshot.suspects
        made = make(
            snapshot.adapter.documents, feed, plain, suspects=snapshot.suspects, again=again, effort=self._effort
        )
        if snapshot.suspects:
            self._looked.setdefault(snapshot.channel_id, now)
        return Outcome(snapshot, _hurried(made, snapshot, now), {**snapshot.unreadable, **missing, **made.left_out})

    def _again(self, channel_id: int, now: datetime) -> bool:
        """Whether what is known to be broken gets another chance."""
        looked = self._looked.get(channel_id)
        if looked is not None and timedelta() <= now - looked < LOOK_AGAIN:
            return False
        self._looked[channel_id] = now
        return True

    def _missing(self, snapshot: Snapshot) -> dict[int, str]:
        """Deliveries whose files are no longer in the store: a board would wait for them in vain."""
        if self._store is None:
            return {}
        if len(self._seen) > KNOWN:
            self._seen.clear()
        found: dict[int, str] = {}
        for item in snapshot.feed.items:
            names = {file.sha256 for file in item.rendition.files} - self._seen
            gone = sorted(name for name in names if name not in self._store)
            self._seen |= names - set(gone)
            if gone:
                found[item.delivery_id] = f"{MISSING_FILE}: {', '.join(gone)}"
        return found

    def _give_up(self, channel_id: int, trouble: str, now: datetime) -> bool:
        """Nothing could be made: say so, and take down the documents that carry what is no longer to be shown."""
        log.error("channel %s: documents could not be made; trying again in %s: %s", channel_id, AGAIN_AFTER, trouble)

        def take_down(connection: Connection) -> None:
            tell_channel(connection, channel_id, trouble, now)
            live = live_now(connection, channel_id, now)
            rows = connection.execute(select(DOCUMENT.c.carries).where(DOCUMENT.c.channel_id == channel_id)).scalars()
            carried = {tuple(pair) for carries in rows for pair in carries}
            if not carried <= live:
                log.error("channel %s: its documents carried what was withdrawn and are taken down", channel_id)
                connection.execute(delete(DOCUMENT).where(DOCUMENT.c.channel_id == channel_id))

        self._ledger.write(take_down)
        return True

    def _clear_inactive(self) -> None:
        """Take down the documents of channels that were switched off."""
        gone = select(CHANNEL.c.id).where(CHANNEL.c.id == DOCUMENT.c.channel_id, ~CHANNEL.c.active)
        with self._database.connect() as connection:
            found = connection.execute(select(DOCUMENT.c.channel_id).where(gone.exists()).limit(1)).first()
        if found is not None:
            self._ledger.write(lambda connection: connection.execute(delete(DOCUMENT).where(gone.exists())))


def _plain(feed: Feed, usual: BaseModel) -> tuple[Feed, ...]:
    """Simpler frames for a channel that is being read already: what it carries, and no more, matters more than how."""
    return replace(feed, settings=usual), replace(feed, settings=usual, name=feed.slug, unit="")


def _hurried(made: Made, snapshot: Snapshot, now: datetime) -> Made:
    """Documents that are not whole are made again before long."""
    whole = len(made.carried) == len(snapshot.renditions) and not (made.trouble or snapshot.trouble)
    if whole or not made.documents:
        return made
    soon = now + (AGAIN_AFTER if made.undecided - snapshot.suspects else LOOK_AGAIN)
    documents = tuple(replace(one, stale_at=min(one.stale_at or soon, soon)) for one in made.documents)
    return replace(made, documents=documents)


def _keep(connection: Connection, outcome: Outcome, worker: str) -> None:
    """Store the documents unless somebody has already stored those of a newer version, and what was left out."""
    snapshot, made = outcome.snapshot, outcome.made
    current = connection.execute(
        select(DOCUMENT.c.name, DOCUMENT.c.etag, DOCUMENT.c.modified, DOCUMENT.c.version).where(
            DOCUMENT.c.channel_id == snapshot.channel_id
        )
    ).all()
    if any(row.version > snapshot.version for row in current):
        return
    before = {row.name: row for row in current}
    carries = [[item.delivery_id, snapshot.renditions[item.delivery_id]] for item in made.carried]
    for document in made.documents:
        known = before.get(document.name)
        if known is not None and known.etag == document.etag:
            _confirm(connection, snapshot, document, carries)
        else:
            dated = _dated(document, snapshot.feed.now, known.modified) if known is not None else document
            _store(connection, snapshot, dated, carries)
    names = [document.name for document in made.documents]
    old = delete(DOCUMENT).where(DOCUMENT.c.channel_id == snapshot.channel_id, DOCUMENT.c.name.not_in(names))
    connection.execute(old.where(DOCUMENT.c.version <= snapshot.version))
    _note(connection, outcome, worker)


def _note(connection: Connection, outcome: Outcome, worker: str) -> None:
    """Write down what is broken and what is mended, of deliveries and of the channel."""
    snapshot, now = outcome.snapshot, outcome.snapshot.feed.now
    for delivery_id, why in outcome.left_out.items():
        mark(connection, delivery_id, snapshot.renditions[delivery_id], why, worker, now)
    mended = snapshot.suspects & {item.delivery_id for item in outcome.made.carried}
    mend(connection, {delivery_id: snapshot.renditions[delivery_id] for delivery_id in mended}, worker, now)
    if outcome.trouble or snapshot.broken:
        tell_channel(connection, snapshot.channel_id, outcome.trouble, now)


def _dated(document: Document, now: datetime, before: datetime) -> Document:
    """Other content than before changed now: readers that only watch Last-Modified must see it move, never back."""
    return replace(document, modified=max(document.modified, now, before + timedelta(seconds=1)))


def _store(connection: Connection, snapshot: Snapshot, document: Document, carries: Sequence[Any]) -> None:
    values = {
        "channel_id": snapshot.channel_id,
        "name": document.name,
        "mime": document.mime,
        "body": document.body,
        "etag": document.etag,
        "modified": document.modified,
        "stale_at": document.stale_at,
        "version": snapshot.version,
        "carries": carries,
    }
    not_newer = upsert(
        connection, DOCUMENT, ["channel_id", "name"], values, only_if=lambda new: DOCUMENT.c.version <= new.version
    )
    connection.execute(not_newer)


def _confirm(connection: Connection, snapshot: Snapshot, document: Document, carries: Sequence[Any]) -> None:
    """The content is as before: readers keep their copy, only its version and its next end are noted."""
    same = (DOCUMENT.c.channel_id == snapshot.channel_id, DOCUMENT.c.name == document.name)
    values = {"version": snapshot.version, "stale_at": document.stale_at, "carries": carries}
    connection.execute(update(DOCUMENT).where(*same, DOCUMENT.c.version <= snapshot.version).values(values))


def _stale(now: datetime) -> Select[Any]:
    """Channels without documents, with documents of an older version, or whose documents' time is up."""
    own = DOCUMENT.c.channel_id == CHANNEL.c.id
    old = exists().where(own, or_(DOCUMENT.c.version < CHANNEL.c.version, DOCUMENT.c.stale_at <= now))
    return select(CHANNEL.c.id, CHANNEL.c.kind).where(CHANNEL.c.active, or_(~exists().where(own), old))


def _in_trouble() -> Select[Any]:
    """Active channels that are known to have trouble, or to leave something out."""
    left_out = exists().where(DELIVERY.c.channel_id == CHANNEL.c.id, DELIVERY.c.broken_since.is_not(None))
    broken = or_(CHANNEL.c.broken_since.is_not(None), left_out)
    return select(CHANNEL.c.id, CHANNEL.c.kind).where(CHANNEL.c.active, broken)


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

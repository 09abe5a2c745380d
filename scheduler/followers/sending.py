"""Broadcasts at their time: claim, decide, ask the provider, stamp, call once, write down.

The call is stamped and committed before it is made. Whatever ends without a clear answer after that, a dead worker
too, is UNKNOWN and waits for a person: a broadcast is never made twice.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from channels.contract import ChannelError, ErrorKind
from channels.followers import BroadcastOrder, Followers, followers_of
from channels.words import Words
from scheduler.decisions.outcomes import Changes, words_column
from scheduler.decisions.states import Outcome
from scheduler.engine.calling import redact
from scheduler.engine.claims import Lease
from scheduler.followers.accounts import Accounts, OpenedAccount
from scheduler.followers.claims import claim, keep, put_down
from scheduler.followers.decisions import (
    AWAY,
    BROKEN,
    HOLD,
    STALE,
    STOPPED,
    Act,
    Facts,
    after_error,
    ended,
    next_act,
    sent,
    unclear,
)
from scheduler.followers.rows import ATTEMPT, BROADCAST, IS_LIVE, ITEM, STANDING, facts_of, gone, order_of
from scheduler.followers.states import BroadcastState
from scheduler.storage.error_log import is_away
from scheduler.storage.rows import DELIVERY, AnyRow

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than the slowest way through a call: renewing tokens and asking twice, each to its time-out."""
STOOD_STILL = LEASE / 5
"""A worker that stood still so long between stamp and call (a machine put to sleep) does not call: meanwhile others may
have taken it for dead, and a person may have decided."""
CALLS = 7
"""Calls that one broadcast may take: five items, the quota, the broadcast."""


class Point(StrEnum):
    """The places on a broadcast's way at which a worker may die; tests stop it at each of them."""

    CLAIMED = "claimed"
    CHECKED = "checked"
    STAMPED = "stamped"
    ANSWERED = "answered"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Held:
    """A broadcast in hand, as it was when it was claimed."""

    row: AnyRow
    facts: Facts
    order: BroadcastOrder
    opened: OpenedAccount | None


class Broadcasts:
    """Works the broadcasts that are due, one at a time. Any number of these may share a database."""

    def __init__(self, accounts: Accounts) -> None:
        self._tools = accounts
        self._lease = Lease(accounts.config.worker, LEASE)

    def work_one(self) -> bool:
        """Move one broadcast on; return whether there was one."""
        self._stop_broken()
        held = self._tools.ledger.write(self._claim) if self._tools.due(BROADCAST) else None
        if held is None:
            return False
        self._tools.reached(Point.CLAIMED)
        followers = followers_of(held.opened.kind) if held.opened else None
        now = self._tools.clock()
        closed = followers.may_call(now) if followers else None
        act, words = next_act(held.facts, now, closed)
        if act is Act.CALL and followers and held.opened:
            self._call(held, followers, held.opened)
        else:
            self._settle(held, Act.HOLD if act is Act.CALL else act, words, now)
        return True

    def _call(self, held: Held, followers: Followers, opened: OpenedAccount) -> None:
        started = self._tools.clock()
        try:
            followers.require(held.order, opened.account)
        except Exception as error:
            self._record(held, self._refused(held, opened, error, sure=True), started)
            return
        self._tools.reached(Point.CHECKED)
        if not self._tools.ledger.write(lambda connection: self._stamp(connection, held, followers)):
            return
        stamped = self._tools.clock()
        self._tools.reached(Point.STAMPED)
        if abs(self._tools.clock() - stamped) > STOOD_STILL:
            self._record(held, _End(Outcome.TRANSIENT, _not_called(self._tools.clock()), STALE), started)
            return
        try:
            end = _End(Outcome.DONE, sent(followers.broadcast(held.order, opened.account), self._tools.clock()))
        except Exception as error:
            end = self._refused(held, opened, error, sure=False)
        self._tools.reached(Point.ANSWERED)
        self._record(held, end, started)
        self._tools.reached(Point.RECORDED)

    def _refused(self, held: Held, opened: OpenedAccount, error: Exception, *, sure: bool) -> "_End":
        """What an error means. ``sure`` that nothing went out: the call was not made yet."""
        if sure and is_away(error):
            error = ChannelError(ErrorKind.TRANSIENT, AWAY, detail=f"{type(error).__name__}: {error}")
        if isinstance(error, ChannelError):
            detail = redact(error.detail, opened.account)
            changes = after_error(error, detail, held.facts, self._tools.clock(), self._tools.config.draw)
            return _End(Outcome(error.kind.value), changes, error.words, detail)
        detail = redact(f"{type(error).__name__}: {error}", opened.account)
        log.exception("broadcast %s: unexpected %s", held.row.id, detail)
        words = AWAY if is_away(error) else BROKEN
        changes = ended(BroadcastState.FAILED, words, detail=detail) if sure else unclear(words, detail)
        return _End(Outcome.REJECTED if sure else Outcome.UNCERTAIN, changes, words, detail)

    def _claim(self, connection: Connection) -> Held | None:
        now = self._tools.clock()
        row = claim(connection, BROADCAST, self._lease, now)
        if row is None:
            return None
        opened = self._tools.open(connection, row.channel_id, CALLS)
        return Held(row, facts_of(connection, row), order_of(connection, row), opened)

    def _stamp(self, connection: Connection, held: Held, followers: Followers) -> bool:
        """Write down that the call is made now, unless a person or a retraction was faster or the night has come."""
        now = self._tools.clock()
        lock = select(DELIVERY.c.id).join(ITEM, ITEM.c.delivery_id == DELIVERY.c.id)
        connection.execute(lock.where(ITEM.c.broadcast_id == held.row.id).with_for_update(of=DELIVERY)).all()
        facts = replace(held.facts, gone=gone(connection, held.row.id))
        act, words = next_act(facts, now, followers.may_call(now))
        if act is not Act.CALL:
            self._put(connection, held, _changes(act, words, now))
            return False
        until = now + self._lease.length
        stamp = {"state": BroadcastState.SENDING, "called_at": now, "lease_until": until, "next_at": until}
        return keep(connection, BROADCAST, held.row, self._lease.worker, stamp)

    def _settle(self, held: Held, act: Act, words: Words | None, now: datetime) -> None:
        """Put down a broadcast that is not called; a lost call is written down as an attempt too."""
        changes = _changes(act, words, now)

        def write(connection: Connection) -> None:
            self._put(connection, held, changes)
            if act is Act.ASK:
                lost = _End(Outcome.LOST, changes, words)
                _tried(connection, held, lost, held.row.called_at, now, held.row.lease_owner or "")

        self._tools.ledger.write(write)

    def _record(self, held: Held, end: "_End", started: datetime) -> None:
        """Write the end down, surely; if the lease was lost, what was learnt is kept as an attempt."""
        at = self._tools.clock()

        def write(connection: Connection) -> None:
            if not self._put(connection, held, end.changes):
                log.warning("broadcast %s: the lease was lost, %s is kept as an attempt", held.row.id, end.outcome)
                if _already(connection, held.row.id, started, self._lease.worker):
                    return
            _tried(connection, held, end, started, at, self._lease.worker)
            _ask_what_is_left(connection, held.row.channel_id, at)

        self._tools.ledger.write_surely(write, patience=LEASE.total_seconds() / 2)

    def _put(self, connection: Connection, held: Held, changes: Changes) -> bool:
        return put_down(connection, BROADCAST, held.row, self._lease.worker, changes)

    def _stop_broken(self) -> None:
        """Stop what waits although an item of it was called back; the retraction itself need not know of broadcasts."""
        with self._tools.database.connect() as connection:
            broken = connection.execute(_BROKEN).scalars().all()
        if broken:
            self._tools.ledger.write(lambda connection: _stop(connection, list(broken)))


@dataclass(frozen=True, slots=True)
class _End:
    """How a try ended and what the row says then."""

    outcome: Outcome
    changes: Changes
    words: Words | None = None
    detail: str = ""


_BROKEN = (
    select(BROADCAST.c.id)
    .join(ITEM, ITEM.c.broadcast_id == BROADCAST.c.id)
    .join(DELIVERY, DELIVERY.c.id == ITEM.c.delivery_id)
    .where(BROADCAST.c.state == BroadcastState.WAITING, ~IS_LIVE)
    .distinct()
)


def _stop(connection: Connection, ids: list[int]) -> None:
    """Stop these broadcasts, also out of a worker's hand: the raised token keeps it from stamping."""
    for broadcast_id in ids:
        titles = gone(connection, broadcast_id)
        if not titles:
            continue
        changes = ended(BroadcastState.STOPPED, Words(STOPPED, {"title": titles[0]}))
        still = (BROADCAST.c.id == broadcast_id, BROADCAST.c.state == BroadcastState.WAITING)
        free = {"token": BROADCAST.c.token + 1, "lease_owner": None, "lease_until": None}
        connection.execute(update(BROADCAST).where(*still).values({**changes, **free}))


def _changes(act: Act, words: Words | None, now: datetime) -> Changes:
    if act is Act.ASK:
        return unclear(words or BROKEN)
    if act is Act.HOLD:
        return {"next_at": now + HOLD}
    states = {Act.STOP: BroadcastState.STOPPED, Act.MISS: BroadcastState.MISSED}
    return ended(states[act], words) if act in states else {"next_at": None}


def _not_called(now: datetime) -> Changes:
    """A stamp that no call followed: tried again, if the broadcast is still this worker's."""
    return {**ended(BroadcastState.WAITING, None), "next_at": now}


def _tried(connection: Connection, held: Held, end: _End, started: datetime, at: datetime, worker: str) -> None:
    sent_as = str(end.changes.get("provider_id") or "")
    values = {
        "broadcast_id": held.row.id,
        "outcome": end.outcome,
        "started_at": started,
        "ended_at": at,
        "words": words_column(end.words),
        "detail": f"{sent_as} {end.detail}".strip(),
        "worker": worker,
    }
    connection.execute(insert(ATTEMPT).values(values))


def _ask_what_is_left(connection: Connection, channel_id: int, at: datetime) -> None:
    """What the provider told about the account is old now."""
    known = (STANDING.c.channel_id == channel_id, STANDING.c.lease_owner.is_(None))
    connection.execute(update(STANDING).where(*known).values(next_at=at))


def _already(connection: Connection, broadcast_id: int, started: datetime, worker: str) -> bool:
    """Whether this very try is in the book: a commit whose answer was lost."""
    same = (ATTEMPT.c.broadcast_id == broadcast_id, ATTEMPT.c.started_at == started, ATTEMPT.c.worker == worker)
    return connection.execute(select(ATTEMPT.c.id).where(*same).limit(1)).first() is not None

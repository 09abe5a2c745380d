"""Taking deliveries of a push channel into hand and putting the outcome down; nobody else can write meanwhile.

A claim raises the row's ``token``. Every later write repeats token and owner in its WHERE and looks at the row count,
so a worker that lost its lease changes nothing. While a row is in hand ``next_at`` is the end of the lease: a dead
worker's row comes back by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import DataError, DBAPIError

from channels.contract import Receipt
from channels.words import N_, Words
from scheduler.decisions.backoff import LONGEST_WAIT
from scheduler.decisions.isolating import read_apart
from scheduler.decisions.next_step import ChannelPolicy, Facts, Progress, open_from, open_states
from scheduler.decisions.outcomes import Changes, words_column
from scheduler.decisions.states import Action, DeliveryState, Outcome
from scheduler.documents.breaking import set_aside
from scheduler.storage.prepared import PreparedStatement
from scheduler.storage.rows import ATTEMPT, DELIVERY, FACTS, AnyRow, facts_of, receipt_of

LOST = Words(N_("Tiến trình gửi đã dừng giữa chừng; hệ thống tra trên kênh xem bài đã lên hay chưa."))

_URGENCY = {DeliveryState.WITHDRAWING: 0, DeliveryState.LIVE: 1}
"""Removals first, then corrections and ends; what waits to go out comes after."""

_TIME = DELIVERY.c.lease_until.type

_FREE: Changes = {"lease_owner": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a claim and for how long."""

    worker: str
    length: timedelta


@dataclass(frozen=True, slots=True)
class DeliveryClaim:
    """A delivery in hand. ``version`` is the schedule's at the time of the claim, ``due_at`` its place in the queue."""

    id: int
    key: str
    story_id: int
    channel_id: int
    token: int
    version: int
    due_at: datetime
    facts: Facts
    live: Receipt | None


def claim(
    connection: Connection, channel_id: int, gate: ChannelPolicy, lease: Lease, now: datetime, limit: int
) -> Sequence[DeliveryClaim]:
    """Take up to ``limit`` due deliveries of the channel into hand, in their order; none if another worker is at it.

    The caller holds the channel's row (``FOR UPDATE`` on PostgreSQL, SQLite's write lock).
    """
    states = open_states(gate)
    if not states or limit < 1 or open_from(gate, now) > now:
        return ()
    rows = _readable(connection, channel_id, states, lease, now, limit)
    tokens = _take(connection, [row.id for row in rows], lease, now)
    _record_lost(connection, [row for row in rows if row.lease_owner is not None and row.called_at is not None], now)
    return [_claim(row, tokens[row.id], gate) for row in rows if row.id in tokens]


def begin(
    connection: Connection, held: DeliveryClaim, lease: Lease, now: datetime, *, stamp: bool
) -> DeliveryClaim | None:
    """Renew the lease for a call that starts now; with ``stamp`` write down that it must not be made twice.

    Return the claim as it stands, or None if a person decided otherwise meanwhile or the lease was lost.
    """
    until = now + lease.length
    changes: Changes = {"lease_until": until, "next_at": until}
    facts = held.facts
    if stamp:
        progress = Progress(facts.sent_rendition_id, facts.adapter_progress)
        facts = replace(facts, state=DeliveryState.SENDING, called_at=now, progress=progress)
        changes |= {"state": facts.state, "called_at": now, "progress": progress.write()}
    ours = _write(connection, held, lease.worker, changes, version=True)
    return replace(held, facts=facts) if ours else None


def current(connection: Connection, held: DeliveryClaim, worker: str) -> Facts | None:
    """Return what the row says now, locked for the change to come; None if it is no longer ours."""
    mine = (DELIVERY.c.id == held.id, DELIVERY.c.token == held.token, DELIVERY.c.lease_owner == worker)
    row = connection.execute(select(*FACTS).where(*mine).with_for_update()).one_or_none()
    return facts_of(row, held.facts.gate) if row is not None else None


def put_down(connection: Connection, held: DeliveryClaim, worker: str, changes: Changes, *, version: bool) -> bool:
    """Write ``changes`` and give the row free. With ``version``, only if no person has decided anything meanwhile."""
    return _write(connection, held, worker, {**changes, **_FREE}, version=version)


def give_back(connection: Connection, claims: Iterable[DeliveryClaim], worker: str) -> None:
    """Put deliveries that were not begun back into their place in the queue."""
    rows = [{**_guard(held, worker), "next_at": held.due_at, **_FREE} for held in claims]
    if rows:
        connection.execute(_MINE, rows)


def extend(connection: Connection, ids: Sequence[int], lease: Lease, now: datetime) -> None:
    """Prolong the leases that this worker holds on ``ids``."""
    until = now + lease.length
    held = (DELIVERY.c.id.in_(ids), DELIVERY.c.lease_owner == lease.worker)
    connection.execute(update(DELIVERY).where(*held).values(lease_until=until, next_at=until))


def clock_was_put_back(connection: Connection, lease: Lease, now: datetime) -> bool:
    """Return whether there are times that only a clock ahead of ``now`` can have written."""
    leases, waits = _from_the_future(lease, now)
    return bool(connection.execute(select(or_(exists().where(leases), exists().where(waits)))).scalar())


def recover_clock(connection: Connection, lease: Lease, now: datetime) -> int:
    """Make due now what would otherwise wait until the clock is again where it was; return how many rows."""
    bogus = update(DELIVERY).where(or_(*_from_the_future(lease, now)))
    again = bogus.values(next_at=now, lease_until=case((DELIVERY.c.lease_owner.is_not(None), literal(now, _TIME))))
    return connection.execute(again).rowcount


def _from_the_future(lease: Lease, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """A lease longer than any worker takes; a wait longer than any between two steps of one sending.

    Each has its index; of both in one condition SQLite would read the whole table.
    """
    leases = and_(DELIVERY.c.lease_owner.is_not(None), DELIVERY.c.lease_until > now + 2 * lease.length)
    under_way = (DeliveryState.WITHDRAWING, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    waits = and_(DELIVERY.c.state.in_(under_way), DELIVERY.c.next_at > now + LONGEST_WAIT)
    return leases, waits


def recorded(connection: Connection, held: DeliveryClaim) -> bool:
    """Return whether this claim's outcome is in the book: a commit whose answer was lost."""
    told = (ATTEMPT.c.delivery_id == held.id, ATTEMPT.c.token == held.token, ATTEMPT.c.outcome != Outcome.LOST)
    return bool(connection.execute(select(exists().where(*told))).scalar())


def _readable(
    connection: Connection, channel_id: int, states: frozenset[DeliveryState], lease: Lease, now: datetime, limit: int
) -> Sequence[AnyRow]:
    """Return the rows of what is due; one that cannot be read is taken out of the queue and stops no other."""
    asked = {"channel": channel_id, "now": now, "limit": limit}
    query = _candidates(states)
    try:
        return connection.execute(query, asked).all()
    except Exception as error:
        if isinstance(error, DBAPIError) and not isinstance(error, DataError):
            raise
    due = connection.execute(query.with_only_columns(DELIVERY.c.id), asked).scalars().all()

    def read(some: Sequence[int]) -> dict[int, AnyRow]:
        return {row.id: row for row in connection.execute(select(*FACTS).where(DELIVERY.c.id.in_(some)))}

    found, bad = read_apart(due, read)
    for delivery_id, why in bad.items():
        set_aside(connection, delivery_id, why, lease.worker, now)
    return [found[delivery_id] for delivery_id in due if delivery_id in found]


@cache
def _candidates(states: frozenset[DeliveryState]) -> Select[Any]:
    """The query for what is due in these states; built once for each set, and quick however long the queue is."""
    channel: BindParameter[int] = bindparam("channel")
    now = bindparam("now", type_=_TIME)
    other = DELIVERY.alias()
    taken = exists().where(other.c.channel_id == channel, other.c.lease_owner.is_not(None), other.c.lease_until > now)
    first = union_all(*(_first_in(state) for state in sorted(states))).subquery()
    urgency = case(_URGENCY, value=DELIVERY.c.state, else_=len(_URGENCY))
    due = (DELIVERY.c.channel_id == channel, DELIVERY.c.state.in_(sorted(states)), DELIVERY.c.next_at <= now)
    return (
        select(*FACTS)
        .where(DELIVERY.c.id.in_(select(first.c.id)), *due, ~taken)
        .order_by(urgency, DELIVERY.c.next_at, DELIVERY.c.id)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True, of=DELIVERY)
    )


def _first_in(state: DeliveryState) -> Select[Any]:
    """The deliveries of one state that are due first: a short walk along ``ix_delivery_lane``."""
    due = (DELIVERY.c.channel_id == bindparam("channel"), DELIVERY.c.state == state)
    order = (DELIVERY.c.next_at, DELIVERY.c.id)
    first = select(DELIVERY.c.id).where(*due, DELIVERY.c.next_at <= bindparam("now", type_=_TIME)).order_by(*order)
    return select(first.limit(bindparam("limit", type_=Integer)).subquery().c.id)


def _take(connection: Connection, ids: Sequence[int], lease: Lease, now: datetime) -> dict[int, int]:
    if not ids:
        return {}
    until = now + lease.length
    taken = connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(ids), DELIVERY.c.next_at <= now)
        .values(token=DELIVERY.c.token + 1, lease_owner=lease.worker, lease_until=until, next_at=until)
        .returning(DELIVERY.c.id, DELIVERY.c.token)
    )
    return {row.id: row.token for row in taken}


def _claim(row: AnyRow, token: int, gate: ChannelPolicy) -> DeliveryClaim:
    facts = facts_of(row, gate)
    if row.lease_owner is not None and row.live_rendition_id is not None:  # its worker died, perhaps in a call
        known = facts.progress or Progress(facts.rendition_id)
        facts = replace(facts, progress=replace(known, lost_at=row.next_at))
    return DeliveryClaim(
        id=row.id,
        key=row.key,
        story_id=row.story_id,
        channel_id=row.channel_id,
        token=token,
        version=row.schedule_version,
        due_at=row.next_at if row.lease_owner is None else row.scheduled_at,
        facts=facts,
        live=receipt_of(row),
    )


def _record_lost(connection: Connection, rows: Sequence[AnyRow], now: datetime) -> None:
    """Close the attempts of workers that died after they stamped the call."""
    lost = [
        {
            "delivery_id": row.id,
            "token": row.token,
            "action": Action.PUBLISH,
            "outcome": Outcome.LOST,
            "started_at": row.called_at,
            "ended_at": now,
            "words": words_column(LOST),
            "worker": row.lease_owner,
        }
        for row in rows
    ]
    if lost:
        connection.execute(insert(ATTEMPT), lost)


def _write(connection: Connection, held: DeliveryClaim, worker: str, changes: Changes, *, version: bool) -> bool:
    """Change a row in hand; return whether it was still ours."""
    guard = _guard(held, worker)
    if version:
        return _HOT_UNCHANGED.run(connection, {**guard, "b_version": held.version, **changes}) == 1
    return _HOT.run(connection, {**guard, **changes}) == 1


def _guard(held: DeliveryClaim, worker: str) -> Changes:
    return {"b_id": held.id, "b_token": held.token, "b_worker": worker}


_MINE = update(DELIVERY).where(
    DELIVERY.c.id == bindparam("b_id"),
    DELIVERY.c.token == bindparam("b_token"),
    DELIVERY.c.lease_owner == bindparam("b_worker"),
)
"""The guarded UPDATE of a row in hand, built once: building it costs more than running it."""

_MINE_UNCHANGED = _MINE.where(DELIVERY.c.schedule_version == bindparam("b_version"))
"""The same, unless a person has decided something meanwhile."""

_HOT, _HOT_UNCHANGED = PreparedStatement(_MINE), PreparedStatement(_MINE_UNCHANGED)

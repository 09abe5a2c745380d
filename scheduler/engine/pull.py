"""Pull channels: going live, being corrected, withdrawn or ended is a transaction over many deliveries at once."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, insert, literal, select, update

from channels.contract import Transport
from scheduler.decisions.isolating import read_apart
from scheduler.decisions.next_step import ChannelPolicy, Decision, Facts, Step, decide, open_states
from scheduler.decisions.outcomes import without_call
from scheduler.decisions.states import DeliveryState, Desired, Outcome
from scheduler.documents.breaking import set_aside
from scheduler.engine.finishing import ACTIONS
from scheduler.storage.rows import ATTEMPT, CHANNEL, DELIVERY, FACTS, GATE, facts_of, gate_of, transport

log = logging.getLogger(__name__)

Unreadable = tuple[int, bool, str]
"""Channel of a delivery whose row cannot be read, whether it is being withdrawn, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Turned:
    """How many deliveries changed, and the channels whose documents are stale because of it."""

    deliveries: int
    channels: frozenset[int]


def turn(connection: Connection, channel_ids: Collection[int], worker: str, now: datetime, limit: int) -> Turned:
    """Bring up to ``limit`` due deliveries of these pull channels to where they should be."""
    due, unreadable = _due(connection, _gates(connection, channel_ids), now, limit)
    steps: dict[Step, list[int]] = defaultdict(list)
    for delivery_id, (channel_id, withdrawn, why) in unreadable.items():
        if withdrawn:
            steps[Step.RETRACT].append(delivery_id)
        else:
            set_aside(connection, delivery_id, why, worker, now)
        log.error("channel %s: delivery %s cannot be read: %s", channel_id, delivery_id, why)
    for delivery_id, _, facts in due:
        decision = decide(facts, now)
        if decision.step in ACTIONS:
            steps[decision.step].append(delivery_id)
        else:
            _put_aside(connection, delivery_id, decision, facts)
    for step, ids in steps.items():
        _apply(connection, step, ids, worker, now)
    touched = set().union(*steps.values()) if steps else set()
    changed = {channel_id for delivery_id, channel_id, _ in due if delivery_id in touched}
    changed |= {channel_id for channel_id, _withdrawn, _why in unreadable.values()}
    bump(connection, changed)
    return Turned(len(due) + len(unreadable), frozenset(changed))


def bump(connection: Connection, channel_ids: Collection[int]) -> None:
    """Say that these channels carry something else than before: their documents are stale from this commit on."""
    if not channel_ids:
        return
    ids = sorted(channel_ids)
    connection.execute(select(CHANNEL.c.id).where(CHANNEL.c.id.in_(ids)).order_by(CHANNEL.c.id).with_for_update())
    connection.execute(update(CHANNEL).where(CHANNEL.c.id.in_(ids)).values(version=CHANNEL.c.version + 1))


def _gates(connection: Connection, channel_ids: Collection[int]) -> Mapping[int, ChannelPolicy]:
    rows = connection.execute(select(CHANNEL.c.id, CHANNEL.c.kind, *GATE).where(CHANNEL.c.id.in_(sorted(channel_ids))))
    return {row.id: gate_of(row, Transport.PULL) for row in rows if transport(row.kind) is Transport.PULL}


def _due(
    connection: Connection, gates: Mapping[int, ChannelPolicy], now: datetime, limit: int
) -> tuple[list[tuple[int, int, Facts]], dict[int, Unreadable]]:
    """Lock due deliveries, those of channels with the same open states in one query; tell what is unreadable."""
    alike: dict[frozenset[DeliveryState], list[int]] = defaultdict(list)
    for channel_id, gate in gates.items():
        alike[open_states(gate)].append(channel_id)
    due: list[tuple[int, int, Facts]] = []
    unreadable: dict[int, Unreadable] = {}
    for states, ids in alike.items():
        rows = connection.execute(
            select(DELIVERY.c.id, DELIVERY.c.channel_id, _withdrawn().label("withdrawn"))
            .where(DELIVERY.c.channel_id.in_(ids), DELIVERY.c.state.in_(states), DELIVERY.c.next_at <= now)
            .order_by(DELIVERY.c.next_at, DELIVERY.c.id)
            .limit(limit - len(due) - len(unreadable))
            .with_for_update(skip_locked=True)
        ).all()

        def read(some: Sequence[int]) -> dict[int, Facts]:
            found = connection.execute(select(*FACTS).where(DELIVERY.c.id.in_(some)))
            return {row.id: facts_of(row, gates[row.channel_id]) for row in found}

        facts, bad = read_apart([row.id for row in rows], read)
        due += [(row.id, row.channel_id, facts[row.id]) for row in rows if row.id in facts]
        unreadable |= {row.id: (row.channel_id, row.withdrawn, bad[row.id]) for row in rows if row.id in bad}
    return due, unreadable


def _withdrawn() -> ColumnElement[bool]:
    """What is to be taken down needs no more reading than this."""
    return and_(DELIVERY.c.state == DeliveryState.WITHDRAWING, DELIVERY.c.live_rendition_id.is_not(None))


def _apply(connection: Connection, step: Step, ids: Sequence[int], worker: str, now: datetime) -> None:
    """Change the state of ``ids`` and record the attempts, each by one statement."""
    common: dict[str, Any] = {
        "token": DELIVERY.c.token + 1,
        "tries": 0,
        "problem": {},
        "progress": {},
        "called_at": None,
        "lease_owner": None,
        "lease_until": None,
        "broken_since": None,
    }
    connection.execute(update(DELIVERY).where(DELIVERY.c.id.in_(ids)).values({**common, **_changes(step, now)}))
    told = select(
        DELIVERY.c.id,
        DELIVERY.c.token,
        literal(ACTIONS[step].value),
        literal(Outcome.DONE.value),
        literal(now, ATTEMPT.c.started_at.type),
        literal(now, ATTEMPT.c.ended_at.type),
        literal({}, ATTEMPT.c.words.type),
        literal(""),
        literal(worker),
    ).where(DELIVERY.c.id.in_(ids))
    columns = ("delivery_id", "token", "action", "outcome", "started_at", "ended_at", "words", "detail", "worker")
    connection.execute(insert(ATTEMPT).from_select(columns, told))


def _changes(step: Step, now: datetime) -> dict[str, Any]:
    if step is Step.PUBLISH:
        return {
            "state": DeliveryState.LIVE,
            "live_rendition_id": DELIVERY.c.rendition_id,
            "live_at": now,
            "next_at": DELIVERY.c.until,
        }
    if step is Step.CORRECT:
        return {"live_rendition_id": DELIVERY.c.rendition_id, "corrected_at": now, "next_at": DELIVERY.c.until}
    withdrawn = DELIVERY.c.desired == Desired.WITHDRAWN
    return {
        "state": case((withdrawn, DeliveryState.WITHDRAWN), else_=DeliveryState.EXPIRED),
        "withdrawn_at": case((withdrawn, literal(now, DELIVERY.c.withdrawn_at.type)), else_=None),
        "next_at": None,
    }


def _put_aside(connection: Connection, delivery_id: int, decision: Decision, facts: Facts) -> None:
    changes = {**without_call(decision, facts), "token": DELIVERY.c.token + 1}
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(changes))

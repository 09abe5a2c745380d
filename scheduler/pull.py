"""Pull channels: going live, being corrected, withdrawn or ended is a transaction over many deliveries at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, insert, literal, select, update

from channels.contract import Transport
from scheduler.decisions import Decision, Facts, Gate, Step, decide, open_states
from scheduler.finishing import ACTIONS
from scheduler.outcomes import without_call
from scheduler.rows import ATTEMPT, CHANNEL, DELIVERY, FACTS, GATE, facts_of, gate_of, transport
from scheduler.states import DeliveryState, Desired, Outcome


@dataclass(frozen=True, slots=True)
class Turned:
    """How many deliveries changed, and the channels whose documents are stale because of it."""

    deliveries: int
    channels: frozenset[int]


def turn(connection: Connection, channel_ids: Collection[int], worker: str, now: datetime, limit: int) -> Turned:
    """Bring up to ``limit`` due deliveries of these pull channels to where they should be."""
    due = _due(connection, _gates(connection, channel_ids), now, limit)
    steps: dict[Step, list[int]] = defaultdict(list)
    for delivery_id, _, facts in due:
        decision = decide(facts, now)
        if decision.step in ACTIONS:
            steps[decision.step].append(delivery_id)
        else:
            _put_aside(connection, delivery_id, decision, facts)
    for step, ids in steps.items():
        _apply(connection, step, ids, worker, now)
    touched = set().union(*steps.values()) if steps else set()
    changed = frozenset(channel_id for delivery_id, channel_id, _ in due if delivery_id in touched)
    bump(connection, changed)
    return Turned(len(due), changed)


def bump(connection: Connection, channel_ids: Collection[int]) -> None:
    """Say that these channels carry something else than before: their documents are stale from this commit on."""
    if not channel_ids:
        return
    ids = sorted(channel_ids)
    connection.execute(select(CHANNEL.c.id).where(CHANNEL.c.id.in_(ids)).order_by(CHANNEL.c.id).with_for_update())
    connection.execute(update(CHANNEL).where(CHANNEL.c.id.in_(ids)).values(version=CHANNEL.c.version + 1))


def _gates(connection: Connection, channel_ids: Collection[int]) -> Mapping[int, Gate]:
    rows = connection.execute(select(CHANNEL.c.id, CHANNEL.c.kind, *GATE).where(CHANNEL.c.id.in_(sorted(channel_ids))))
    return {row.id: gate_of(row, Transport.PULL) for row in rows if transport(row.kind) is Transport.PULL}


def _due(
    connection: Connection, gates: Mapping[int, Gate], now: datetime, limit: int
) -> Sequence[tuple[int, int, Facts]]:
    """Lock due deliveries, those of channels with the same open states in one query."""
    alike: dict[frozenset[DeliveryState], list[int]] = defaultdict(list)
    for channel_id, gate in gates.items():
        alike[open_states(gate)].append(channel_id)
    due: list[tuple[int, int, Facts]] = []
    for states, ids in alike.items():
        rows = connection.execute(
            select(*FACTS)
            .where(DELIVERY.c.channel_id.in_(ids), DELIVERY.c.state.in_(states), DELIVERY.c.next_at <= now)
            .order_by(DELIVERY.c.next_at, DELIVERY.c.id)
            .limit(limit - len(due))
            .with_for_update(skip_locked=True)
        )
        due += [(row.id, row.channel_id, facts_of(row, gates[row.channel_id])) for row in rows]
    return due


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

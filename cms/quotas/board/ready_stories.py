"""Approved stories that could still be scheduled for a quota that lacks some."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from channels.contract import Evidence
from cms.core.permissions import Action, Actor
from cms.models.story_states import StoryState
from cms.quotas.board.cell import Cell
from cms.quotas.counting.statements import STORY, TAG
from cms.quotas.counting.status import Status
from scheduler.decisions import slots
from scheduler.decisions.states import DeliveryState
from scheduler.storage.rows import CHANNEL, DELIVERY

MOST = 8
TRIED = (DeliveryState.CANCELLED, DeliveryState.FAILED, DeliveryState.MISSED, DeliveryState.WITHDRAWN)
"""A story whose delivery ended like this is not on the channel and may be scheduled again."""
_LACKING = frozenset({Status.AT_RISK, Status.ON_TRACK, Status.UPCOMING, Status.NO_NUMBER})


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel of the unit that would count, and its next free weekly slot (UTC), None if it has no slots."""

    id: int
    name: str
    slot: datetime | None


@dataclass(frozen=True, slots=True)
class Ready:
    """What can be done with one click."""

    outlets: Sequence[Outlet]
    stories: Sequence[tuple[int, str]]


def ready(session: Session, actor: Actor, cell: Cell, now: datetime) -> Ready:
    """Stories of the unit that fit the quota and are not on its channels yet; nothing for who may not schedule."""
    outlets = _outlets(session, cell, now) if _open(actor, cell) else []
    if not outlets:
        return Ready((), ())
    duty = cell.quota.duty
    there = exists().where(
        DELIVERY.c.story_id == STORY.c.id,
        DELIVERY.c.channel_id.in_([outlet.id for outlet in outlets]),
        DELIVERY.c.state.not_in(TRIED),
    )
    query = select(STORY.c.id, STORY.c.title).where(
        STORY.c.unit_id == cell.unit.id,
        STORY.c.state == StoryState.APPROVED,
        STORY.c.approved_id == STORY.c.current_id,
        ~there,
    )
    if duty.kinds:
        query = query.where(STORY.c.kind.in_(duty.kinds))
    if duty.column:
        query = query.where(STORY.c.column_code == duty.column)
    for need in duty.needs:
        query = query.where(
            exists().where(TAG.c.revision_id == STORY.c.approved_id, TAG.c.kind == "topic", TAG.c.code.in_(need))
        )
    rows = session.connection().execute(query.order_by(STORY.c.updated_at.desc()).limit(MOST))
    return Ready(outlets, [(row.id, row.title) for row in rows])


def _open(actor: Actor, cell: Cell) -> bool:
    lacks = cell.score.verdict.status in _LACKING and cell.quota.duty.proof is not Evidence.MANUAL
    return lacks and actor.may(Action.SCHEDULE, cell.unit.path)


def _outlets(session: Session, cell: Cell, now: datetime) -> list[Outlet]:
    connection = session.connection()
    query = select(CHANNEL.c.id, CHANNEL.c.name, CHANNEL.c.weekly_slots).where(
        CHANNEL.c.unit_id == cell.unit.id, CHANNEL.c.active, CHANNEL.c.medium.in_(cell.quota.duty.media)
    )
    rows = connection.execute(query.order_by(CHANNEL.c.name)).all()
    waiting = select(DELIVERY.c.channel_id, DELIVERY.c.scheduled_at).where(
        DELIVERY.c.channel_id.in_([row.id for row in rows]),
        DELIVERY.c.state.in_((DeliveryState.SCHEDULED, DeliveryState.SENDING)),
        DELIVERY.c.scheduled_at >= now,
    )
    taken: dict[int, set[datetime]] = {}
    for channel, at in connection.execute(waiting):
        taken.setdefault(channel, set()).add(at)
    return [
        Outlet(row.id, row.name, slots.next_free_slot(row.weekly_slots, taken.get(row.id, set()), now)) for row in rows
    ]

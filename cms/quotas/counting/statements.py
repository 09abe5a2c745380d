"""The statements that read evidence. Built once; every row is laid out as ``cms.quotas.counting.evidence.Item``.

Places to fill: ``far_…``, ``near_…`` and ``topical_…`` (``first``, ``end``), ``near_media``, ``far_media``, ``topics``;
``now`` and ``since`` where named. SQLite keeps no statistics here, so conditions also lead it to the right index.
"""

from functools import partial
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.types import NullType

from channels import registry
from channels.contract import Evidence
from cms.models.boards import PlayDay
from cms.models.people import Unit
from cms.models.plans import ManualRecord
from cms.models.radio import Broadcast
from cms.models.stories import Revision, RevisionTag, Story
from cms.models.story_states import StoryState
from scheduler.decisions.states import DeliveryState, Desired
from scheduler.storage.rows import CHANNEL, DELIVERY, RENDITION

BROADCAST, PLAY_DAY, RECORD = (cast(Table, entity.__table__) for entity in (Broadcast, PlayDay, ManualRecord))
REVISION, STORY, TAG, UNIT = (cast(Table, entity.__table__) for entity in (Revision, Story, RevisionTag, Unit))
PROMISED = (DeliveryState.SCHEDULED, DeliveryState.SENDING, DeliveryState.UNKNOWN)


def _raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column as the driver gives it."""
    return type_coerce(column, NullType())


def _statement(
    source: FromClause,
    unit: ColumnElement[Any],
    at: ColumnElement[Any] | None,
    number: ColumnElement[Any],
    rendition: ColumnElement[Any],
    *more: ColumnElement[Any],
) -> Select[*tuple[Any, ...]]:
    """Items of deliveries: laid out as ``Item``, with the revision that ``rendition`` froze."""
    joined = (
        source.join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
        .join(RENDITION, RENDITION.c.id == rendition)
        .join(STORY, STORY.c.id == DELIVERY.c.story_id)
    )
    return select(
        unit, CHANNEL.c.medium, _of_revision("kind"), _of_revision("column_code"),
        _topics(RENDITION.c.revision_id, at), DELIVERY.c.story_id, null() if at is None else _raw(at), _GONE, number,
        null(), *more,
    ).select_from(joined)  # fmt: skip


def _of_revision(name: str) -> ColumnElement[Any]:
    """What the frozen revision says. The story repeats it if that is its newest, in a row that is quicker to read."""
    said = select(REVISION.c[name]).where(REVISION.c.id == RENDITION.c.revision_id).correlate(RENDITION)
    return case((STORY.c.current_id == RENDITION.c.revision_id, STORY.c[name]), else_=said.scalar_subquery())


def _topics(revision: ColumnElement[Any], at: ColumnElement[Any] | None) -> ColumnElement[Any]:
    """Which of the asked-for topics the revision names, looked up only for the time in which a quota asks."""
    named = (
        select(func.aggregate_strings(TAG.c.code, " "))
        .where(TAG.c.revision_id == revision, TAG.c.kind == "topic")
        .where(TAG.c.code.in_(bindparam("topics", expanding=True)))
        .correlate(revision.table)
        .scalar_subquery()
    )
    return named if at is None else case((_within(at, "topical_first", "topical_end"), named), else_=null())


_OFF = DELIVERY.c.observed.in_(("gone", "hidden"))
"""Read back from the provider: readers do not see the item any more."""
_GONE = case((or_(DELIVERY.c.desired == Desired.WITHDRAWN, STORY.c.state == StoryState.RETRACTED, _OFF), 1), else_=0)
"""1 for an item that was called back, with its story after it had run out too, or that is gone from the channel."""


def _within(at: ColumnElement[Any], first: str = "far_first", end: str = "far_end") -> ColumnElement[bool]:
    return and_(at >= bindparam(first, type_=at.type), at < bindparam(end, type_=at.type))


def _wanted(at: ColumnElement[Any]) -> ColumnElement[bool]:
    """In the nearer stretch every medium that counts, in the farther one only those that need it."""
    near = and_(_within(at, "near_first", "near_end"), CHANNEL.c.medium.in_(bindparam("near_media", expanding=True)))
    return and_(_within(at), or_(near, CHANNEL.c.medium.in_(bindparam("far_media", expanding=True))))


def _proven_by(evidence: Evidence) -> ColumnElement[bool]:
    """Channels of the kinds that this proves, asked for when the statement runs."""
    return CHANNEL.c.kind.in_(
        bindparam(f"kinds_{evidence}", expanding=True, callable_=partial(registry.proven_by, evidence))
    )


RECEIPTS = _statement(
    DELIVERY, CHANNEL.c.unit_id, DELIVERY.c.live_at, DELIVERY.c.id, DELIVERY.c.live_rendition_id
).where(_wanted(DELIVERY.c.live_at))

BROADCASTS = _statement(
    BROADCAST.join(DELIVERY, DELIVERY.c.id == BROADCAST.c.delivery_id), BROADCAST.c.unit_id, BROADCAST.c.started_at,
    DELIVERY.c.id, DELIVERY.c.live_rendition_id,
).where(
    _wanted(BROADCAST.c.started_at), BROADCAST.c.voided_at.is_(None),
    BROADCAST.c.unit_id.in_(select(UNIT.c.id)),
)  # fmt: skip
"""Naming every unit leads SQLite to the index by unit and time."""

_showings = (
    select(PLAY_DAY.c.delivery_id, func.aggregate_strings(cast_to(PLAY_DAY.c.day, String), " ").label("days"))
    .where(_within(PLAY_DAY.c.day))
    .group_by(PLAY_DAY.c.delivery_id)
    .subquery("showings")
)
PLAYS = _statement(
    _showings.join(DELIVERY, DELIVERY.c.id == _showings.c.delivery_id), CHANNEL.c.unit_id, None, DELIVERY.c.id,
    DELIVERY.c.live_rendition_id, _showings.c.days,
).where(CHANNEL.c.medium.in_(bindparam("near_media", expanding=True)))  # fmt: skip
"""One row a delivery with the days on which its board showed it, however often: a day counts once."""

WAITING = _statement(
    DELIVERY, CHANNEL.c.unit_id, DELIVERY.c.scheduled_at, DELIVERY.c.id, DELIVERY.c.rendition_id
).where(
    DELIVERY.c.state.in_(PROMISED), DELIVERY.c.desired == Desired.LIVE, ~_OFF, _within(DELIVERY.c.scheduled_at),
)  # fmt: skip

UNAIRED = _statement(
    DELIVERY, CHANNEL.c.unit_id, DELIVERY.c.live_at, DELIVERY.c.id, DELIVERY.c.live_rendition_id
).where(
    _within(DELIVERY.c.live_at, "since", "far_end"), _proven_by(Evidence.BROADCAST), DELIVERY.c.desired == Desired.LIVE,
    or_(DELIVERY.c.until.is_(None), DELIVERY.c.until > bindparam("now", type_=DELIVERY.c.until.type)),
    ~exists().where(
        BROADCAST.c.delivery_id == DELIVERY.c.id, BROADCAST.c.unit_id == CHANNEL.c.unit_id,
        BROADCAST.c.voided_at.is_(None),
    ),
)  # fmt: skip

SHOWING = _statement(
    DELIVERY, CHANNEL.c.unit_id, None, DELIVERY.c.id, DELIVERY.c.rendition_id,
    DELIVERY.c.scheduled_at.label("begins"), DELIVERY.c.until,
).where(
    DELIVERY.c.channel_id.in_(select(CHANNEL.c.id).where(_proven_by(Evidence.PLAY))),
    DELIVERY.c.state.in_((DeliveryState.LIVE, *PROMISED)),
    DELIVERY.c.desired == Desired.LIVE,
    DELIVERY.c.scheduled_at < bindparam("far_end", type_=DELIVERY.c.scheduled_at.type),
    or_(DELIVERY.c.until.is_(None), DELIVERY.c.until > bindparam("now", type_=DELIVERY.c.until.type)),
)  # fmt: skip

_now = bindparam("now", type_=DELIVERY.c.live_at.type)
REVIEWS = select(
    STORY.c.unit_id, null(), STORY.c.kind, STORY.c.column_code, _topics(STORY.c.current_id, _now), STORY.c.id, null(),
    literal(0), STORY.c.id, null(),
).where(STORY.c.state == StoryState.SUBMITTED)  # fmt: skip

WITHDRAWN = (DeliveryState.WITHDRAWING, DeliveryState.WITHDRAWN)
CARRIED = (DeliveryState.LIVE, DeliveryState.EXPIRED)


def _has(states: tuple[DeliveryState, ...]) -> ColumnElement[bool]:
    """Whether the record's story has a delivery in one of ``states``."""
    return exists().where(DELIVERY.c.story_id == RECORD.c.story_id, DELIVERY.c.state.in_(states))


_story = func.coalesce(RECORD.c.story_id, -RECORD.c.id)
RECORDS = select(
    RECORD.c.unit_id, null(), literal(""), literal(""), null(), _story, _raw(RECORD.c.day),
    case((or_(STORY.c.state == StoryState.RETRACTED, and_(_has(WITHDRAWN), ~_has(CARRIED))), 1), else_=0),
    RECORD.c.id, RECORD.c.quota_id,
).select_from(RECORD.outerjoin(STORY, STORY.c.id == RECORD.c.story_id)).where(
    RECORD.c.unit_id.in_(select(UNIT.c.id)), RECORD.c.voided_at.is_(None), _within(RECORD.c.day),
)  # fmt: skip
"""What a person recorded of a story is called back with the story, and stays so while it is written anew."""

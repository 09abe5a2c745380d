"""Reading the evidence of a stretch of time from the truth: a fixed number of queries, whatever the number of units."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from cms.boards.tables import Play
from cms.clock import from_local, local_day
from cms.quotas.pack import Proof
from cms.quotas.tables import ManualRecord
from cms.radio.tables import Broadcast
from cms.stories.states import StoryState
from cms.stories.tables import Revision, RevisionTag, Story
from scheduler.states import DeliveryState
from scheduler.tables import Channel, Delivery, StoredRendition


class Step(StrEnum):
    """How far an item is: proven, promised, with the lead, or called back after it had counted."""

    COUNTED = "counted"
    SCHEDULED = "scheduled"
    REVIEW = "review"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Item:
    """One story's proof or promise in one unit. ``at`` is UTC; ``medium`` empty fits every channel (not chosen yet);
    ``quota_id`` is set where a person recorded the item for one quota."""

    step: Step
    proof: Proof | None
    unit_id: int
    medium: str
    story_id: int | None
    revision_id: int | None
    kind: str
    column: str
    at: datetime
    delivery_id: int | None = None
    quota_id: int | None = None


GONE = (DeliveryState.WITHDRAWN, DeliveryState.WITHDRAWING)
OUT = (DeliveryState.LIVE, DeliveryState.EXPIRED)
PROMISED = (DeliveryState.SCHEDULED, DeliveryState.SENDING, DeliveryState.UNKNOWN)


def gather(session: Session, start: datetime, end: datetime, now: datetime) -> list[Item]:
    """All items of ``[start, end)`` (UTC): six queries. What waits for review is given only while the time runs."""
    return [
        *_receipts(session, start, end),
        *_broadcasts(session, start, end),
        *_plays(session, start, end),
        *_promises(session, start, end),
        *_records(session, start, end),
        *(_reviews(session, now) if start <= now < end else ()),
    ]


def tagged(session: Session, topics: set[str]) -> dict[str, frozenset[int]]:
    """Ids of the revisions that name each of ``topics``."""
    found: dict[str, set[int]] = {topic: set() for topic in topics}
    if topics:
        query = select(RevisionTag.code, RevisionTag.revision_id)
        for code, revision_id in session.execute(
            query.where(RevisionTag.kind == "topic", RevisionTag.code.in_(topics))
        ).tuples():
            found[code].add(revision_id)
    return {topic: frozenset(ids) for topic, ids in found.items()}


_WHAT = (Revision.id, Revision.kind, Revision.column)


def _carried(query: Select[*tuple[Any, ...]], rendition: Any) -> Select[*tuple[Any, ...]]:
    """Join the channel and the revision that a delivery carries."""
    return (
        query.join(Channel, Channel.id == Delivery.channel_id)
        .join(StoredRendition, StoredRendition.id == rendition)
        .join(Revision, Revision.id == StoredRendition.revision_id)
    )


def _receipts(session: Session, start: datetime, end: datetime) -> Iterator[Item]:
    query = _carried(
        select(
            Delivery.state, Delivery.id, Channel.unit_id, Channel.medium, Delivery.story_id, *_WHAT, Delivery.live_at
        ).select_from(Delivery),
        Delivery.live_rendition_id,
    ).where(Delivery.live_at >= start, Delivery.live_at < end, Delivery.state.in_(OUT + GONE))
    for state, delivery, unit, medium, story, revision, kind, column, at in session.execute(query):
        step = Step.RETRACTED if state in GONE else Step.COUNTED
        yield Item(step, Proof.RECEIPT, unit, medium, story, revision, kind, column, at, delivery)


def _broadcasts(session: Session, start: datetime, end: datetime) -> Iterator[Item]:
    query = _carried(
        select(
            Delivery.state, Delivery.id, Broadcast.unit_id, Channel.medium, Delivery.story_id, *_WHAT,
            Broadcast.started_at,
        ).select_from(Broadcast).join(Delivery, Delivery.id == Broadcast.delivery_id),
        Delivery.live_rendition_id,
    ).where(Broadcast.started_at >= start, Broadcast.started_at < end, Broadcast.voided_at.is_(None))  # fmt: skip
    for state, delivery, unit, medium, story, revision, kind, column, at in session.execute(query):
        step = Step.RETRACTED if state in GONE else Step.COUNTED
        yield Item(step, Proof.BROADCAST, unit, medium, story, revision, kind, column, at, delivery)


def _plays(session: Session, start: datetime, end: datetime) -> Iterator[Item]:
    query = (
        _carried(
            select(
                Delivery.state, Delivery.id, Channel.unit_id, Channel.medium, Delivery.story_id, *_WHAT, Play.day
            ).select_from(Play).join(Delivery, Delivery.id == Play.delivery_id),
            Delivery.live_rendition_id,
        )
        .where(Play.day >= local_day(start), Play.day < local_day(end))
        .distinct()
    )  # fmt: skip
    for state, delivery, unit, medium, story, revision, kind, column, day in session.execute(query):
        step = Step.RETRACTED if state in GONE else Step.COUNTED
        at = from_local(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001 (local noon of that day)
        yield Item(step, Proof.PLAY, unit, medium, story, revision, kind, column, at, delivery)


def _promises(session: Session, start: datetime, end: datetime) -> Iterator[Item]:
    """What will go out before ``end``; a live script that nobody has aired yet is a promise too."""
    aired = exists().where(Broadcast.delivery_id == Delivery.id, Broadcast.voided_at.is_(None))
    columns = (Delivery.id, Channel.unit_id, Channel.medium, Delivery.story_id, *_WHAT)
    waiting = _carried(select(*columns, Delivery.scheduled_at).select_from(Delivery), Delivery.rendition_id).where(
        Delivery.state.in_(PROMISED), Delivery.scheduled_at >= start, Delivery.scheduled_at < end
    )
    unaired = _carried(
        select(*columns, Delivery.live_at).select_from(Delivery), Delivery.live_rendition_id
    ).where(
        Channel.kind == "radio_script", Delivery.state == DeliveryState.LIVE,
        Delivery.live_at >= start, Delivery.live_at < end, ~aired,
    )  # fmt: skip
    for query in (waiting, unaired):
        for delivery, unit, medium, story, revision, kind, column, at in session.execute(query):
            yield Item(Step.SCHEDULED, None, unit, medium, story, revision, kind, column, at, delivery)


def _reviews(session: Session, now: datetime) -> Iterator[Item]:
    query = select(Story.unit_id, Story.id, Story.current_id, Story.kind, Story.column)
    for unit, story, revision, kind, column in session.execute(query.where(Story.state == StoryState.SUBMITTED)):
        yield Item(Step.REVIEW, None, unit, "", story, revision, kind, column, now)


def _records(session: Session, start: datetime, end: datetime) -> Iterator[Item]:
    query = select(ManualRecord.unit_id, ManualRecord.story_id, ManualRecord.day, ManualRecord.quota_id).where(
        ManualRecord.day >= local_day(start), ManualRecord.day < local_day(end), ManualRecord.voided_at.is_(None)
    )
    for unit, story, day, quota in session.execute(query):
        at = from_local(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001 (local noon of that day)
        yield Item(Step.COUNTED, Proof.MANUAL, unit, "", story, None, "", "", at, quota_id=quota)

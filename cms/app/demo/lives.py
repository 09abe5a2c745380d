"""What people of the demonstration do with each story, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.localtime import local_day
from cms.app.demo.content import DemoStory, Outcome, Placement
from cms.app.demo.pictures import drawn, with_picture
from cms.app.demo.timeline import Timeline
from cms.boards import service as boards
from cms.boards.service import PlayEvent
from cms.core.database import changing, db
from cms.core.permissions import Action, Actor
from cms.models.people import Person, Unit
from cms.models.stories import Story
from cms.radio.scripts import broadcast_log as radio
from cms.stories.editing import writing
from cms.stories.publishing import promising, scheduling
from cms.stories.publishing.scheduling import Wish
from cms.stories.review import review
from cms.web.actor import actor_of
from media.storage.store import Store
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery, StoredRendition

BEFORE = timedelta(hours=30)
"""A story is begun so long before it first goes out …"""
LATEST = timedelta(hours=6)
"""… but at least so long before the demonstration starts."""
AIRED_AFTER = timedelta(hours=11, minutes=30)
RETRACTED_AFTER = timedelta(hours=26)
BROKEN_BOARD, BROKEN_DAYS = "bang-tan-an", 3
"""A board that has reported nothing for some days, so that somebody has to look."""


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Who and what the stories need: the store, the public address, codes of documents, the engine's weeks."""

    store: Store
    base_url: str
    documents: Mapping[str, str]
    timeline: Timeline


def plan_story(room: Newsroom, story: DemoStory) -> None:
    """Plan a story's whole way: begun, submitted, decided, scheduled, aired, called back."""
    timeline = room.timeline
    today = local_day(timeline.end)
    begun = min(min(p.moment(today) for p in story.schedule) - BEFORE, timeline.end - LATEST)
    ids: list[int] = []
    timeline.at(begun, lambda now: ids.append(_write(room, story, now)))
    if story.unapproved is Outcome.DRAFT:
        return
    timeline.at(begun + timedelta(hours=1), lambda now: _submit(story, ids[0], now))
    if story.unapproved is Outcome.SUBMITTED:
        return
    timeline.at(begun + timedelta(hours=3), lambda now: _decide(story, ids[0], now))
    if story.unapproved is Outcome.RETURNED:
        return
    timeline.at(begun + timedelta(hours=4), lambda now: _schedule(room, story, ids[0], now))
    for placement in story.schedule:
        moment = placement.moment(today)
        timeline.at(moment, _let_it_go_out)
        if placement.broadcast:
            timeline.at(moment + AIRED_AFTER, lambda now, p=placement: _air(story, p, ids[0], now))  # type: ignore[misc]
        if placement.outcome is Outcome.RETRACTED:
            timeline.at(moment + RETRACTED_AFTER, lambda now, p=placement: _retract(story, p, ids[0], now))  # type: ignore[misc]


def plan_plays(timeline: Timeline, weeks: int = 7) -> None:
    """Let every board report each evening what it showed, except the one that is broken."""
    evening = timeline.end.replace(hour=13, minute=0, second=0, microsecond=0)
    for back in range(weeks * 7):
        timeline.at(evening - timedelta(days=back), lambda now, back=back: _report_plays(now, back))  # type: ignore[misc]


def _actor(session: Session, action: Action, unit: Unit, other_than: int | None = None) -> Actor:
    """Somebody who may do ``action`` in ``unit``, the nearest in the unit tree first."""
    people = session.scalars(select(Person).where(Person.active).order_by(Person.id))
    actors = [actor_of(person, via="cli") for person in people if person.id != other_than]
    able = [actor for actor in actors if actor.may(action, unit.path)]
    return max(able, key=lambda actor: max(len(g.path) for g in actor.grants if unit.path.startswith(g.path)))


def _unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def _write(room: Newsroom, story: DemoStory, now: datetime) -> int:
    plain = story.content(room.documents)
    home = _unit(db.session(), story.unit)
    kept = drawn(room.store, home.short_name or home.name, story, plain)
    with changing() as session:
        unit = _unit(session, story.unit)
        actor = _actor(session, Action.WRITE, unit)
        content = with_picture(session, actor, unit, story, plain, kept, now)
        made = writing.create(session, actor, unit_id=unit.id, content=content, now=now)
        if story.unapproved:
            planned = story.schedule[0].moment(local_day(room.timeline.end))
            writing.plan_for(session, actor, made.id, local_day(planned), now)
        return made.id


def _submit(story: DemoStory, story_id: int, now: datetime) -> None:
    with changing() as session:
        review.submit(session, _actor(session, Action.WRITE, _unit(session, story.unit)), story_id, now=now)


def _decide(story: DemoStory, story_id: int, now: datetime) -> None:
    with changing() as session:
        author = session.get_one(Story, story_id).author_id
        lead = _actor(session, Action.APPROVE, _unit(session, story.unit), other_than=author)
        if story.unapproved is Outcome.RETURNED:
            review.give_back(session, lead, story_id, reason=story.schedule[0].note, now=now)
        else:
            review.approve(session, lead, story_id, revision_id=None, now=now)


def _schedule(room: Newsroom, story: DemoStory, story_id: int, now: datetime) -> None:
    today = local_day(room.timeline.end)
    session = db.session()
    for placement in story.schedule:
        channels = _channels(session, story, placement)
        lead = _actor(session, Action.SCHEDULE, session.get_one(Unit, channels[0].unit_id))
        wishes = [Wish(channel.id, at=placement.moment(today)) for channel in channels]
        promising.schedule(room.store, room.base_url, lead, story_id, wishes, now=now)


def _channels(session: Session, story: DemoStory, placement: Placement) -> list[Channel]:
    unit = _unit(session, placement.unit or story.unit)
    query = select(Channel).where(Channel.unit_id == unit.id, Channel.kind.in_(placement.channels))
    return list(session.scalars(query.order_by(Channel.id)))


def _air(story: DemoStory, placement: Placement, story_id: int, now: datetime) -> None:
    with changing() as session:
        for channel in _channels(session, story, placement):
            if channel.kind != "radio_script":
                continue
            unit = session.get_one(Unit, channel.unit_id)
            query = (
                select(Delivery.id, StoredRendition.document)
                .join(StoredRendition, StoredRendition.id == Delivery.live_rendition_id)
                .where(
                    Delivery.story_id == story_id,
                    Delivery.channel_id == channel.id,
                    Delivery.state == DeliveryState.LIVE,
                )
            )
            for delivery_id, document in session.execute(query):
                radio.log_broadcast(
                    session,
                    _actor(session, Action.LOG_BROADCAST, unit),
                    delivery_id=delivery_id,
                    event_id=str(uuid5(NAMESPACE_URL, f"{channel.slug}/{delivery_id}")),
                    started_at=now - timedelta(minutes=20),
                    duration_s=round(float(document["estimate"]["seconds"])),
                    station=channel.name,
                    now=now,
                )


def _let_it_go_out(_now: datetime) -> None:
    """Nothing to do for people: the engine works at this moment."""


def _retract(story: DemoStory, placement: Placement, story_id: int, now: datetime) -> None:
    with changing() as session:
        lead = _actor(session, Action.SCHEDULE, _unit(session, story.unit))
        scheduling.retract(session, lead, story_id, reason=placement.note, now=now)


def _report_plays(now: datetime, back: int) -> None:
    with changing() as session:
        query = (
            select(Channel, Delivery.id, StoredRendition.revision)
            .join(Delivery, Delivery.channel_id == Channel.id)
            .join(StoredRendition, StoredRendition.id == Delivery.live_rendition_id)
            .where(Channel.kind == "led_board", Delivery.state == DeliveryState.LIVE, Delivery.live_at < now)
        )
        for channel, delivery_id, revision in session.execute(query):
            if channel.slug == BROKEN_BOARD and back < BROKEN_DAYS:
                continue
            event = PlayEvent(
                event_id=f"{channel.slug}-{delivery_id}-{now:%Y%m%d}",
                item_id=delivery_id,
                revision=revision,
                started_at=now - timedelta(minutes=5),
                elapsed_ms=8_000,
            )
            boards.record(session, channel, [event], now)

"""Which deliveries a person may see, and lists of them that stay fast with hundreds of thousands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from channels.localtime import midnight
from channels.words import N_, Words
from cms.core import units
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotFound
from cms.models.people import Unit
from cms.models.stories import Story
from cms.web.input.cursor import Cursor
from scheduler import health
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery, StoredRendition

PAGE = 50


@dataclass(frozen=True, slots=True)
class ChannelPlace:
    """A channel with its unit, as lists name it."""

    id: int
    name: str
    kind: str
    slug: str
    unit_id: int
    unit: str
    path: str
    active: bool


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What to list. Days are days in Viet Nam of the promised time, included at both ends.

    ``unit_id`` means channels of the unit and of all units below it. ``open_matters`` keeps what waits for a person,
    ``overdue_at`` what should have been worked by that instant.
    """

    states: tuple[DeliveryState, ...] = ()
    channel_id: int | None = None
    kind: str = ""
    story_id: int | None = None
    unit_id: int | None = None
    since: date | None = None
    until: date | None = None
    open_matters: bool = False
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery in a list, with the title and the revision that it carries or is to carry, and the channel."""

    delivery: Delivery
    title: str
    revision: int
    story_unit: str
    place: ChannelPlace


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Rows, latest promise first, and where the next page begins."""

    rows: Sequence[DeliveryRow]
    onward: Cursor | None


def places(session: Session) -> dict[int, ChannelPlace]:
    """Return every channel by id, in the order of their units and names; one query."""
    query = select(
        Channel.id, Channel.name, Channel.kind, Channel.slug, Channel.unit_id, Unit.name, Unit.path, Channel.active
    ).join(Unit, Unit.id == Channel.unit_id)
    found = [ChannelPlace(*row) for row in session.execute(query)]
    return {place.id: place for place in sorted(found, key=lambda p: (units.trail(p.path), p.name, p.id))}


def page(
    session: Session,
    actor: Actor,
    wanted: DeliveryFilter,
    after: Cursor | None = None,
    *,
    known: Mapping[int, ChannelPlace] | None = None,
    size: int = PAGE,
) -> DeliveryPage:
    """Return one page; three queries at most, whatever there is."""
    actor.require(Action.SEE_DELIVERIES)
    known = known if known is not None else places(session)
    query = matching(actor, wanted, known)
    if after is not None:
        query = query.where(after.beyond(Delivery.scheduled_at, Delivery.id))
    newest = query.order_by(Delivery.scheduled_at.desc(), Delivery.id.desc()).limit(size + 1)
    found = with_titles(session, session.scalars(newest).all(), known)
    rows, more = found[:size], len(found) > size
    last = rows[-1].delivery if more else None
    return DeliveryPage(rows, Cursor(last.scheduled_at, last.id) if last else None)


def matching(actor: Actor, wanted: DeliveryFilter, known: Mapping[int, ChannelPlace]) -> Select[Delivery]:
    """Return the query for what is wanted and may be seen, unsorted."""
    query = select(Delivery).where(visible(actor, wanted, known))
    if wanted.states:
        query = query.where(Delivery.state.in_(wanted.states))
    if wanted.story_id is not None:
        query = query.where(Delivery.story_id == wanted.story_id)
    if wanted.since is not None:
        query = query.where(Delivery.scheduled_at >= midnight(wanted.since))
    if wanted.until is not None:
        query = query.where(Delivery.scheduled_at < midnight(wanted.until + timedelta(days=1)))
    if wanted.overdue_at is not None:
        query = query.where(health.is_overdue(wanted.overdue_at))
    return query.where(waits_for_person()) if wanted.open_matters else query


def visible(actor: Actor, wanted: DeliveryFilter, known: Mapping[int, ChannelPlace]) -> ColumnElement[bool]:
    """A condition on ``Delivery``: on a channel that is wanted, and the channel's unit or the story's is the actor's.

    ``known`` are all channels there are.
    """
    chosen = [place for place in known.values() if _is_wanted(place, wanted)]
    own = [place.id for place in chosen if actor.may(Action.SEE_DELIVERIES, place.path)]
    if len(own) == len(known):
        return true()
    other = {place.id for place in chosen} - set(own)
    ours = Delivery.channel_id.in_(own) if own else false()
    if not other:
        return ours
    paths = actor.paths(Action.SEE_DELIVERIES)
    stories = select(Story.id).join(Unit, Unit.id == Story.unit_id).where(units.within(paths))
    elsewhere = Delivery.story_id.in_(stories)
    return or_(ours, elsewhere if len(chosen) == len(known) else and_(Delivery.channel_id.in_(other), elsewhere))


def waits_for_person() -> ColumnElement[bool]:
    """A condition on ``Delivery``: a person has to decide, and nobody has scheduled the story there anew."""
    newer = aliased(Delivery)
    replaced = select(newer.id).where(
        newer.story_id == Delivery.story_id, newer.channel_id == Delivery.channel_id, newer.id > Delivery.id
    )
    return and_(health.needs_a_person(), ~replaced.exists())


def words(column: Any) -> Words | None:
    """Return a sentence that the engine stored, or None."""
    text = column.get("text") if isinstance(column, Mapping) else None
    values = column.get("values") if text else None
    return Words(str(text), dict(values) if isinstance(values, Mapping) else {}) if text else None


def with_titles(
    session: Session, deliveries: Sequence[Delivery], known: Mapping[int, ChannelPlace]
) -> list[DeliveryRow]:
    """Return rows for deliveries, in their order; one query."""
    ids = [delivery.id for delivery in deliveries]
    query = (
        select(Delivery.id, StoredRendition.title, StoredRendition.revision, Unit.name)
        .join(StoredRendition, StoredRendition.id == carried())
        .join(Story, Story.id == Delivery.story_id)
        .join(Unit, Unit.id == Story.unit_id)
        .where(Delivery.id.in_(ids))
    )
    about = {id_: (title, revision, unit) for id_, title, revision, unit in session.execute(query)} if ids else {}
    return [DeliveryRow(delivery, *about.get(delivery.id, ("", 0, "")), known[delivery.channel_id])
            for delivery in deliveries if delivery.channel_id in known]  # fmt: skip


def carried() -> ColumnElement[int]:
    """The rendition by which a delivery is known: what readers see of it now, else what it is to bring about."""
    return func.coalesce(Delivery.live_rendition_id, Delivery.rendition_id)


def find(session: Session, actor: Actor, delivery_id: int) -> tuple[Delivery, Channel, Unit, Story]:
    """Return a delivery, its channel, the channel's unit and its story.

    Raise ``NotFound`` if it may not be seen, ``NotAllowed`` if the role is what is missing: who may see none at all,
    or reads the stories of a unit concerned, is told so.
    """
    actor.require(Action.SEE_DELIVERIES)
    found = session.get(Delivery, delivery_id)
    if found is not None:
        channel = session.get_one(Channel, found.channel_id)
        unit, story = session.get_one(Unit, channel.unit_id), session.get_one(Story, found.story_id)
        home = session.get_one(Unit, story.unit_id)
        if may_see(actor, unit, home):
            return found, channel, unit, story
        for place in (unit, home):
            if actor.may(Action.READ, place.path):
                actor.require(Action.SEE_DELIVERIES, place.path)
    raise NotFound(N_("Không có lượt phát hành này, hoặc bạn chưa được cấp quyền xem."))


def may_see(actor: Actor, channel_unit: Unit, story_unit: Unit) -> bool:
    """Whether the actor sees deliveries of the channel's unit or of the story's."""
    return any(actor.may(Action.SEE_DELIVERIES, unit.path) for unit in (channel_unit, story_unit))


def _is_wanted(place: ChannelPlace, wanted: DeliveryFilter) -> bool:
    return (
        (wanted.channel_id is None or place.id == wanted.channel_id)
        and (not wanted.kind or place.kind == wanted.kind)
        and (wanted.unit_id is None or f"/{wanted.unit_id}/" in place.path)
    )

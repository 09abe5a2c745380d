"""Lists of stories: searched, filtered and stepped through in four queries whatever the number of stories.

A page starts after a cursor, the last row's ``(updated_at, id)``, and so costs the same at the thousandth page as at
the first. The page of the newsroom and the API use the same function.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, false, not_, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from channels.contract import StoryKind
from channels.words import N_
from cms.core import units
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid
from cms.models.people import Person, Unit
from cms.models.stories import Revision, SharedStory, Story
from cms.models.story_states import OUT, WAITING, Stage, StoryState, stage
from cms.stories.queries import search
from cms.web.input.cursor import Cursor
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery, StoredRendition

LIMIT, MOST = 50, 200
"""Rows of a page by default, and at most."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty filter lets everything through. ``unit_id`` takes in the units below."""

    query: str = ""
    stage: Stage | None = None
    unit_id: int | None = None
    column: str = ""
    kind: StoryKind | None = None
    author_id: int | None = None


@dataclass(frozen=True, slots=True)
class OnChannel:
    """A delivery of a story. ``channels`` of a listed story are the newest on each channel."""

    delivery_id: int
    channel_id: int
    name: str
    kind: str
    state: DeliveryState
    scheduled_at: datetime
    revision: int
    """What the channel carries, or where nothing is live what it is to carry."""
    coming: int | None
    """The revision that is to take its place, if another."""
    observed: str = ""
    """What the provider was seen to show in place of what was sent: ``gone``, ``hidden`` or ``changed``."""
    broken_since: datetime | None = None
    """Since when it is left out of its channel."""
    unit: str = ""
    path: str = ""
    """Name and path of the channel's unit."""


@dataclass(frozen=True, slots=True)
class ListedStory:
    """A line of the list. ``column`` is a code of the vocabulary."""

    id: int
    kind: StoryKind
    title: str
    state: StoryState
    stage: Stage
    unit_id: int
    unit: str
    author_id: int
    author: str
    column: str
    planned_for: date | None
    version: int
    created_at: datetime
    updated_at: datetime
    channels: tuple[OnChannel, ...]


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Lines, newest change first, and the cursor of the next page if there is one."""

    rows: Sequence[ListedStory]
    next: str | None


def page(
    session: Session, actor: Actor, filters: Filters, *, after: str | None = None, limit: int = LIMIT
) -> StoryPage:
    """Return stories that ``actor`` may read; raise ``Invalid`` for a cursor that this function did not give.

    Those of one's own units as they are now, and those of all others as they were approved: two lists in one order.
    """
    limit, cursor = max(1, min(limit, MOST)), _cursor(after) if after else None
    found: list[Row[*tuple[Any, ...]]] = []
    if paths := actor.paths(Action.READ):
        beyond = session.scalar(select(Unit.id).where(~units.within(paths)).limit(1)) is not None
        own = _own().where(_in_units(paths)) if beyond else _own()
        found += _part(session, own.where(*_narrowed(session, filters)), Story.updated_at, cursor, limit)
        if beyond:
            others = _shared().where(not_(_in_units(paths)), *_narrowed_shared(session, filters))
            found += _part(session, others, SharedStory.at, cursor, limit)
    found.sort(key=lambda row: (row.updated_at, row.id), reverse=True)
    shown = found[:limit]
    placed = deliveries_of(session, [row.id for row in shown])
    rows = [_listed(row, placed[row.id]) for row in shown]
    more = len(found) > limit
    return StoryPage(rows, str(Cursor(rows[-1].updated_at, rows[-1].id)) if more else None)


def _part(
    session: Session,
    query: Select[*tuple[Any, ...]],
    at: InstrumentedAttribute[datetime],
    cursor: Cursor | None,
    limit: int,
) -> Sequence[Row[*tuple[Any, ...]]]:
    if cursor is not None:
        query = query.where(cursor.beyond(at, Story.id))
    return session.execute(query.order_by(at.desc(), Story.id.desc()).limit(limit + 1)).all()


def waiting_for(session: Session, actor: Actor, *, limit: int = LIMIT) -> list[ListedStory]:
    """Return the stories whose approval ``actor`` may decide, oldest first."""
    query = _own().where(Story.state == StoryState.SUBMITTED, _in_units(actor.paths(Action.APPROVE)))
    rows = session.execute(query.order_by(Story.updated_at, Story.id).limit(limit)).all()
    return [_listed(row, []) for row in rows]


def deliveries_of(session: Session, story_ids: Sequence[int]) -> dict[int, list[OnChannel]]:
    """Return all deliveries of each story, by story, oldest first; one query."""
    by_story: dict[int, list[OnChannel]] = {story_id: [] for story_id in story_ids}
    wanted, live = aliased(StoredRendition), aliased(StoredRendition)
    query = (
        select(
            Delivery.story_id, Delivery.id, Delivery.state, Delivery.scheduled_at, Delivery.channel_id,
            Delivery.observed, Delivery.broken_since,
            Channel.name, Channel.kind, wanted.revision.label("wanted"), live.revision.label("live"),
            Unit.name.label("unit"), Unit.path,
        )
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Unit, Unit.id == Channel.unit_id)
        .join(wanted, wanted.id == Delivery.rendition_id)
        .join(live, live.id == Delivery.live_rendition_id, isouter=True)
        .where(Delivery.story_id.in_(story_ids))
        .order_by(Delivery.id)
    )  # fmt: skip
    for row in session.execute(query) if story_ids else ():
        by_story[row.story_id].append(
            OnChannel(
                row.id,
                row.channel_id,
                row.name,
                row.kind,
                DeliveryState(row.state),
                row.scheduled_at,
                revision=row.live or row.wanted,
                coming=row.wanted if row.live not in (None, row.wanted) else None,
                observed=row.observed,
                broken_since=row.broken_since,
                unit=row.unit,
                path=row.path,
            )
        )
    return by_story


def newest(deliveries: Iterable[OnChannel]) -> tuple[OnChannel, ...]:
    """The newest delivery on each channel, in the order of channel names."""
    by_channel = {delivery.channel_id: delivery for delivery in deliveries}
    return tuple(sorted(by_channel.values(), key=lambda delivery: delivery.name))


def _own() -> Select[*tuple[Any, ...]]:
    """Stories as they are now."""
    return _people(
        select(
            Story.id, Story.kind, Story.title, Story.state, Story.unit_id, Story.author_id, Story.column,
            Story.planned_for, Story.version, Story.created_at, Story.updated_at, *_NAMES,
        )
    )  # fmt: skip


def _shared() -> Select[*tuple[Any, ...]]:
    """The same columns of stories as everyone sees them."""
    version = Revision.number * 2 + case((SharedStory.state == StoryState.RETRACTED, 1), else_=0)
    return _people(
        select(
            Story.id, SharedStory.kind, SharedStory.title, SharedStory.state, Story.unit_id, Story.author_id,
            SharedStory.column, null().label("planned_for"), version.label("version"), Story.created_at,
            SharedStory.at.label("updated_at"), *_NAMES,
        )
        .join(SharedStory, SharedStory.story_id == Story.id)
        .join(Revision, Revision.id == SharedStory.revision_id)
    )  # fmt: skip


_NAMES = (Unit.name.label("unit"), Person.name.label("author"))


def _people(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.join(Unit, Unit.id == Story.unit_id).join(Person, Person.id == Story.author_id)


def _narrowed(session: Session, filters: Filters) -> Iterable[ColumnElement[bool]]:
    yield from _matching(session, filters.query, search.NEWEST)
    yield from _placed(filters)
    if filters.stage is not None:
        yield in_stage(filters.stage)
    if filters.column:
        yield Story.column == filters.column
    if filters.kind is not None:
        yield Story.kind == filters.kind


def _narrowed_shared(session: Session, filters: Filters) -> Iterable[ColumnElement[bool]]:
    yield from _matching(session, filters.query, search.SHARED)
    yield from _placed(filters)
    if filters.stage is not None:
        yield in_stage(filters.stage, SharedStory.state)
    if filters.column:
        yield SharedStory.column == filters.column
    if filters.kind is not None:
        yield SharedStory.kind == filters.kind


def _matching(session: Session, query: str, table: str) -> Iterable[ColumnElement[bool]]:
    if query.strip():
        found = search.matching(session, query, table)
        yield found if found is not None else false()


def _placed(filters: Filters) -> Iterable[ColumnElement[bool]]:
    """Of whom the stories are."""
    if filters.unit_id is not None:
        above = select(Unit.path).where(Unit.id == filters.unit_id).scalar_subquery()
        yield Story.unit_id.in_(select(Unit.id).where(Unit.path.startswith(above)))
    if filters.author_id is not None:
        yield Story.author_id == filters.author_id


def in_stage(wanted: Stage, state: InstrumentedAttribute[str] = Story.state) -> ColumnElement[bool]:
    """A condition on ``Story``: ``states.stage`` in SQL. ``state`` is the editorial one, or that which all see."""
    if wanted in _EDITORIAL:
        return state == StoryState(wanted)
    out, waiting, ended = (_has(states) for states in (OUT, WAITING, {DeliveryState.EXPIRED}))
    approved = state == StoryState.APPROVED
    match wanted:
        case Stage.LIVE:
            return and_(approved, out)
        case Stage.SCHEDULED:
            return and_(approved, not_(out), waiting)
        case Stage.EXPIRED:
            return and_(approved, not_(out), not_(waiting), ended)
        case _:
            return and_(approved, not_(_has(OUT | WAITING | {DeliveryState.EXPIRED})))


_EDITORIAL = {Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED, Stage.RETRACTED}


def _has(states: Iterable[DeliveryState]) -> ColumnElement[bool]:
    return exists().where(Delivery.story_id == Story.id, Delivery.state.in_(sorted(states)))


def _in_units(paths: Iterable[str]) -> ColumnElement[bool]:
    within = [Unit.path.startswith(path, autoescape=True) for path in paths]
    return Story.unit_id.in_(select(Unit.id).where(or_(false(), *within)).correlate(None))


def _listed(row: Row[*tuple[Any, ...]], deliveries: Sequence[OnChannel]) -> ListedStory:
    return ListedStory(
        id=row.id,
        kind=StoryKind(row.kind),
        title=row.title,
        state=StoryState(row.state),
        stage=stage(row.state, (delivery.state for delivery in deliveries)),
        unit_id=row.unit_id,
        unit=row.unit,
        author_id=row.author_id,
        author=row.author,
        column=row.column,
        planned_for=row.planned_for,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        channels=newest(deliveries),
    )


def _cursor(after: str) -> Cursor:
    cursor = Cursor.read(after)
    if cursor is None:
        raise Invalid(N_("Địa chỉ trang sau không đúng; hãy mở lại danh sách từ đầu."), field="after")
    return cursor

"""Scripts that a person may read, urgent ones first, with who took them and what was aired."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.people import units
from cms.people.permissions import Action, Actor
from cms.people.tables import Person, Unit
from cms.radio.tables import Broadcast, Download
from cms.refusal import NotFound
from cms.stories.tables import Story
from cms.web.cursor import Cursor
from scheduler.states import DeliveryState
from scheduler.tables import Channel, Delivery, StoredRendition

KIND = "radio_script"
PAGE = 30
MOST_URGENT = 50
URGENCY = {"khan_cap": 2, "uu_tien": 1, "thong_thuong": 0}
"""Classes of a message in the source-information system (Thông tư 39/2020/TT-BTTTT)."""
OUT = (DeliveryState.LIVE, DeliveryState.WITHDRAWING)


class Shelf(StrEnum):
    """Which scripts are listed: those to be read, those that were, those called back, all."""

    NEW = "new"
    AIRED = "aired"
    WITHDRAWN = "withdrawn"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Script:
    """A script that stations were given. Times are UTC; ``seconds`` is the estimated length.

    ``document`` is the frozen rendition's; ``withdrawn`` means that nobody may read it on air any more.
    """

    delivery_id: int
    story_id: int
    channel_id: int
    channel: str
    unit_id: int
    unit: str
    unit_path: str
    state: DeliveryState
    withdrawn: bool
    reason: str
    live_at: datetime
    until: datetime | None
    corrected_at: datetime | None
    withdrawn_at: datetime | None
    revision: int
    title: str
    rendition_id: int
    document: Mapping[str, Any]

    @property
    def urgency(self) -> int:
        """2 at once, 1 before others, 0 by schedule."""
        return URGENCY.get(str(self.document.get("priority", "")), 0)

    @property
    def seconds(self) -> float:
        """Estimated length in seconds; 0 if the document has none."""
        return float((self.document.get("estimate") or {}).get("seconds") or 0)


@dataclass(frozen=True, slots=True)
class Airing:
    """A logged broadcast with the names of its unit and of who logged it."""

    entry: Broadcast
    unit: str
    logged_by: str


@dataclass(frozen=True, slots=True)
class Line:
    """A script in the list: how often it was aired, and whether this person has taken it."""

    script: Script
    airings: Sequence[Airing]
    taken: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, and where the next page begins."""

    lines: Sequence[Line]
    onward: Cursor | None


def page(
    session: Session,
    actor: Actor,
    shelf: Shelf = Shelf.NEW,
    after: Cursor | None = None,
    *,
    since: datetime | None = None,
    size: int = PAGE,
) -> Page:
    """Return a page of scripts, the newest first; five queries at most.

    Of the new ones, all urgent ones stand before the first page. ``since`` keeps what became live, was corrected or
    called back at or after that instant (for machines that poll).
    """
    actor.require(Action.READ_SCRIPTS)
    query = _scripts(_channels(session, actor)).where(_on(shelf))
    if since is not None:
        changed = (Delivery.live_at >= since) | (Delivery.corrected_at >= since) | (Delivery.withdrawn_at >= since)
        query = query.where(changed)
    every = query
    if shelf is Shelf.NEW:
        query = query.where(~_urgent())
    if after is not None:
        query = query.where(after.beyond(Delivery.live_at, Delivery.id))
    rows = session.execute(query.order_by(Delivery.live_at.desc(), Delivery.id.desc()).limit(size + 1)).all()
    found = [_script(row) for row in rows[:size]]
    onward = Cursor(found[-1].live_at, found[-1].delivery_id) if len(rows) > size else None
    if shelf is Shelf.NEW and after is None:
        first = session.execute(every.where(_urgent()).order_by(Delivery.live_at.desc()).limit(MOST_URGENT)).all()
        found = sorted((_script(row) for row in first), key=lambda one: -one.urgency) + found
    aired, taken = airings(session, [one.delivery_id for one in found]), _taken(session, actor, found)
    return Page([Line(one, aired[one.delivery_id], one.delivery_id in taken) for one in found], onward)


def script(session: Session, actor: Actor, delivery_id: int) -> Script:
    """Return one script, called back or not; raise ``NotFound`` if it is not there for ``actor``."""
    row = session.execute(_scripts(_channels(session, actor)).where(Delivery.id == delivery_id)).one_or_none()
    if row is None:
        raise NotFound(N_("Không có kịch bản này, hoặc bạn chưa được cấp quyền xem."))
    return _script(row)


def airings(session: Session, delivery_ids: Sequence[int]) -> dict[int, list[Airing]]:
    """Return what was logged of each script, void entries too, newest first; one query."""
    found: dict[int, list[Airing]] = defaultdict(list)
    if delivery_ids:
        query = _airings().where(Broadcast.delivery_id.in_(delivery_ids)).order_by(Broadcast.started_at.desc())
        for entry, unit, person in session.execute(query):
            found[entry.delivery_id].append(Airing(entry, unit, person))
    return found


def may_read(actor: Actor, unit_path: str) -> bool:
    """Whether scripts of a unit's channel are for ``actor``: of the own units, and of units above one's own.

    A commune's station reads what its district hands out.
    """
    paths = actor.paths(Action.READ_SCRIPTS)
    return any(unit_path.startswith(path) or path.startswith(unit_path) for path in paths)


def log(
    session: Session, actor: Actor, after: Cursor | None = None, size: int = PAGE
) -> tuple[list[tuple[Airing, str]], Cursor | None]:
    """Return logged broadcasts of the actor's units with the stories' titles, newest first, and the next page."""
    actor.require(Action.READ_SCRIPTS)
    paths = actor.paths(Action.READ_SCRIPTS)
    query = (
        _airings()
        .add_columns(Story.title)
        .join(Delivery, Delivery.id == Broadcast.delivery_id)
        .join(Story, Story.id == Delivery.story_id)
        .where(units.within(paths))
    )
    if after is not None:
        query = query.where(after.beyond(Broadcast.started_at, Broadcast.id))
    rows = session.execute(query.order_by(Broadcast.started_at.desc(), Broadcast.id.desc()).limit(size + 1)).all()
    shown = [(Airing(entry, unit, person), title) for entry, unit, person, title in rows[:size]]
    last = shown[-1][0].entry if len(rows) > size else None
    return shown, Cursor(last.started_at, last.id) if last else None


def takers(session: Session, delivery_id: int) -> list[tuple[str, str, datetime]]:
    """Return who took a script: name, format and first time, oldest first."""
    query = (
        select(Person.name, Download.format, Download.at)
        .join(Person, Person.id == Download.person_id)
        .where(Download.delivery_id == delivery_id)
        .order_by(Download.at, Download.id)
    )
    return list(session.execute(query))


def _channels(session: Session, actor: Actor) -> list[int]:
    query = select(Channel.id, Unit.path).join(Unit, Unit.id == Channel.unit_id).where(Channel.kind == KIND)
    return [id_ for id_, path in session.execute(query) if may_read(actor, path)]


def _scripts(channels: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Scripts that were live at some time, each with the rendition that stations were given last."""
    return (
        select(Delivery, StoredRendition, Channel.name, Unit)
        .join(StoredRendition, StoredRendition.id == Delivery.live_rendition_id)
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Unit, Unit.id == Channel.unit_id)
        .where(Delivery.channel_id.in_(channels), Delivery.live_at.is_not(None))
    )


def _on(shelf: Shelf) -> ColumnElement[bool]:
    aired = select(Broadcast.id).where(Broadcast.delivery_id == Delivery.id, Broadcast.voided_at.is_(None)).exists()
    gone = Delivery.state.in_((DeliveryState.WITHDRAWN, DeliveryState.WITHDRAWING))
    return {
        Shelf.NEW: and_(Delivery.state == DeliveryState.LIVE, ~aired),
        Shelf.AIRED: and_(Delivery.state.in_((DeliveryState.LIVE, DeliveryState.EXPIRED)), aired),
        Shelf.WITHDRAWN: gone,
        Shelf.ALL: Delivery.live_at.is_not(None),
    }[shelf]


def _urgent() -> ColumnElement[bool]:
    priority = func.coalesce(StoredRendition.document["priority"].as_string(), "")
    return priority.in_([name for name, rank in URGENCY.items() if rank])


def _script(row: Any) -> Script:
    delivery, rendition, channel, unit = row
    return Script(
        delivery_id=delivery.id,
        story_id=delivery.story_id,
        channel_id=delivery.channel_id,
        channel=channel,
        unit_id=unit.id,
        unit=unit.name,
        unit_path=unit.path,
        state=DeliveryState(delivery.state),
        withdrawn=delivery.state in (DeliveryState.WITHDRAWN, DeliveryState.WITHDRAWING),
        reason=delivery.reason,
        live_at=delivery.live_at,
        until=delivery.until,
        corrected_at=delivery.corrected_at,
        withdrawn_at=delivery.withdrawn_at,
        revision=rendition.revision,
        title=rendition.title,
        rendition_id=rendition.id,
        document=rendition.document,
    )


def _airings() -> Select[Broadcast, str, str]:
    return (
        select(Broadcast, Unit.name, Person.name)
        .join(Unit, Unit.id == Broadcast.unit_id)
        .join(Person, Person.id == Broadcast.logged_by)
    )


def _taken(session: Session, actor: Actor, found: Sequence[Script]) -> set[int]:
    if actor.person_id is None or not found:
        return set()
    ids = [one.delivery_id for one in found]
    query = select(Download.delivery_id).where(Download.person_id == actor.person_id, Download.delivery_id.in_(ids))
    return set(session.scalars(query))

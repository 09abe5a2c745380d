"""Scripts that a person may read, the urgent ones on top, with who took them and what was aired."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from channels.radio_script import script as frozen
from channels.words import N_
from cms.core import units
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, NotFound
from cms.models.people import Person, Unit
from cms.models.radio import Broadcast, Confirmation, Download, ScriptClass
from cms.models.stories import Review
from cms.radio.scripts.logbook import PAGE, Airing, airings
from cms.web.input.cursor import Cursor
from media.underlock import slow
from scheduler.decisions.states import DeliveryState
from scheduler.storage.base import Damaged
from scheduler.storage.dialect import text_in
from scheduler.storage.tables import Channel, Delivery, StoredRendition

KIND = "radio_script"
MOST_URGENT = 50
URGENCY = {"khan_cap": 2, "uu_tien": 1, "thong_thuong": 0}
"""Classes of a message in the source-information system (Thông tư 39/2020/TT-BTTTT)."""
_CLASS = func.coalesce(ScriptClass.priority, text_in(StoredRendition.document, "priority"), "")
DAMAGED = N_("Dữ liệu của kịch bản này bị hỏng nên không đọc được; hãy báo người vận hành, hoặc phát hành lại tin.")
_Station = aliased(Unit)
"""A unit that aired or confirmed something, beside the channel's own."""


class ScriptFilter(StrEnum):
    """Which scripts are listed: those to be read, those that were, those called back, all."""

    NEW = "new"
    AIRED = "aired"
    WITHDRAWN = "withdrawn"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Script:
    """A script that stations were given. Times are UTC; ``seconds`` is the estimated length.

    ``document`` is the frozen rendition's; ``withdrawn`` means that nobody may read it on air any more. ``classed_at``
    is when a person last gave it another class than its channel's.
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
    revision_id: int
    document: Mapping[str, Any]
    classed_at: datetime | None = None

    @property
    def priority(self) -> str:
        """The class: thong_thuong, uu_tien or khan_cap."""
        return str(self.document.get("priority", ""))

    @property
    def urgency(self) -> int:
        """2 at once, 1 before others, 0 by schedule."""
        return URGENCY.get(self.priority, 0)

    @property
    def seconds(self) -> float:
        """Estimated length in seconds; 0 if the document has none."""
        estimate = self.document.get("estimate")
        seconds = estimate.get("seconds") if isinstance(estimate, Mapping) else 0
        return float(seconds) if isinstance(seconds, int | float) else 0.0

    @property
    @slow
    def damaged(self) -> bool:
        """Whether what is stored of it can no longer be read, so that nobody may read it on air."""
        try:
            frozen.Script.model_validate(self.document)
        except ValidationError:
            return True
        return False

    @property
    @slow
    def whole(self) -> frozen.Script:
        """The script itself; raise ``Conflict`` if what is stored of it can no longer be read."""
        try:
            return frozen.Script.model_validate(self.document)
        except ValidationError:
            raise Conflict(DAMAGED) from None


@dataclass(frozen=True, slots=True)
class ScriptSummary:
    """A script in the list: how often it was aired, whether this person has taken it, and whether an urgent one was
    confirmed by the own station.
    """

    script: Script
    airings: Sequence[Airing]
    taken: bool
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ScriptPage:
    """Lines, and where the next page begins."""

    lines: Sequence[ScriptSummary]
    onward: Cursor | None


def page(
    session: Session,
    actor: Actor,
    shelf: ScriptFilter = ScriptFilter.NEW,
    after: Cursor | None = None,
    *,
    since: datetime | None = None,
    size: int = PAGE,
) -> ScriptPage:
    """Return a page of scripts, the newest first; eight queries at most.

    Of the new ones, those of a higher class stand before the first page: an urgent one until it was confirmed. New is
    what none of the actor's own stations has aired. ``since`` keeps what became live, was corrected or called back or
    given another class at or after that instant (for machines that poll).
    """
    actor.require(Action.READ_SCRIPTS)
    own = _stations(actor)
    query = _scripts(_channels(session, actor)).where(_on(shelf, own))
    if since is not None:
        changed = (Delivery.live_at >= since) | (Delivery.corrected_at >= since) | (Delivery.withdrawn_at >= since)
        changed |= ScriptClass.set_at >= since
        query = query.where(changed)
    every = query
    if shelf is ScriptFilter.NEW:
        query = query.where(~_on_top(own))
    if after is not None:
        query = query.where(after.beyond(Delivery.live_at, Delivery.id))
    found = _newest(session, query, size + 1)
    onward = Cursor(found[size - 1].live_at, found[size - 1].delivery_id) if len(found) > size else None
    del found[size:]
    if shelf is ScriptFilter.NEW and after is None:
        first = _newest(session, every.where(_on_top(own)), MOST_URGENT)
        found = sorted(first, key=lambda one: -one.urgency) + found
    aired, taken = airings(session, [one.delivery_id for one in found]), _taken(session, actor, found)
    sure = _confirmed(session, own, found)
    lines = [
        ScriptSummary(one, aired[one.delivery_id], one.delivery_id in taken, one.delivery_id in sure) for one in found
    ]
    return ScriptPage(lines, onward)


def script(session: Session, actor: Actor, delivery_id: int) -> Script:
    """Return one script, called back or not; raise ``NotFound`` if it is not there for ``actor``."""
    row = session.execute(_scripts(_channels(session, actor)).where(Delivery.id == delivery_id)).one_or_none()
    if row is None:
        raise NotFound(N_("Không có kịch bản này, hoặc bạn chưa được cấp quyền xem."))
    return _script(row)


def by_ids(session: Session, delivery_ids: Sequence[int]) -> dict[int, Script]:
    """Return scripts by their deliveries, whoever asks: what stands in a bulletin is read with it."""
    rows = session.execute(_every().where(Delivery.id.in_(delivery_ids))) if delivery_ids else ()
    return {row[0].id: _script(row) for row in rows}


def live_for(session: Session, unit: Unit, size: int) -> list[Script]:
    """Return the newest live scripts of the channels that a unit's station reads from: its own and those above it."""
    found = _scripts(sources(session, unit.path)).where(Delivery.state == DeliveryState.LIVE)
    return _newest(session, found, size)


def told_to(session: Session, unit: Unit, size: int) -> list[Script]:
    """Return scripts of the same channels, called back ones too, that became live last or were changed since.

    A change is a correction, another class, the end of its time, or being called back.
    """
    found = _scripts(sources(session, unit.path))
    given = func.coalesce(Delivery.corrected_at, Delivery.live_at)
    lately = case(
        (Delivery.withdrawn_at.is_not(None), Delivery.withdrawn_at),
        (Delivery.state == DeliveryState.EXPIRED, func.coalesce(Delivery.until, given)),
        (ScriptClass.set_at > given, ScriptClass.set_at),
        else_=given,
    )
    return [_script(row) for row in session.execute(found.order_by(lately.desc(), Delivery.id.desc()).limit(size))]


def sources(session: Session, unit_path: str) -> list[int]:
    """Return the radio channels that a unit's station reads from: its own and those of units above it."""
    query = select(Channel.id, Unit.path).join(Unit, Unit.id == Channel.unit_id).where(Channel.kind == KIND)
    return [id_ for id_, path in session.execute(query) if unit_path.startswith(path)]


def served(session: Session, paths: Collection[str]) -> list[Unit]:
    """Return the units within ``paths`` that read from a radio channel, in the order of the tree."""
    query = select(Unit.path).join(Channel, Channel.unit_id == Unit.id).where(Channel.kind == KIND)
    above = set(session.scalars(query))
    found = session.scalars(select(Unit).where(units.within(paths)))
    return sorted(
        (unit for unit in found if any(unit.path.startswith(path) for path in above)),
        key=lambda unit: units.trail(unit.path),
    )


def approval(session: Session, found: Script) -> tuple[str, datetime] | None:
    """Return who approved the revision that a script was made from, and when; None if nobody did."""
    query = select(Person.name, Review.at).join(Person, Person.id == Review.person_id)
    query = query.where(Review.revision_id == found.revision_id, Review.decision == "approved")
    row = session.execute(query.order_by(Review.at.desc(), Review.id.desc()).limit(1)).one_or_none()
    return (row[0], row[1]) if row else None


def may_read(actor: Actor, unit_path: str) -> bool:
    """Whether scripts of a unit's channel are for ``actor``: of the own units, and of units above one's own.

    A commune's station reads what its district hands out.
    """
    paths = actor.paths(Action.READ_SCRIPTS)
    return any(unit_path.startswith(path) or path.startswith(unit_path) for path in paths)


def _channels(session: Session, actor: Actor) -> list[int]:
    query = select(Channel.id, Unit.path).join(Unit, Unit.id == Channel.unit_id).where(Channel.kind == KIND)
    return [id_ for id_, path in session.execute(query) if may_read(actor, path)]


def _scripts(channels: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return _every().where(Delivery.channel_id.in_(channels))


def _newest(session: Session, query: Select[*tuple[Any, ...]], size: int) -> list[Script]:
    """Return the newest scripts of a query: numbers first, because whole scripts are wide and slow to sort."""
    numbers = query.with_only_columns(Delivery.id).order_by(Delivery.live_at.desc(), Delivery.id.desc()).limit(size)
    ids = list(session.scalars(numbers))
    known = by_ids(session, ids)
    return [known[delivery_id] for delivery_id in ids]


def _every() -> Select[*tuple[Any, ...]]:
    """Scripts that were live at some time, each with the rendition that stations were given last and its class."""
    return (
        select(Delivery, StoredRendition, Channel.name, Unit, ScriptClass.priority, ScriptClass.set_at)
        .join(StoredRendition, StoredRendition.id == Delivery.live_rendition_id)
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Unit, Unit.id == Channel.unit_id)
        .outerjoin(ScriptClass, ScriptClass.delivery_id == Delivery.id)
        .where(Channel.kind == KIND, Delivery.live_at.is_not(None))
    )


def _stations(actor: Actor) -> ColumnElement[bool]:
    """A condition on ``_Station``: one of the actor's own, or of those they look after."""
    paths = actor.paths(Action.LOG_BROADCAST) or actor.paths(Action.READ_SCRIPTS)
    return or_(false(), *(_Station.path.startswith(path, autoescape=True) for path in paths))


def _on(shelf: ScriptFilter, own: ColumnElement[bool]) -> ColumnElement[bool]:
    logged = Broadcast.delivery_id == Delivery.id, Broadcast.voided_at.is_(None)
    aired = select(Broadcast.id).join(_Station, _Station.id == Broadcast.unit_id).where(*logged, own).exists()
    gone = Delivery.state.in_((DeliveryState.WITHDRAWN, DeliveryState.WITHDRAWING))
    return {
        ScriptFilter.NEW: and_(Delivery.state == DeliveryState.LIVE, or_(~aired, _raised(own))),
        ScriptFilter.AIRED: and_(Delivery.state.in_((DeliveryState.LIVE, DeliveryState.EXPIRED)), aired),
        ScriptFilter.WITHDRAWN: gone,
        ScriptFilter.ALL: Delivery.live_at.is_not(None),
    }[shelf]


def _raised(own: ColumnElement[bool]) -> ColumnElement[bool]:
    """A script that became urgent after the own stations had aired it is new again, until one confirms or airs it."""
    since = select(Broadcast.id).join(_Station, _Station.id == Broadcast.unit_id)
    since = since.where(
        Broadcast.delivery_id == Delivery.id, Broadcast.voided_at.is_(None), own,
        Broadcast.started_at >= ScriptClass.set_at,
    )  # fmt: skip
    return and_(_CLASS == "khan_cap", ScriptClass.set_at.is_not(None), _unconfirmed(own), ~since.exists())


def _unconfirmed(own: ColumnElement[bool]) -> ColumnElement[bool]:
    confirmed = select(Confirmation.unit_id).join(_Station, _Station.id == Confirmation.unit_id)
    return ~confirmed.where(Confirmation.delivery_id == Delivery.id, own).exists()


def _on_top(own: ColumnElement[bool]) -> ColumnElement[bool]:
    """An urgent script stands on top until one of the own stations confirmed it, one that goes first until it is aired
    (and is then no longer among the new ones)."""
    return or_(_CLASS == "uu_tien", and_(_CLASS == "khan_cap", _unconfirmed(own)))


def _script(row: Any) -> Script:
    delivery, rendition, channel, unit, priority, classed_at = row
    document = rendition.document if isinstance(rendition.document, Mapping) else Damaged()
    document = {**document, "priority": priority} if priority else document
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
        revision_id=rendition.revision_id,
        document=document,
        classed_at=classed_at,
    )


def _taken(session: Session, actor: Actor, found: Sequence[Script]) -> set[int]:
    if actor.person_id is None or not found:
        return set()
    ids = [one.delivery_id for one in found]
    query = select(Download.delivery_id).where(Download.person_id == actor.person_id, Download.delivery_id.in_(ids))
    return set(session.scalars(query))


def _confirmed(session: Session, own: ColumnElement[bool], found: Sequence[Script]) -> set[int]:
    urgent = [one.delivery_id for one in found if one.urgency == URGENCY["khan_cap"]]
    if not urgent:
        return set()
    query = select(Confirmation.delivery_id).join(_Station, _Station.id == Confirmation.unit_id)
    return set(session.scalars(query.where(Confirmation.delivery_id.in_(urgent), own)))

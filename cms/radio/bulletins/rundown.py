"""A bulletin as it stands: its items with their times, the total against the slot, and what could be taken in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.radio_script import script as frozen
from channels.radio_script.bulletins import bulletin as composing
from channels.radio_script.bulletins.draft import Frame
from channels.words import N_
from cms.core import units
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotFound
from cms.models.people import Person, Unit
from cms.models.radio import Bulletin, BulletinAiring, BulletinItem
from cms.radio.bulletins import programmes
from cms.radio.scripts import queries
from cms.radio.scripts.logbook import PAGE, Airing, airings
from cms.radio.scripts.queries import Script
from cms.web.input.cursor import Cursor
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Delivery

MOST_CHOICES = 60
CHANGED = N_("Bản tin vừa được người khác sửa; hãy xem lại rồi làm tiếp.")


@dataclass(frozen=True, slots=True)
class RundownRow:
    """An item: its script, its length within the bulletin and when it begins, in seconds; ``at`` None if it is cut."""

    script: Script
    seconds: float
    at: float | None

    @property
    def gone(self) -> bool:
        """Whether nobody may read it any more, or nobody can."""
        return is_gone(self.script) or self.script.damaged


@dataclass(frozen=True, slots=True)
class Rundown:
    """A bulletin with all that belongs to it. ``whole`` is the composed script, ``frame`` what stands around items."""

    bulletin: Bulletin
    unit: Unit
    made_by: str
    frame: Frame
    rows: Sequence[RundownRow]
    whole: frozen.Script
    airings: Sequence[tuple[BulletinAiring, str, str]]
    """With the names of the unit and of who logged it, newest first."""

    @property
    def sums(self) -> composing.Sums:
        """The total against the slot."""
        return composing.Sums(self.whole.estimate.seconds, self.bulletin.slot_s)

    @property
    def gone(self) -> list[RundownRow]:
        """Items that were called back after they had been taken in."""
        return [row for row in self.rows if row.gone]


@dataclass(frozen=True, slots=True)
class BulletinChoice:
    """A live script that is not in the bulletin: its length there in seconds, and when it was aired."""

    script: Script
    seconds: float
    aired: Sequence[Airing]


def is_gone(script: Script) -> bool:
    """Whether a script was called back or its time is over."""
    return script.withdrawn or script.state is DeliveryState.EXPIRED


def find(session: Session, actor: Actor, bulletin_id: int) -> tuple[Bulletin, Unit]:
    """Return a bulletin of the own units or of units above; raise ``NotFound`` if it is not there for ``actor``."""
    row = session.execute(
        select(Bulletin, Unit).join(Unit, Unit.id == Bulletin.unit_id).where(Bulletin.id == bulletin_id)
    ).one_or_none()
    if row is None or not queries.may_read(actor, row[1].path):
        raise NotFound(N_("Không có bản tin này, hoặc bạn chưa được cấp quyền xem."))
    return row[0], row[1]


def read(session: Session, actor: Actor, bulletin_id: int) -> Rundown:
    """Return a bulletin with its items; raise ``NotFound``."""
    return of(session, *find(session, actor, bulletin_id))


def of(
    session: Session, bulletin: Bulletin, unit: Unit, only: Sequence[int] | None = None, *, as_read: bool = False
) -> Rundown:
    """Return a bulletin with its items, or with ``only`` some of them; five queries whatever their number.

    ``as_read`` takes items in that were called back since: they had been on air.
    """
    ids = order(session, bulletin.id) if only is None else list(only)
    found = queries.by_ids(session, ids)
    scripts = [found[delivery_id] for delivery_id in ids if delivery_id in found]
    frame = programmes.frame_of(programmes.ProgrammeFields(**bulletin.frame), unit.name)
    whole = composing.compose_bulletin(
        [_entry(one, as_read) for one in scripts],
        frame, _facts(bulletin, unit), bulletin.slot_s, headlines=bool(bulletin.frame.get("headlines")),
    )  # fmt: skip
    person = session.get(Person, bulletin.created_by)
    return Rundown(
        bulletin, unit, person.name if person else "", frame, _rows(scripts, whole, frame, as_read), whole,
        _aired(session, bulletin.id),
    )  # fmt: skip


def choices(session: Session, found: Rundown) -> list[BulletinChoice]:
    """Return live scripts that could be taken in, urgent ones and then the newest first."""
    taken = {row.script.delivery_id for row in found.rows}
    live = queries.live_for(session, found.unit, MOST_CHOICES)
    scripts = [one for one in live if one.delivery_id not in taken and not one.damaged]
    aired = airings(session, [one.delivery_id for one in scripts])
    offered = [
        BulletinChoice(
            one, length(one, found.frame.rate),
            [airing for airing in aired.get(one.delivery_id, []) if airing.entry.voided_at is None],
        )
        for one in scripts
    ]  # fmt: skip
    return sorted(offered, key=lambda choice: (-choice.script.urgency, bool(choice.aired)))


def offered(session: Session, unit: Unit, delivery_ids: Sequence[int]) -> set[int]:
    """Return which of these are live scripts of channels that a unit's station reads from."""
    found = queries.by_ids(session, delivery_ids).values()
    return {
        one.delivery_id for one in found
        if one.state is DeliveryState.LIVE and unit.path.startswith(one.unit_path)
    }  # fmt: skip


def length(script: Script, rate: float) -> float:
    """Return how long a script takes as an item, in seconds at ``rate`` syllables a second."""
    return 0.0 if script.damaged else composing.item_seconds(script.whole, rate)


def order(session: Session, bulletin_id: int) -> list[int]:
    """Return the deliveries of a bulletin in their order."""
    query = select(BulletinItem.delivery_id).where(BulletinItem.bulletin_id == bulletin_id)
    return list(session.scalars(query.order_by(BulletinItem.position, BulletinItem.delivery_id)))


def basis(session: Session, bulletin: Bulletin) -> object:
    """Return what a composed bulletin was made from, to be compared with what is there when it is used."""
    facts = Delivery.id, Delivery.live_rendition_id, Delivery.state, Delivery.withdrawn_at
    query = select(BulletinItem.position, *facts).join(Delivery, Delivery.id == BulletinItem.delivery_id)
    rows = session.execute(query.where(BulletinItem.bulletin_id == bulletin.id).order_by(*facts))
    return bulletin.version, tuple(tuple(row) for row in rows)


def page(
    session: Session, actor: Actor, after: Cursor | None = None, size: int = PAGE
) -> tuple[list[tuple[Bulletin, str, int, bool]], Cursor | None]:
    """Return bulletins of the actor's units and of units above, the latest first: unit, items, whether aired."""
    actor.require(Action.READ_SCRIPTS)
    paths = actor.paths(Action.READ_SCRIPTS)
    above = {int(step) for path in paths for step in path.split("/") if step}
    items = select(func.count()).where(BulletinItem.bulletin_id == Bulletin.id).scalar_subquery()
    logged = select(BulletinAiring.id).where(BulletinAiring.bulletin_id == Bulletin.id)
    aired = logged.where(BulletinAiring.voided_at.is_(None)).exists()
    query = select(Bulletin, Unit.name, items, aired).join(Unit, Unit.id == Bulletin.unit_id)
    query = query.where(units.within(paths) | Unit.id.in_(above))
    if after is not None:
        query = query.where(after.beyond(Bulletin.air_at, Bulletin.id))
    rows = session.execute(query.order_by(Bulletin.air_at.desc(), Bulletin.id.desc()).limit(size + 1)).all()
    shown = [(bulletin, name, int(count), bool(done)) for bulletin, name, count, done in rows[:size]]
    last = shown[-1][0] if len(rows) > size else None
    return shown, Cursor(last.air_at, last.id) if last else None


def standing_in(session: Session, actor: Actor, delivery_id: int) -> list[tuple[int, str, datetime]]:
    """Return the bulletins that a script stands in, for those who may read them: id, title, time of airing."""
    query = (
        select(Bulletin.id, Bulletin.title, Bulletin.air_at, Unit.path)
        .join(BulletinItem, BulletinItem.bulletin_id == Bulletin.id)
        .join(Unit, Unit.id == Bulletin.unit_id)
        .where(BulletinItem.delivery_id == delivery_id)
    )
    rows = session.execute(query.order_by(Bulletin.air_at.desc()))
    return [(id_, title, at) for id_, title, at, path in rows if queries.may_read(actor, path)]


def _rows(scripts: Sequence[Script], whole: frozen.Script, frame: Frame, as_read: bool) -> list[RundownRow]:
    starts = iter(composing.offsets(whole))
    return [
        RundownRow(one, length(one, frame.rate), None if _is_cut(one, as_read) else next(starts)[0]) for one in scripts
    ]


def _is_cut(script: Script, as_read: bool) -> bool:
    return script.damaged or (is_gone(script) and not as_read)


def _entry(script: Script, as_read: bool) -> composing.Entry:
    """An item as it is composed; one whose text is damaged is cut, and the others are read."""
    if not script.damaged:
        return composing.Entry(script.whole, _is_cut(script, as_read))
    blank = frozen.Script(
        programme="", station="", title=script.title, unit=script.unit, column="", byline="",
        priority=frozen.Priority.NORMAL, language="vi", story_id=script.story_id, revision=script.revision, rate=1.0,
        syllables=0, estimate=frozen.Estimate(seconds=0, low=0, high=0), slot_s=0, lines=(), doubts=(),
        long_sentences=(),
    )  # fmt: skip
    return composing.Entry(blank, withdrawn=True)


def _facts(bulletin: Bulletin, unit: Unit) -> Mapping[str, object]:
    return {
        "title": bulletin.title, "unit": unit.name, "column": "", "byline": "", "language": "vi", "story_id": 0,
        "revision": bulletin.version,
    }  # fmt: skip


def _aired(session: Session, bulletin_id: int) -> list[tuple[BulletinAiring, str, str]]:
    query = (
        select(BulletinAiring, Unit.name, Person.name)
        .join(Unit, Unit.id == BulletinAiring.unit_id)
        .join(Person, Person.id == BulletinAiring.logged_by)
        .where(BulletinAiring.bulletin_id == bulletin_id)
    )
    return [(one, unit, person) for one, unit, person in session.execute(query.order_by(BulletinAiring.id.desc()))]

"""Putting a bulletin together: begun from a programme, filled, arranged, repeated a week later."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from channels.localtime import local
from channels.radio_script.bulletins.bulletin import break_seconds
from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Actor
from cms.core.refusal import Conflict, Invalid
from cms.models.people import Unit
from cms.models.radio import Bulletin, BulletinAiring, BulletinItem
from cms.people.administration.unit_admin import tidy
from cms.radio.bulletins import arranging, programmes, rundown
from cms.radio.scripts import queries
from media.underlock import slow

MOST_ITEMS = 30
WEEK = timedelta(days=7)
FARTHEST = timedelta(days=366)


def begin(
    session: Session, actor: Actor, *, programme_id: int | None, air_at: datetime, items: Sequence[int] = (),
    now: datetime,
) -> Bulletin:  # fmt: skip
    """Begin the bulletin of a programme for ``air_at`` (UTC), or return the one that was begun already."""
    programme, unit = programmes.find(session, actor, programme_id)
    if abs(air_at - now) > FARTHEST:
        raise Invalid(N_("Giờ phát quá xa; hãy chọn ngày trong vòng một năm."), field="air_at")
    at = (Bulletin.programme_id == programme.id) & (Bulletin.air_at == air_at)
    before = session.scalar(select(Bulletin).where(at))
    if before is not None:
        return before
    made = Bulletin(
        programme_id=programme.id, unit_id=unit.id, title=f"{programme.name}, {local(air_at):%H:%M %d/%m/%Y}",
        frame=asdict(programmes.fields_of(programme)), slot_s=programme.slot_s, air_at=air_at,
        created_by=actor.person_id, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, "bulletin.begin", "bulletin", made.id, unit_id=unit.id, now=now, title=made.title)
    if items:
        _take_in(session, made, unit, [], items)
    return made


def add(
    session: Session, actor: Actor, bulletin_id: int, delivery_id: int, *, version: int | None = None, now: datetime
) -> Bulletin:
    """Take a live script in at the end."""
    bulletin, unit = _open(session, actor, bulletin_id, version)
    order = rundown.order(session, bulletin_id)
    if delivery_id not in order:
        _take_in(session, bulletin, unit, order, [delivery_id])
        _changed(session, actor, bulletin, len(order) + 1, now)
    return bulletin


def remove(
    session: Session, actor: Actor, bulletin_id: int, delivery_id: int, *, version: int | None = None, now: datetime
) -> Bulletin:
    """Take a script out; nothing happens if it is not in."""
    kept = rundown.order(session, bulletin_id)
    if delivery_id in kept:
        kept.remove(delivery_id)
        return _reorder(session, actor, bulletin_id, version, lambda _order: kept, now)
    return _open(session, actor, bulletin_id, version)[0]


def move(
    session: Session, actor: Actor, bulletin_id: int, delivery_id: int, by: int, *, version: int | None = None,
    now: datetime,
) -> Bulletin:  # fmt: skip
    """Move a script up (negative) or down."""

    def moved(order: list[int]) -> list[int] | None:
        return arranging.moved(order, delivery_id, by) if delivery_id in order else None

    return _reorder(session, actor, bulletin_id, version, moved, now)


def arrange(
    session: Session, actor: Actor, bulletin_id: int, wanted: Sequence[int], *, version: int | None = None,
    now: datetime,
) -> Bulletin:  # fmt: skip
    """Put all scripts of the bulletin into the order ``wanted``."""
    return _reorder(session, actor, bulletin_id, version, lambda order: arranging.arranged(order, wanted), now)


def compose(
    session: Session, actor: Actor, bulletin_id: int, wanted: Sequence[int], *, version: int | None = None,
    now: datetime,
) -> Bulletin:  # fmt: skip
    """Make ``wanted`` the scripts of the bulletin, in that order; those left out are taken out."""
    bulletin, unit = _open(session, actor, bulletin_id, version)
    order, before = list(dict.fromkeys(wanted)), rundown.order(session, bulletin_id)
    if order != before:
        kept = [one for one in before if one in order]
        _take_in(session, bulletin, unit, kept, [one for one in order if one not in before])
        _write(session, bulletin_id, order)
        _changed(session, actor, bulletin, len(order), now)
    return bulletin


@dataclass(frozen=True, slots=True)
class Fitting:
    """What still fits a bulletin as it was at ``version``."""

    version: int
    items: tuple[int, ...]


@slow
def fitting(session: Session, actor: Actor, bulletin_id: int) -> Fitting:
    """Find what still fits the slot, urgent ones first, then the newest that was not aired."""
    bulletin, unit = rundown.find(session, actor, bulletin_id)
    programmes.require(actor, unit.path)
    version, found = bulletin.version, rundown.of(session, bulletin, unit)
    choices = [
        arranging.Arrangement(choice.script.delivery_id, choice.seconds, choice.script.urgency, bool(choice.aired))
        for choice in rundown.choices(session, found)
    ]
    taken = arranging.filled(-found.sums.off, choices, break_seconds(found.frame), first=not found.rows)
    return Fitting(version, tuple(taken))


def fill(
    session: Session, actor: Actor, bulletin_id: int, found: Fitting, *, version: int | None = None, now: datetime
) -> tuple[Bulletin, int]:
    """Take in what ``fitting`` found, and return how many; ``Conflict`` if the bulletin was changed since."""
    bulletin, unit = _open(session, actor, bulletin_id, version)
    if bulletin.version != found.version:
        raise Conflict(rundown.CHANGED)
    if found.items:
        order = rundown.order(session, bulletin_id)
        _take_in(session, bulletin, unit, order, found.items)
        _changed(session, actor, bulletin, len(order) + len(found.items), now)
    return bulletin, len(found.items)


def retime(
    session: Session, actor: Actor, bulletin_id: int, *, title: str, air_at: datetime, slot_s: int,
    version: int | None = None, now: datetime,
) -> Bulletin:  # fmt: skip
    """Change the title, the time of airing and the slot of one bulletin."""
    bulletin, _unit = _open(session, actor, bulletin_id, version)
    if not tidy(title) or len(tidy(title)) > 200:
        raise Invalid(N_("Hãy đặt tên bản tin, tối đa 200 ký tự."), field="title")
    if not 60 <= slot_s <= programmes.LONGEST_MIN * 60:
        raise Invalid(N_("Khung phát từ 1 đến %(limit)s phút."), field="slot_minutes", limit=programmes.LONGEST_MIN)
    if abs(air_at - now) > FARTHEST:
        raise Invalid(N_("Giờ phát quá xa; hãy chọn ngày trong vòng một năm."), field="air_at")
    taken = select(Bulletin.id).where(Bulletin.programme_id == bulletin.programme_id, Bulletin.air_at == air_at)
    if session.scalar(taken.where(Bulletin.id != bulletin_id)) is not None:
        raise Conflict(N_("Chương trình đã có bản tin khác vào giờ này."), field="air_at")
    bulletin.title, bulletin.air_at, bulletin.slot_s = tidy(title), air_at, slot_s
    _changed(session, actor, bulletin, len(rundown.order(session, bulletin_id)), now)
    return bulletin


@slow
def still_live(session: Session, actor: Actor, bulletin_id: int) -> list[int]:
    """Return the scripts of a bulletin that are still live and can be read, in their order."""
    rundown.find(session, actor, bulletin_id)
    order = rundown.order(session, bulletin_id)
    found = queries.by_ids(session, order)
    return [one for one in order if one in found and not (rundown.is_gone(found[one]) or found[one].damaged)]


def repeat(session: Session, actor: Actor, bulletin_id: int, items: Sequence[int], *, now: datetime) -> Bulletin:
    """Begin the same bulletin a week later with ``items``, those ``still_live``; the one begun already if there is one.

    It takes the programme as it is today.
    """
    bulletin, unit = _open(session, actor, bulletin_id, None)
    there = rundown.offered(session, unit, items)
    live = [one for one in items if one in there]
    later = bulletin.air_at + WEEK
    return begin(session, actor, programme_id=bulletin.programme_id, air_at=later, items=live, now=now)


def discard(session: Session, actor: Actor, bulletin_id: int, *, now: datetime) -> None:
    """Throw a bulletin away that was never aired; its scripts stay where they are."""
    bulletin, unit = _open(session, actor, bulletin_id, None)
    if session.scalar(select(BulletinAiring.id).where(BulletinAiring.bulletin_id == bulletin_id).limit(1)):
        raise Conflict(N_("Bản tin đã có nhật ký phát sóng nên được giữ lại."))
    session.execute(delete(BulletinItem).where(BulletinItem.bulletin_id == bulletin_id))
    record(session, actor, "bulletin.discard", "bulletin", bulletin.id, unit_id=unit.id, now=now, title=bulletin.title)
    session.delete(bulletin)


def _open(session: Session, actor: Actor, bulletin_id: int, version: int | None) -> tuple[Bulletin, Unit]:
    bulletin, unit = rundown.find(session, actor, bulletin_id)
    programmes.require(actor, unit.path)
    session.refresh(bulletin, with_for_update=True)
    if version is not None and version != bulletin.version:
        raise Conflict(rundown.CHANGED)
    return bulletin, unit


def _reorder(
    session: Session, actor: Actor, bulletin_id: int, version: int | None,
    decide: Callable[[list[int]], list[int] | None], now: datetime,
) -> Bulletin:  # fmt: skip
    bulletin, _unit = _open(session, actor, bulletin_id, version)
    before = rundown.order(session, bulletin_id)
    after = decide(before)
    if after is None:
        raise Conflict(rundown.CHANGED)
    if after != before:
        _write(session, bulletin_id, after)
        _changed(session, actor, bulletin, len(after), now)
    return bulletin


def _take_in(session: Session, bulletin: Bulletin, unit: Unit, order: Sequence[int], more: Sequence[int]) -> None:
    offered = rundown.offered(session, unit, more)
    if any(delivery_id not in offered for delivery_id in more):
        raise Invalid(N_("Kịch bản này không còn phát hành cho đài của bạn; hãy chọn kịch bản khác."), field="items")
    if len(order) + len(more) > MOST_ITEMS:
        raise Invalid(N_("Một bản tin có tối đa %(limit)s tin."), field="items", limit=MOST_ITEMS)
    _write(session, bulletin.id, [*order, *more])


def _write(session: Session, bulletin_id: int, order: Sequence[int]) -> None:
    session.execute(delete(BulletinItem).where(BulletinItem.bulletin_id == bulletin_id))
    session.add_all(
        BulletinItem(bulletin_id=bulletin_id, delivery_id=delivery_id, position=position)
        for position, delivery_id in enumerate(order)
    )
    session.flush()


def _changed(session: Session, actor: Actor, bulletin: Bulletin, items: int, now: datetime) -> None:
    bulletin.version += 1
    bulletin.updated_at = now
    record(
        session, actor, "bulletin.change", "bulletin", bulletin.id, unit_id=bulletin.unit_id, now=now,
        title=bulletin.title, count=items,
    )  # fmt: skip

"""What was on air, and who took which script."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cms.core import units
from cms.core.permissions import Action, Actor
from cms.models.people import Person, Unit
from cms.models.radio import Broadcast, Confirmation, Download
from cms.web.input.cursor import Cursor
from scheduler.storage.tables import Delivery, StoredRendition

PAGE = 30


@dataclass(frozen=True, slots=True)
class Airing:
    """A logged broadcast with the names of its unit and of who logged it, and when its script was called back."""

    entry: Broadcast
    unit: str
    logged_by: str
    withdrawn_at: datetime | None = None

    @property
    def after_retraction(self) -> bool:
        """Whether it was aired although the script had been called back."""
        return was_called_back(self.entry, self.withdrawn_at)


def was_called_back(entry: Broadcast, withdrawn_at: datetime | None) -> bool:
    """Whether an entry that counts tells of an airing after its script was called back."""
    return withdrawn_at is not None and entry.voided_at is None and entry.started_at > withdrawn_at


def airings(session: Session, delivery_ids: Sequence[int]) -> dict[int, list[Airing]]:
    """Return what was logged of each script, void entries too, newest first; one query."""
    found: dict[int, list[Airing]] = defaultdict(list)
    if delivery_ids:
        query = _airings().where(Broadcast.delivery_id.in_(delivery_ids)).order_by(Broadcast.started_at.desc())
        for entry, unit, person, withdrawn_at in session.execute(query):
            found[entry.delivery_id].append(Airing(entry, unit, person, withdrawn_at))
    return found


def log(
    session: Session, actor: Actor, after: Cursor | None = None, size: int = PAGE
) -> tuple[list[tuple[Airing, str]], Cursor | None]:
    """Return logged broadcasts of the actor's units with the scripts' titles, newest first, and the next page."""
    actor.require(Action.READ_SCRIPTS)
    paths = actor.paths(Action.READ_SCRIPTS)
    query = (
        _airings()
        .add_columns(StoredRendition.title)
        .join(StoredRendition, StoredRendition.id == func.coalesce(Delivery.live_rendition_id, Delivery.rendition_id))
        .where(units.within(paths))
    )
    if after is not None:
        query = query.where(after.beyond(Broadcast.started_at, Broadcast.id))
    rows = session.execute(query.order_by(Broadcast.started_at.desc(), Broadcast.id.desc()).limit(size + 1)).all()
    shown = [(Airing(entry, unit, person, gone), title) for entry, unit, person, gone, title in rows[:size]]
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


def confirmations(session: Session, delivery_id: int) -> list[tuple[str, str, datetime]]:
    """Return which units said that an urgent script has reached them: unit, person and time, oldest first."""
    query = (
        select(Unit.name, Person.name, Confirmation.at)
        .select_from(Confirmation)
        .join(Unit, Unit.id == Confirmation.unit_id)
        .join(Person, Person.id == Confirmation.person_id)
        .where(Confirmation.delivery_id == delivery_id)
        .order_by(Confirmation.at, Unit.id)
    )
    return list(session.execute(query))


def _airings() -> Select[Broadcast, str, str, datetime | None]:
    return (
        select(Broadcast, Unit.name, Person.name, Delivery.withdrawn_at)
        .join(Delivery, Delivery.id == Broadcast.delivery_id)
        .join(Unit, Unit.id == Broadcast.unit_id)
        .join(Person, Person.id == Broadcast.logged_by)
    )

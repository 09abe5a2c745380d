"""Reading the audit trail: filtered, page by page, with the names of what it is about."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import Session, joinedload

from channels.localtime import midnight
from cms.audit.names import SUBJECTS
from cms.core import units
from cms.core.folding import fold
from cms.core.permissions import Action, Actor
from cms.models.audit import AuditEntry
from cms.models.people import Membership, Person, Unit
from cms.models.stories import Story
from cms.web.input.cursor import Cursor
from scheduler.storage.tables import Channel, Delivery, StoredRendition

PAGE = 50
BATCH = 1_000
MOST = 100_000
"""Entries of one export; more are asked for by narrowing the days."""

Subject = tuple[str, int]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to show. Days are days in Viet Nam, included at both ends; ``action`` is whole or a subject's name."""

    who: str = ""
    action: str = ""
    subject: str = ""
    subject_id: int | None = None
    unit_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries newest first, names of their subjects, names of their units, and where the next page begins."""

    entries: Sequence[AuditEntry]
    names: Mapping[Subject, str]
    units: Mapping[int, str]
    onward: Cursor | None


def page(session: Session, actor: Actor, wanted: AuditFilter, after: Cursor | None, size: int = PAGE) -> AuditPage:
    """Return one page. The number of queries does not depend on the entries, only on the kinds of subject (6)."""
    actor.require(Action.SEE_AUDIT)
    query = _matching(session, actor, wanted).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(size + 1)
    if after is not None:
        query = query.where(after.beyond(AuditEntry.at, AuditEntry.id))
    found = session.scalars(query.options(joinedload(AuditEntry.person))).unique().all()
    entries, more = found[:size], len(found) > size
    onward = Cursor(entries[-1].at, entries[-1].id) if more else None
    return AuditPage(entries, subject_names(session, entries), _unit_names(session, entries), onward)


def everything(session: Session, actor: Actor, wanted: AuditFilter) -> Iterator[AuditPage]:
    """Yield all that matches in batches, up to ``MOST`` entries."""
    after, count = None, 0
    while count < MOST:
        batch = page(session, actor, wanted, after, BATCH)
        yield batch
        count += len(batch.entries)
        session.expunge_all()
        if batch.onward is None:
            return
        after = batch.onward


def subject_names(session: Session, entries: Sequence[AuditEntry]) -> dict[Subject, str]:
    """Return the present names of what the entries are about; what has no name is left out."""
    ids: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject_id is not None:
            ids[entry.subject].add(entry.subject_id)
    found: dict[Subject, str] = {}
    for subject, query in _NAMES.items():
        if ids.get(subject):
            column = query.selected_columns[0]
            rows = session.execute(query.where(column.in_(ids[subject])))
            found.update({(subject, id_): name for id_, name in rows})
    return found


_NAMES: dict[str, Select[int, str]] = {
    "story": select(Story.id, Story.title),
    "delivery": select(Delivery.id, StoredRendition.title).join(
        StoredRendition, StoredRendition.id == Delivery.rendition_id
    ),
    "channel": select(Channel.id, Channel.name),
    "person": select(Person.id, Person.name),
    "unit": select(Unit.id, Unit.name),
}


def _unit_names(session: Session, entries: Sequence[AuditEntry]) -> dict[int, str]:
    ids = {entry.unit_id for entry in entries if entry.unit_id is not None}
    return dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all()) if ids else {}


def _matching(session: Session, actor: Actor, wanted: AuditFilter) -> Select[AuditEntry]:
    query = select(AuditEntry).where(_visible(session, actor))
    if wanted.who.strip():
        query = query.where(AuditEntry.person_id.in_(_people(session, wanted.who)))
    if wanted.action in SUBJECTS:
        query = query.where(AuditEntry.action.startswith(f"{wanted.action}.", autoescape=True))
    elif wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.subject:
        query = query.where(AuditEntry.subject == wanted.subject)
    if wanted.subject_id is not None:
        query = query.where(AuditEntry.subject_id == wanted.subject_id)
    if wanted.unit_id is not None:
        query = query.where(AuditEntry.unit_id.in_(_below(session, wanted.unit_id)))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= midnight(wanted.since))
    if wanted.until is not None:
        query = query.where(AuditEntry.at < midnight(wanted.until + timedelta(days=1)))
    return query


def _visible(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Entries of the admin's units; those of no unit (signing in) if they are about people of those units.

    No condition at all for whoever reaches every unit: the databases then step through the entries by their time.
    """
    paths = actor.paths(Action.SEE_AUDIT)
    if session.scalar(select(Unit.id).where(~units.within(paths)).limit(1)) is None:
        return true()
    if any(len(units.trail(path)) <= 1 for path in paths):
        return or_(AuditEntry.unit_id.is_(None), AuditEntry.unit_id.in_(_inside(paths)))
    people = select(Membership.person_id).where(Membership.unit_id.in_(_inside(paths)))
    own = AuditEntry.unit_id.is_(None) & AuditEntry.person_id.in_(people)
    return or_(AuditEntry.unit_id.in_(_inside(paths)), own)


def _inside(paths: Sequence[str]) -> Select[int]:
    return select(Unit.id).where(units.within(paths))


def _below(session: Session, unit_id: int) -> Select[int]:
    unit = session.get(Unit, unit_id)
    return _inside((unit.path,)) if unit else select(Unit.id).where(false())


def _people(session: Session, who: str) -> list[int]:
    terms = fold(who).split()
    rows = session.execute(select(Person.id, Person.name, Person.username))
    return [id_ for id_, name, username in rows if all(term in fold(f"{name} {username}") for term in terms)]

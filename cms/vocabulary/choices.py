"""The words that plans define and editors choose from: columns, topics, audiences, legal documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core import units
from cms.core.permissions import Action, Actor
from cms.models.people import Unit
from cms.models.plans import Term


@dataclass(frozen=True, slots=True)
class TermChoice:
    """A line of a list to choose from."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit to choose; ``depth`` counts from 0 at the topmost unit listed."""

    id: int
    name: str
    depth: int


def vocabulary(session: Session, *kinds: str) -> Mapping[str, Sequence[TermChoice]]:
    """Return the words of each kind in the order of their labels; one query."""
    found: dict[str, list[TermChoice]] = {kind: [] for kind in kinds}
    rows = session.execute(select(Term.kind, Term.code, Term.label).where(Term.kind.in_(kinds)).order_by(Term.label))
    for kind, code, label in rows:
        found[kind].append(TermChoice(code, label))
    return found


def labels(session: Session, *kinds: str) -> dict[tuple[str, str], str]:
    """Return every label by (kind, code); one query."""
    rows = session.execute(select(Term.kind, Term.code, Term.label).where(Term.kind.in_(kinds)))
    return {(kind, code): label for kind, code, label in rows}


def unit_choices(session: Session, actor: Actor | None = None, action: Action = Action.WRITE) -> list[UnitChoice]:
    """Return units in which ``actor`` may do ``action``, or all units, parents before children; one query."""
    query = select(Unit.id, Unit.name, Unit.path)
    if actor is not None:
        query = query.where(units.within(actor.paths(action)))
    rows = sorted(session.execute(query), key=lambda row: units.trail(row[2]))
    top = min((path.count("/") for _id, _name, path in rows), default=0)
    return [UnitChoice(id_, name, path.count("/") - top) for id_, name, path in rows]

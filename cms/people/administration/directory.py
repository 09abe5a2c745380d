"""Looking people up: who has a role in the units that an admin manages."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core import units
from cms.core.folding import fold
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotFound
from cms.models.people import ApiToken, Membership, Person, Unit
from cms.people.administration import unit_admin

PAGE = 50


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What an admin looks for: words of name or sign-in name, a unit with all below it, ended accounts or not."""

    words: str = ""
    unit_id: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A page of people in the order of Vietnamese lists (given name first). ``pages`` counts from 1."""

    people: Sequence[Person]
    total: int
    page: int
    pages: int


def search(session: Session, actor: Actor, wanted: PeopleFilter, page: int = 1) -> Found:
    """Return people with a role in the subtree of ``actor``; at most four queries."""
    held = select(Membership.person_id).join(Unit).where(units.within(_paths(session, actor, wanted.unit_id)))
    rows = session.execute(
        select(Person.id, Person.name, Person.username).where(Person.id.in_(held), Person.active == wanted.active)
    )
    terms = fold(wanted.words).split()
    matching = sorted(
        (_order(name), id_) for id_, name, username in rows if all(term in fold(f"{name} {username}") for term in terms)
    )
    pages = max(1, -(-len(matching) // PAGE))
    page = min(max(1, page), pages)
    ids = [id_ for _name, id_ in matching[(page - 1) * PAGE : page * PAGE]]
    by_id = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
    return Found([by_id[id_] for id_ in ids], len(matching), page, pages)


def seen(session: Session, actor: Actor, person_id: int) -> Person:
    """Return a person with at least one role in the subtree of ``actor``; raise ``NotAllowed`` or ``NotFound``.

    Who manages no unit at all is told so; whether somebody exists elsewhere is told to nobody.
    """
    actor.require(Action.MANAGE_PEOPLE)
    person = session.get(Person, person_id)
    if person is None or not any(actor.may(Action.MANAGE_PEOPLE, m.unit.path) for m in person.memberships):
        raise NotFound(N_("Không có người dùng này, hoặc họ không thuộc đơn vị bạn quản lý."))
    return person


def tokens_of(session: Session, person: Person) -> Sequence[ApiToken]:
    """Return the person's tokens, newest first; the tokens themselves are kept nowhere."""
    return session.scalars(select(ApiToken).where(ApiToken.person_id == person.id).order_by(ApiToken.id.desc())).all()


def _paths(session: Session, actor: Actor, unit_id: int | None) -> tuple[str, ...]:
    if unit_id is None:
        return actor.paths(Action.MANAGE_PEOPLE)
    return (unit_admin.managed(session, actor, unit_id).path,)


def _order(name: str) -> tuple[str, str]:
    words = fold(name).split()
    return (words[-1] if words else "", " ".join(words))

"""Signing in, and what people change about their own account."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Actor
from cms.core.refusal import Conflict, Invalid
from cms.models.people import Password, Person
from cms.people.accounts import passwords, tokens
from media.characters import clean


def verify(session: Session, username: str, password: str) -> Person | None:
    """Return the active person with this name and password; None otherwise, after the same time."""
    wanted = clean(username).strip().casefold()[:80]
    person = session.scalar(select(Person).where(Person.username == wanted))
    if person is None or not person.active:
        passwords.matches_nobody(password)
        return None
    return person if passwords.matches(person.password_hash, password) else None


def renewed(person: Person, password: str) -> str:
    """Return the hash to keep: one with outdated parameters is made anew while the password is at hand."""
    return passwords.hash_of(password) if passwords.outdated(person.password_hash) else person.password_hash


def welcome(session: Session, person_id: int, *, seen: str, kept: str, origin: str, now: datetime) -> Person | None:
    """Note a successful sign-in and keep ``kept`` as the hash; None if the account ended, or its hash is no longer
    the one that was ``seen`` when the password was checked."""
    person = session.get_one(Person, person_id)
    if not person.active or person.password_hash != seen:
        return None
    person.last_seen_at, person.password_hash = now, kept
    actor = Actor(person.id, person.name, (), via="web", origin=origin)
    record(session, actor, "person.sign_in", "person", person.id, now=now)
    return person


def turn_away(session: Session, *, origin: str, now: datetime) -> None:
    """Note a failed sign-in. What was typed is not kept: people type passwords into the wrong field."""
    actor = Actor(None, "", (), via="web", origin=origin)
    record(session, actor, "person.sign_in_refused", "person", None, now=now)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one's own password that was found good: the hash ``seen`` then, and the one to keep."""

    seen: str = field(repr=False)
    kept: str = field(repr=False)


def check_change(session: Session, actor: Actor, *, old: str, new: str, again: str) -> Change:
    """Judge a change of a person's own password, which takes long; raise ``Invalid`` naming the field in the way."""
    person = session.get_one(Person, actor.person_id)
    if not passwords.matches(person.password_hash, old):
        raise Invalid(N_("Mật khẩu hiện tại không đúng; hãy nhập lại."), field="old")
    passwords.check(new, person.username)
    if new != again:
        raise Invalid(N_("Hai lần nhập mật khẩu mới không giống nhau; hãy nhập lại."), field="again")
    if new == old:
        raise Invalid(N_("Mật khẩu mới phải khác mật khẩu hiện tại; hãy chọn mật khẩu khác."), field="password")
    return Change(person.password_hash, passwords.hash_of(new))


def change_password(
    session: Session, actor: Actor, change: Change, *, end_tokens: bool = False, now: datetime
) -> tuple[Person, int]:
    """Set a person's own password and end their other sessions; ``Conflict`` if it was changed meanwhile.

    ``end_tokens`` ends their access tokens too. Return the person and how many tokens ended.
    """
    person = session.get_one(Person, actor.person_id)
    if person.password_hash != change.seen:
        raise Conflict(N_("Mật khẩu vừa được đổi ở nơi khác; hãy đăng nhập lại rồi đổi."), field="old")
    person.password_hash, person.password_state = change.kept, Password.OWN
    person.session_version += 1
    ended = tokens.revoke_all(session, person.id, now) if end_tokens else 0
    record(session, actor, "person.password", "person", person.id, now=now, **({"tokens": ended} if ended else {}))
    return person, ended


def change_language(session: Session, actor: Actor, language: str, now: datetime) -> None:
    """Keep the language that a person reads pages in."""
    person = session.get_one(Person, actor.person_id)
    if person.language != language:
        person.language = language
        record(session, actor, "person.language", "person", person.id, now=now, language=language)

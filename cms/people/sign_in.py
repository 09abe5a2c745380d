"""Signing in, and what people change about their own account."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.audit.record import record
from cms.people import passwords, tokens
from cms.people.permissions import Actor
from cms.people.tables import Password, Person
from cms.refusal import Invalid
from media.characters import clean


def verify(session: Session, username: str, password: str) -> Person | None:
    """Return the active person with this name and password; None otherwise, after the same time."""
    wanted = clean(username).strip().casefold()[:80]
    person = session.scalar(select(Person).where(Person.username == wanted))
    if person is None or not person.active:
        passwords.matches_nobody(password)
        return None
    return person if passwords.matches(person.password_hash, password) else None


def welcome(session: Session, person: Person, password: str, *, origin: str, now: datetime) -> None:
    """Note a successful sign-in; a hash with outdated parameters is made anew while the password is at hand."""
    person.last_seen_at = now
    if passwords.outdated(person.password_hash):
        person.password_hash = passwords.hash_of(password)
    actor = Actor(person.id, person.name, (), via="web", origin=origin)
    record(session, actor, "person.sign_in", "person", person.id, now=now)


def turn_away(session: Session, *, origin: str, now: datetime) -> None:
    """Note a failed sign-in. What was typed is not kept: people type passwords into the wrong field."""
    actor = Actor(None, "", (), via="web", origin=origin)
    record(session, actor, "person.sign_in_refused", "person", None, now=now)


def change_password(
    session: Session, actor: Actor, *, old: str, new: str, again: str, end_tokens: bool = False, now: datetime
) -> tuple[Person, int]:
    """Set a person's own password and end their other sessions; raise ``Invalid`` naming the field in the way.

    ``end_tokens`` ends their access tokens too. Return the person and how many tokens ended.
    """
    person = session.get_one(Person, actor.person_id)
    if not passwords.matches(person.password_hash, old):
        raise Invalid(N_("Mật khẩu hiện tại không đúng; hãy nhập lại."), field="old")
    passwords.check(new, person.username)
    if new != again:
        raise Invalid(N_("Hai lần nhập mật khẩu mới không giống nhau; hãy nhập lại."), field="again")
    if new == old:
        raise Invalid(N_("Mật khẩu mới phải khác mật khẩu hiện tại; hãy chọn mật khẩu khác."), field="password")
    person.password_hash, person.password_state = passwords.hash_of(new), Password.OWN
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

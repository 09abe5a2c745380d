"""Sessions of the browser: what their cookie says, how long they live, and ending one for good.

A cookie names the person, their ``session_version``, a key of its own and the instant of signing in. It is worth
nothing once the person is deactivated or has a new password (the version), was signed out of (the key is among the
ended ones, so a copy of the cookie dies too), or is older than ``DAKENH_SESSION_DAYS``, however busy it was.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from cms.core import access_keys
from cms.models.people import EndedSession, Person

LONGEST = timedelta(days=90)
"""No session lives longer, whatever the settings say; an ended one is remembered for so long."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a session's cookie says. ``since`` is the second (UTC) of signing in."""

    person_id: int
    version: int
    key: str
    since: int

    @classmethod
    def begin(cls, person: Person, now: datetime) -> "Identity":
        """A new session of a person."""
        return cls(person.id, person.session_version, access_keys.make(), int(now.timestamp()))

    @classmethod
    def read(cls, written: str) -> "Identity | None":
        """Read what ``str`` wrote; None for anything else."""
        parts = written.split(":")
        if len(parts) != 4 or not all(parts[n].isascii() and parts[n].isdecimal() for n in (0, 1, 3)):
            return None
        person_id, version, key, since = parts
        return cls(int(person_id), int(version), key, int(since)) if len(since) < 13 else None

    def __str__(self) -> str:
        return f"{self.person_id}:{self.version}:{self.key}:{self.since}"


def person_of(session: Session, found: Identity, now: datetime, longest: timedelta) -> Person | None:
    """Return the person whose session it is, if it still lives; one query."""
    begun = datetime.fromtimestamp(found.since, UTC)
    if now - begun >= min(longest, LONGEST):
        return None
    ended = exists().where(EndedSession.hash == access_keys.digest(found.key))
    alive = Person.active, Person.session_version == found.version, ~ended
    return session.scalar(select(Person).where(Person.id == found.person_id, *alive))


def end(session: Session, found: Identity, now: datetime) -> None:
    """End a session wherever its cookie is; what ended long ago is forgotten, because its cookie is too old anyway."""
    session.execute(delete(EndedSession).where(EndedSession.ended_at < now - LONGEST))
    session.merge(EndedSession(hash=access_keys.digest(found.key), ended_at=now))

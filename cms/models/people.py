"""Units in a tree, people, what they may do where, and tokens for machines."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.roles import Grant, Role
from scheduler.storage.base import Base


class Unit(Base):
    """An organisation. ``path`` lists the ids from the root down to itself, ``/1/5/9/``, so a subtree is a prefix.

    ``groups`` are a plan's own words for sets of units ("so-nganh-tinh"); no level has a meaning in code.
    ``valid_to`` is the last day; ``successor_id`` takes over afterwards.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    short_name: Mapped[str] = mapped_column(String(120), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(String(400), index=True)
    groups: Mapped[list[Any]] = mapped_column(default=list)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    own_approval: Mapped[bool] = mapped_column(default=False)
    """Whether a lead of this unit may approve a revision of their own."""


class Password(StrEnum):
    """Whose a password is: the person's own, one handed over that is to be changed first, or the demonstration's."""

    OWN = "own"
    START = "start"
    DEMO = "demo"


class Person(Base):
    """Someone who signs in. ``session_version`` rises to end all sessions (new password, deactivation).

    ``password_state`` is a ``Password``.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(300))
    password_state: Mapped[str] = mapped_column(String(10), default=Password.OWN)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="vi")
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="person", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def grants(self) -> tuple[Grant, ...]:
        """The roles as permissions are decided by."""
        return tuple(Grant(Role(held.role), held.unit_id, held.unit.path) for held in self.memberships)


class Membership(Base):
    """A role of a person in a unit; it also holds in all units below."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))

    person: Mapped[Person] = relationship(back_populates="memberships")
    unit: Mapped[Unit] = relationship(lazy="joined")

    __table_args__ = (UniqueConstraint("person_id", "unit_id", "role"),)


class EndedSession(Base):
    """A session that was signed out of before its time; only the SHA-256 of its key is kept, and not for ever."""

    __tablename__ = "ended_session"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ended_at: Mapped[datetime]


class ApiToken(Base):
    """A bearer token of a person; only its SHA-256 is kept. ``scopes`` are names like ``stories:write``."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")

"""Broadcasts to followers, how accounts stand, and trial items: durable rows that any worker can take up."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.storage.base import Base

DUE = text("next_at IS NOT NULL")


class Leased:
    """Columns of work that one worker at a time has in hand; they mean what they mean in ``Delivery``."""

    next_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[datetime | None]
    """Stamped before a call that must not be made twice; cleared when its outcome is known."""
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{"kind", "text", "values", "detail"}``; empty when all is well."""


class FollowerBroadcast(Leased, Base):
    """One to five live items shown to followers at ``wanted_at``; ordered by a person, never by the system.

    ``call_at`` is when the provider is asked. ``key`` is the form's: pressing twice orders once.
    """

    __tablename__ = "follower_broadcast"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    state: Mapped[str] = mapped_column(String(12))
    wanted_at: Mapped[datetime]
    call_at: Mapped[datetime]
    target: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """As the provider takes it; empty is everybody."""
    provider_id: Mapped[str | None] = mapped_column(String(200))
    sent_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was cancelled or how an unclear call was settled, in the person's words."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]

    __table_args__ = (
        Index("ix_follower_broadcast_due", "next_at", sqlite_where=DUE, postgresql_where=DUE),
        Index("ix_follower_broadcast_state", "state"),
        Index("ix_follower_broadcast_channel", "channel_id", "call_at"),
    )


class BroadcastItem(Base):
    """One item of a broadcast, in the order of ``position`` (from 0). ``provider_id`` is its id at the provider."""

    __tablename__ = "broadcast_item"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("follower_broadcast.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    provider_id: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(400))


class BroadcastAttempt(Base):
    """One try to broadcast; append-only."""

    __tablename__ = "broadcast_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("follower_broadcast.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[str] = mapped_column(String(14))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    words: Mapped[dict[str, Any]] = mapped_column(default=dict)
    detail: Mapped[str] = mapped_column(Text, default="")
    """The provider's own words, without secrets."""
    worker: Mapped[str] = mapped_column(String(80), default="")


class AccountStanding(Leased, Base):
    """The provider's last word on an account, and when it is asked again. A page shows this and never waits."""

    __tablename__ = "account_standing"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Fields of ``channels.followers.Standing`` that were told."""
    looked_at: Mapped[datetime | None]
    """When ``facts`` were told; ``problem`` is newer if there is one."""

    __table_args__ = (Index("ix_account_standing_due", "next_at", sqlite_where=DUE, postgresql_where=DUE),)


class FollowerDay(Base):
    """How many followers the account had, by the provider's last word on ``day`` (Viet Nam)."""

    __tablename__ = "follower_day"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    followers: Mapped[int]


class ChannelTrial(Leased, Base):
    """A hidden item that is made, looked at and removed again, to try the whole way to the provider."""

    __tablename__ = "channel_trial"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    phase: Mapped[str] = mapped_column(String(12))
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    steps: Mapped[list[Any]] = mapped_column(default=list)
    """What was done so far: ``{"at", "good", "text", "values", "detail"}``."""
    provider_id: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_channel_trial_due", "next_at", sqlite_where=DUE, postgresql_where=DUE),)

"""Channels, renditions, deliveries and their attempts: the durable truth that the engine works from.

Units, stories, revisions and people live above this package; they are referred to by id alone, and are never deleted.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.decisions.states import DeliveryState, Desired, Health, LatePolicy
from scheduler.storage.base import Base

ACTIVE = "state NOT IN ('withdrawn', 'missed', 'cancelled', 'expired', 'failed')"
STUCK = (
    "state IN ('failed', 'missed', 'unknown')"
    " OR state = 'live' AND rendition_id != live_rendition_id AND (next_at IS NULL OR next_at = until)"
    " OR state = 'live' AND until IS NOT NULL AND next_at IS NULL"
    " OR state = 'withdrawing' AND next_at IS NULL"
    " OR broken_since IS NOT NULL"
    " OR state = 'live' AND observed IN ('changed', 'hidden')"
)
LOOKED_AT = "look_at IS NOT NULL AND state IN ('live', 'unknown')"
"""What waits for a person, as ``scheduler.health.needs_a_person`` asks for it: word for word, or no index is used."""


class Channel(Base):
    """A configured destination of one kind, owned by a unit. ``medium`` is the plan's word for it (newspaper, …)."""

    __tablename__ = "channel"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(index=True)
    medium: Mapped[str] = mapped_column(String(40), default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    weekly_slots: Mapped[list[Any]] = mapped_column(default=list)
    """``{"weekday": 1…7, "time": "07:30"}`` in Asia/Ho_Chi_Minh, Monday is 1."""
    late_policy: Mapped[str] = mapped_column(String(20), default=LatePolicy.WITHIN)
    late_minutes: Mapped[int] = mapped_column(default=60)
    health: Mapped[str] = mapped_column(String(20), default=Health.OK)
    health_words: Mapped[str] = mapped_column(Text, default="")
    resume_at: Mapped[datetime | None]
    """No call to the provider before this instant (rate limit or outage)."""
    version: Mapped[int] = mapped_column(default=0)
    """Counts changes of what the channel carries; documents made from an older one are stale."""
    broken_since: Mapped[datetime | None]
    """Since when the channel's documents cannot be made as they should be."""
    broken: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Why, for people, as in a delivery's ``problem``; empty when all is well."""
    created_at: Mapped[datetime]


class ChannelSecret(Base):
    """A channel's secrets, encrypted as one JSON object; ``version`` and the lock serialise renewals."""

    __tablename__ = "channel_secret"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    lock_owner: Mapped[str | None] = mapped_column(String(80))
    lock_until: Mapped[datetime | None]


class StoredRendition(Base):
    """A frozen rendition. The files lie in the media store under their hashes."""

    __tablename__ = "rendition"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(index=True)
    revision_id: Mapped[int] = mapped_column(index=True)
    revision: Mapped[int]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(400))
    document: Mapped[dict[str, Any]]
    files: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]

    __table_args__ = (Index("uq_rendition_content", "revision_id", "channel_id", "sha256", unique=True),)


class Delivery(Base):
    """A desired state and an observed state of one story on one channel.

    ``next_at`` is when the engine has something to do; null means nothing. ``token`` rises with each claim: every
    write after a claim repeats it, so a worker that lost its lease changes nothing. ``schedule_version`` rises with
    each decision of a person.
    """

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    story_id: Mapped[int] = mapped_column(index=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    rendition_id: Mapped[int] = mapped_column(ForeignKey("rendition.id"))
    live_rendition_id: Mapped[int | None] = mapped_column(ForeignKey("rendition.id"))

    desired: Mapped[str] = mapped_column(String(12), default=Desired.LIVE)
    state: Mapped[str] = mapped_column(String(12), default=DeliveryState.SCHEDULED)
    scheduled_at: Mapped[datetime]
    until: Mapped[datetime | None]
    schedule_version: Mapped[int] = mapped_column(default=1)

    next_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[datetime | None]
    """Stamped before a call that must not be made twice; cleared when its outcome is known."""
    tries: Mapped[int] = mapped_column(default=0)
    """Failed tries in a row since the last success or decision; drives the back-off."""
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)

    live_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(1000))
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was withdrawn or cancelled, in the person's words."""
    problem: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The last problem for people: ``{"kind", "text", "values", "detail"}``; empty when all is well."""
    broken_since: Mapped[datetime | None]
    """Since when this item is left out of what its channel carries, or cannot be worked, because it is broken."""
    observed: Mapped[str] = mapped_column(String(12), default="", server_default="")
    """How the provider showed the live item when last looked at, if not as sent; see ``scheduler.engine.observing``."""
    look_at: Mapped[datetime | None]
    """When the live item is looked at again; null for kinds that cannot."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None]

    channel: Mapped[Channel] = relationship(lazy="raise")
    rendition: Mapped[StoredRendition] = relationship(lazy="raise", foreign_keys=[rendition_id])
    attempts: Mapped[list["Attempt"]] = relationship(lazy="raise", order_by="Attempt.id")

    __table_args__ = (
        Index(
            "uq_delivery_active",
            "story_id",
            "channel_id",
            unique=True,
            sqlite_where=text(ACTIVE),
            postgresql_where=text(ACTIVE),
        ),
        Index(
            "ix_delivery_due",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
        Index(
            "ix_delivery_lane",
            "channel_id",
            "state",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
        Index(
            "ix_delivery_in_hand",
            "channel_id",
            sqlite_where=text("lease_owner IS NOT NULL"),
            postgresql_where=text("lease_owner IS NOT NULL"),
        ),
        Index("ix_delivery_channel_state", "channel_id", "state", "scheduled_at"),
        Index("ix_delivery_state_scheduled", "state", "scheduled_at"),
        Index("ix_delivery_live_at", "live_at"),
        Index("ix_delivery_channel_live", "channel_id", "live_at"),
        Index("ix_delivery_scheduled", "scheduled_at", "id"),
        Index("ix_delivery_look", "look_at", sqlite_where=text(LOOKED_AT), postgresql_where=text(LOOKED_AT)),
        Index("ix_delivery_stuck", "scheduled_at", "id", sqlite_where=text(STUCK), postgresql_where=text(STUCK)),
    )


class Attempt(Base):
    """One try of the engine; append-only."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    token: Mapped[int]
    action: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(14))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    words: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{"text", "values"}`` for the editor."""
    detail: Mapped[str] = mapped_column(Text, default="")
    """The provider's own words, without secrets."""
    worker: Mapped[str] = mapped_column(String(80), default="")


class ChannelDocument(Base):
    """The prepared bytes that readers and boards fetch from a pull channel."""

    __tablename__ = "channel_document"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    mime: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str] = mapped_column(String(80))
    modified: Mapped[datetime]
    stale_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int]
    """The channel's ``version`` that the bytes were made from."""
    carries: Mapped[list[Any]] = mapped_column(default=list)
    """``[delivery, rendition]`` of each item that the bytes were made from."""


class Worker(Base):
    """A scheduler process and when it was last seen; its age is the heartbeat that people and monitors see."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    host: Mapped[str] = mapped_column(String(120), default="")
    pid: Mapped[int] = mapped_column(default=0)


class RateBucket(Base):
    """A token bucket per provider account, shared by all workers."""

    __tablename__ = "rate_bucket"

    account: Mapped[str] = mapped_column(String(120), primary_key=True)
    tokens: Mapped[float]
    filled_at: Mapped[datetime]

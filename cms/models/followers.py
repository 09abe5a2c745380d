"""Followers who came or went, as the provider told us."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.storage.base import Base


class FollowerEvent(Base):
    """One follow or unfollow at ``at``. ``key`` is a hash of the provider's event: told twice, kept once.

    Nothing is kept that says who it was.
    """

    __tablename__ = "follower_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    received_at: Mapped[datetime]

    __table_args__ = (
        Index("uq_follower_event_key", "channel_id", "key", unique=True),
        Index("ix_follower_event_at", "channel_id", "at"),
    )

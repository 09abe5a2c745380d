"""Proof of play and when each board was last heard of."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.storage.base import Base


class Play(Base):
    """A board showed an item: the evidence that board quotas count. ``event_id`` comes from the board and is unique.

    ``day`` is the local day (Asia/Ho_Chi_Minh) of ``started_at``; ``elapsed_ms`` is milliseconds on screen.
    """

    __tablename__ = "play"

    event_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    revision: Mapped[int]
    started_at: Mapped[datetime]
    day: Mapped[date]
    elapsed_ms: Mapped[int]
    end_reason: Mapped[str] = mapped_column(String(20), default="")
    received_at: Mapped[datetime]


class PlayDay(Base):
    """How often a board showed an item on a local day, and for how long: the sum of its ``Play`` rows.

    Written with them, in the same transaction, so that counting never reads the showings one by one.
    """

    __tablename__ = "play_day"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    plays: Mapped[int]
    elapsed_ms: Mapped[int]


class BoardKey(Base):
    """The key with which a board's controller signs in; only its SHA-256 is kept. ``seen_at`` is its last poll."""

    __tablename__ = "board_key"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

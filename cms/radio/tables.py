"""What culture centres pulled and what they aired."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.base import Base


class Broadcast(Base):
    """A script was on air: the evidence that radio quotas count. ``event_id`` comes from the sender and is unique.

    A mistake is not deleted but voided, with the reason. ``duration_s`` is measured, in seconds.
    """

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(80), unique=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    station: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime]
    duration_s: Mapped[int | None]
    logged_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    logged_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_broadcast_unit_started", "unit_id", "started_at"),)


class Download(Base):
    """A person or machine took a script; the first time in each format is kept."""

    __tablename__ = "download"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    format: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]

    __table_args__ = (Index("uq_download", "delivery_id", "person_id", "format", unique=True),)

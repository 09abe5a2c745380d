"""Readings that a newsroom keeps of its own, and timed readings of its presenters."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.storage.base import Base


class LexiconEntry(Base):
    """How one unit, and all below it, says one written form. ``kind`` is a value of ``cms.lexicon.entries.Kind``.

    ``after`` and ``before`` are phrases, separated by semicolons, of which one must stand just before or just after the
    written form; empty ones make no condition. ``source`` says where the reading comes from.
    """

    __tablename__ = "lexicon_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(20))
    written: Mapped[str] = mapped_column(String(80))
    say: Mapped[str] = mapped_column(String(300))
    after: Mapped[str] = mapped_column(String(300), default="")
    before: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(String(300))
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("unit_id", "kind", "written", "after", "before"),)


class TimedReading(Base):
    """Someone read a text aloud and was timed. An empty ``presenter`` stands for the station as a whole.

    ``rate`` is syllables a second while speaking; ``seconds`` the whole reading with its pauses. A mistake is voided.
    """

    __tablename__ = "timed_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    presenter: Mapped[str] = mapped_column(String(120), default="")
    syllables: Mapped[int]
    seconds: Mapped[float]
    rate: Mapped[float]
    measured_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    measured_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]

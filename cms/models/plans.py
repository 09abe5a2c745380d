"""Plans as data: vocabulary, tasks, quotas and reporting deadlines, loaded from plan packs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.storage.base import Base


class Term(Base):
    """A word of the vocabulary that plans define: ``kind`` is column, topic, audience, document or form."""

    __tablename__ = "term"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(120))
    label: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (UniqueConstraint("kind", "code"),)


class Plan(Base):
    """A plan (kế hoạch) that is in force from ``valid_from`` to ``applies_to``, both included.

    ``applies_to`` is ``valid_to`` unless the province prolonged the plan.
    """

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(String(300), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    applies_to: Mapped[date]
    pack: Mapped[dict[str, Any]]
    """The whole validated pack, so that nothing of the source is lost."""
    imported_at: Mapped[datetime]

    tasks: Mapped[list["Task"]] = relationship(back_populates="plan", order_by="Task.position", lazy="raise")


class PlanTerm(Base):
    """A term as it stands in a plan's list, in order (Phụ lục I: the documents to make known)."""

    __tablename__ = "plan_term"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), primary_key=True)
    position: Mapped[int]


class Task(Base):
    """A task (nhiệm vụ) of a plan and who owns it. ``owners`` selects units by code or group."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    owners: Mapped[dict[str, Any]] = mapped_column(default=dict)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    plan: Mapped[Plan] = relationship(back_populates="tasks", lazy="raise")
    quotas: Mapped[list["Quota"]] = relationship(back_populates="task", order_by="Quota.id", lazy="raise")

    __table_args__ = (UniqueConstraint("plan_id", "code"),)


class Quota(Base):
    """A countable duty (chỉ tiêu). ``at_least`` null is a duty without a number ("thường xuyên"), never missed.

    ``per`` is day, week, month, quarter or year; ``media`` the plan's words for channels; ``evidence`` says what
    proves an item; ``filters`` narrows by column, story kinds and topics.
    """

    __tablename__ = "quota"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    at_least: Mapped[int | None]
    per: Mapped[str] = mapped_column(String(10))
    media: Mapped[list[Any]] = mapped_column(default=list)
    evidence: Mapped[str] = mapped_column(String(12))
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    task: Mapped[Task] = relationship(back_populates="quotas", lazy="raise")


class Deadline(Base):
    """When a unit must report to whom; ``per`` is quarter, year or once."""

    __tablename__ = "deadline"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    per: Mapped[str] = mapped_column(String(10))
    due: Mapped[date | None]
    owners: Mapped[dict[str, Any]] = mapped_column(default=dict)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ManualRecord(Base):
    """Evidence for a duty that no channel of ours serves (a printed paper, a leaflet), entered by a person."""

    __tablename__ = "manual_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    quota_id: Mapped[int] = mapped_column(ForeignKey("quota.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    story_id: Mapped[int | None] = mapped_column(ForeignKey("story.id"))
    day: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_manual_record_unit_day", "unit_id", "day"),)

"""The audit trail; append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.people import Person
from scheduler.storage.base import Base


class AuditEntry(Base):
    """One change by a person or the system. ``via`` is web, api or cli; ``origin`` the network address."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    via: Mapped[str] = mapped_column(String(10))
    origin: Mapped[str] = mapped_column(String(60), default="")
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    person: Mapped[Person | None] = relationship(lazy="joined")

    __table_args__ = (Index("ix_audit_entry_subject", "subject", "subject_id"),)

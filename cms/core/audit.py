"""Writing the audit trail."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms.core.permissions import Actor
from cms.models.audit import AuditEntry


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: int | None,
    *,
    now: datetime,
    unit_id: int | None = None,
    **detail: object,
) -> None:
    """Add the row that tells who did what; it is committed with the change itself or not at all.

    ``action`` reads ``story.approve``; ``detail`` holds plain JSON values and never a secret.
    """
    session.add(
        AuditEntry(
            at=now,
            person_id=actor.person_id,
            via=actor.via,
            origin=actor.origin,
            action=action,
            subject=subject,
            subject_id=subject_id,
            unit_id=unit_id,
            detail=detail,
        )
    )

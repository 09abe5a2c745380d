"""Stories on channels for the tests of these rooms: promised through the newsroom, delivered by the real engine."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from cms.core.database import changing, db
from cms.models.audit import AuditEntry
from cms.stories.publishing import promising
from cms.stories.publishing.scheduling import Wish
from cms.web.context import context
from scheduler.decisions.states import DeliveryState
from scheduler.engine.config import EngineConfig
from scheduler.engine.engine import Engine
from scheduler.storage.tables import Channel, Delivery
from tests.cms.newsroom import Newsroom, actor, approved


def promised(
    app: Flask, news: Newsroom, channel: Channel, *, at: datetime | None = None, by: Any = None, **fields: Any
) -> int:
    """Approve a story and promise it to ``channel``; return the delivery's id."""
    now = context().now()
    made = approved(news.editor, news.lead, news.paper, now=now, **fields)
    wishes = [Wish(channel.id, at)]
    head = actor(by or news.lead)
    return promising.schedule(context().store, "http://127.0.0.1:8000", head, made.id, wishes, now=now)[0]


def work(now: Callable[[], datetime]) -> None:
    """Let the engine do all that is due."""
    db.session.rollback()
    engine = Engine(db.engine, context().store, EngineConfig(threads=0), now)
    while engine.run_due():
        pass
    engine.refresh_documents()
    engine.close()


def bent(delivery_id: int, **columns: Any) -> None:
    """Put a delivery into a state that takes a provider's trouble to get into."""
    with changing() as session:
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**columns))


def unclear(delivery_id: int, at: datetime) -> None:
    """The call was made and nobody knows whether it arrived."""
    delivery = db.session.get_one(Delivery, delivery_id)
    bent(
        delivery_id, state=DeliveryState.UNKNOWN, called_at=at, next_at=None, tries=1,
        progress={"rendition": delivery.rendition_id},
        problem={"kind": "uncertain", "text": "Chưa rõ bài đã lên kênh hay chưa.", "values": {}, "detail": "timeout"},
    )  # fmt: skip


def failed(delivery_id: int) -> None:
    """The channel refused it for good."""
    bent(
        delivery_id, state=DeliveryState.FAILED, next_at=None,
        problem={"kind": "rejected", "text": "Kênh từ chối bài dài %(n)s ký tự.", "values": {"n": 160}, "detail": "-1"},
    )  # fmt: skip


def state(delivery_id: int) -> str:
    """Where the delivery stands in the database."""
    db.session.rollback()
    return db.session.scalars(select(Delivery.state).where(Delivery.id == delivery_id)).one()


def audited(action: str) -> list[AuditEntry]:
    """Audit rows of one action, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def audit_count() -> int:
    """All audit rows."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


TOMORROW = timedelta(days=1)

"""How urgent one item is on its channel, where its kind tells urgent ones from others: said while it is scheduled."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from channels import registry
from channels.words import N_, Words
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid
from cms.models.people import Unit
from cms.models.radio import Confirmation, ScriptClass
from scheduler.storage.tables import Channel, Delivery, StoredRendition

NO_PRIORITIES = N_("Chỉ kịch bản phát thanh mới có loại bản tin; hãy bỏ trống cho kênh khác.")
NO_SUCH_PRIORITY = N_("Hãy chọn loại bản tin trong danh sách.")


def known(kind: str) -> Mapping[str, Words]:
    """Return the priorities of a channel kind, the usual first; none where everything is equal."""
    return registry.adapter(kind).priorities if kind in registry.KINDS else {}


def require_known(kind: str, priority: str) -> None:
    """Raise ``Invalid`` unless channels of ``kind`` know this priority."""
    choices = known(kind)
    if not choices:
        raise Invalid(NO_PRIORITIES, field="priority")
    if priority not in choices:
        raise Invalid(NO_SUCH_PRIORITY, field="priority")


def promise_priority(session: Session, actor: Actor, delivery_id: int, priority: str, *, now: datetime) -> None:
    """Give an item its priority as it is scheduled, before anybody sees it; that of its channel needs no word."""
    query = select(Delivery, StoredRendition.document, Channel.kind, Unit)
    query = query.join(StoredRendition, StoredRendition.id == Delivery.rendition_id)
    query = query.join(Channel, Channel.id == Delivery.channel_id).join(Unit, Unit.id == Channel.unit_id)
    delivery, document, kind, unit = session.execute(query.where(Delivery.id == delivery_id)).one()
    actor.require(Action.SCHEDULE, unit.path)
    require_known(kind, priority)
    own = session.get(ScriptClass, delivery_id)
    before = own.priority if own else str(document.get("priority", ""))
    if priority != before:
        keep_priority(session, actor, delivery, unit.id, before=before, after=priority, now=now)


def keep_priority(
    session: Session, actor: Actor, delivery: Delivery, unit_id: int, *, before: str, after: str, now: datetime
) -> None:
    """Write a priority down with its audit row; who confirmed the item before is asked again."""
    row = session.get(ScriptClass, delivery.id)
    if row is None:
        session.add(ScriptClass(delivery_id=delivery.id, priority=after, set_by=actor.person_id, set_at=now))
    else:
        row.priority, row.set_by, row.set_at = after, actor.person_id or row.set_by, now
    session.execute(delete(Confirmation).where(Confirmation.delivery_id == delivery.id))
    record(
        session, actor, "script.class", "script", delivery.id, unit_id=unit_id, now=now, story=delivery.story_id,
        before=before, after=after,
    )  # fmt: skip

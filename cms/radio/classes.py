"""Classes of scripts: what is urgent stands on top of a station's list until the station confirms that it has it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.audit.record import record
from cms.people.permissions import Action, Actor
from cms.people.tables import Unit
from cms.radio import service
from cms.radio.reading import KIND, URGENCY, Script, script
from cms.radio.tables import Confirmation, ScriptClass
from cms.refusal import Conflict, Invalid, NotAllowed
from scheduler.tables import Channel, Delivery, StoredRendition

CLASS_NAMES = {"thong_thuong": N_("Thông thường"), "uu_tien": N_("Ưu tiên"), "khan_cap": N_("Khẩn cấp")}


RADIO_ONLY = N_("Chỉ kịch bản phát thanh mới có loại bản tin; hãy bỏ trống cho kênh khác.")
_NOT_ONE = N_("Hãy chọn loại bản tin trong danh sách.")


class _Told(NamedTuple):
    """What the audit row tells besides the new class."""

    unit_id: int
    story_id: int
    before: str


def may_set(actor: Actor, found: Script) -> bool:
    """Whether ``actor`` decides how urgent a script is: who schedules on its channel."""
    return actor.may(Action.SCHEDULE, found.unit_path)


def set_class(session: Session, actor: Actor, delivery_id: int, priority: str, *, now: datetime) -> None:
    """Give one script a class of its own; presenters who confirmed it before are asked again if it became urgent."""
    found = script(session, actor, delivery_id)
    actor.require(Action.SCHEDULE, found.unit_path)
    if priority not in URGENCY:
        raise Invalid(_NOT_ONE, field="priority")
    if found.withdrawn:
        raise Conflict(N_("Kịch bản đã thu hồi nên không đổi loại được nữa."))
    if priority != found.priority:
        told = _Told(found.unit_id, found.story_id, found.priority)
        _keep(session, actor, delivery_id, priority, told, now)


def promise_class(session: Session, actor: Actor, delivery_id: int, priority: str, *, now: datetime) -> None:
    """Give a script its class as it is scheduled, before any station sees it; that of its channel needs no word."""
    query = select(Delivery, StoredRendition.document, Channel.kind, Unit)
    query = query.join(StoredRendition, StoredRendition.id == Delivery.rendition_id)
    query = query.join(Channel, Channel.id == Delivery.channel_id).join(Unit, Unit.id == Channel.unit_id)
    delivery, document, kind, unit = session.execute(query.where(Delivery.id == delivery_id)).one()
    actor.require(Action.SCHEDULE, unit.path)
    if kind != KIND:
        raise Invalid(RADIO_ONLY, field="priority")
    if priority not in URGENCY:
        raise Invalid(_NOT_ONE, field="priority")
    own = session.get(ScriptClass, delivery_id)
    before = own.priority if own else str(document.get("priority", ""))
    if priority != before:
        _keep(session, actor, delivery_id, priority, _Told(unit.id, delivery.story_id, before), now)


def confirm(session: Session, actor: Actor, delivery_id: int, *, now: datetime) -> None:
    """Say for the actor's own stations that an urgent script has reached them; again changes nothing."""
    found = script(session, actor, delivery_id)
    units = service.airing_units(session, actor, found)
    if not units:
        raise NotAllowed(N_("Chỉ phát thanh viên của đơn vị mới xác nhận được kịch bản khẩn cấp."))
    if found.withdrawn:
        raise Conflict(N_("Kịch bản đã thu hồi; không đọc trên sóng nữa."))
    for unit in units:
        new = service.insert_once(
            session, Confirmation.__table__, ["delivery_id", "unit_id"],
            delivery_id=delivery_id, unit_id=unit.id, person_id=actor.person_id, at=now,
        )  # fmt: skip
        if new:
            record(
                session, actor, "script.confirm", "script", delivery_id, unit_id=unit.id, now=now,
                story=found.story_id,
            )  # fmt: skip


def _keep(session: Session, actor: Actor, delivery_id: int, priority: str, told: _Told, now: datetime) -> None:
    row = session.get(ScriptClass, delivery_id)
    if row is None:
        session.add(ScriptClass(delivery_id=delivery_id, priority=priority, set_by=actor.person_id, set_at=now))
    else:
        row.priority, row.set_by, row.set_at = priority, actor.person_id or row.set_by, now
    session.execute(delete(Confirmation).where(Confirmation.delivery_id == delivery_id))
    record(
        session, actor, "script.class", "script", delivery_id, unit_id=told.unit_id, now=now, story=told.story_id,
        before=told.before, after=priority,
    )  # fmt: skip

"""Classes of scripts: what is urgent stands on top of a station's list until the station confirms that it has it."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from channels.words import N_
from cms.audit.record import record
from cms.people.permissions import Action, Actor
from cms.radio import service
from cms.radio.reading import URGENCY, Script, script
from cms.radio.tables import Confirmation, ScriptClass
from cms.refusal import Conflict, Invalid, NotAllowed

CLASS_NAMES = {"thong_thuong": N_("Thông thường"), "uu_tien": N_("Ưu tiên"), "khan_cap": N_("Khẩn cấp")}


def may_set(actor: Actor, found: Script) -> bool:
    """Whether ``actor`` decides how urgent a script is: who schedules on its channel."""
    return actor.may(Action.SCHEDULE, found.unit_path)


def set_class(session: Session, actor: Actor, delivery_id: int, priority: str, *, now: datetime) -> None:
    """Give one script a class of its own; presenters who confirmed it before are asked again if it became urgent."""
    found = script(session, actor, delivery_id)
    actor.require(Action.SCHEDULE, found.unit_path)
    if priority not in URGENCY:
        raise Invalid(N_("Hãy chọn loại bản tin trong danh sách."), field="priority")
    if found.withdrawn:
        raise Conflict(N_("Kịch bản đã thu hồi nên không đổi loại được nữa."))
    if priority == found.priority:
        return
    row = session.get(ScriptClass, delivery_id)
    if row is None:
        session.add(ScriptClass(delivery_id=delivery_id, priority=priority, set_by=actor.person_id, set_at=now))
    else:
        row.priority, row.set_by, row.set_at = priority, actor.person_id or row.set_by, now
    session.execute(delete(Confirmation).where(Confirmation.delivery_id == delivery_id))
    record(
        session, actor, "script.class", "script", delivery_id, unit_id=found.unit_id, now=now, story=found.story_id,
        before=found.priority, after=priority,
    )  # fmt: skip


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

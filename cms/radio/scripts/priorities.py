"""Classes of scripts: what is urgent stands on top of a station's list until the station confirms that it has it."""

from datetime import datetime

from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.priorities import keep_priority, require_known
from cms.core.refusal import Conflict, NotAllowed
from cms.models.radio import Confirmation
from cms.radio.scripts import broadcast_log
from cms.radio.scripts.queries import KIND, Script, script
from scheduler.storage.tables import Delivery


def may_set(actor: Actor, found: Script) -> bool:
    """Whether ``actor`` decides how urgent a script is: who schedules on its channel."""
    return actor.may(Action.SCHEDULE, found.unit_path)


def set_class(session: Session, actor: Actor, delivery_id: int, priority: str, *, now: datetime) -> None:
    """Give one script a class of its own; presenters who confirmed it before are asked again if it became urgent."""
    found = script(session, actor, delivery_id)
    actor.require(Action.SCHEDULE, found.unit_path)
    require_known(KIND, priority)
    if found.withdrawn:
        raise Conflict(N_("Kịch bản đã thu hồi nên không đổi loại được nữa."))
    if priority != found.priority:
        delivery = session.get_one(Delivery, delivery_id)
        keep_priority(session, actor, delivery, found.unit_id, before=found.priority, after=priority, now=now)


def confirm(session: Session, actor: Actor, delivery_id: int, *, now: datetime) -> None:
    """Say for the actor's own stations that an urgent script has reached them; again changes nothing."""
    found = script(session, actor, delivery_id)
    units = broadcast_log.airing_units(session, actor, found)
    if not units:
        raise NotAllowed(N_("Chỉ phát thanh viên của đơn vị mới xác nhận được kịch bản khẩn cấp."))
    if found.withdrawn:
        raise Conflict(N_("Kịch bản đã thu hồi; không đọc trên sóng nữa."))
    for unit in units:
        new = broadcast_log.insert_once(
            session, Confirmation.__table__, ["delivery_id", "unit_id"],
            delivery_id=delivery_id, unit_id=unit.id, person_id=actor.person_id, at=now,
        )  # fmt: skip
        if new:
            record(
                session, actor, "script.confirm", "script", delivery_id, unit_id=unit.id, now=now,
                story=found.story_id,
            )  # fmt: skip

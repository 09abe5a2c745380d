"""What a person decides about a broadcast that was ordered; each decision writes its audit row with it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from channels.words import N_
from channels.zalo_oa.audience import broadcast
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, NotFound, refusal_from
from cms.models.people import Unit
from scheduler.decisions.refusals import DeskRefusal
from scheduler.followers import orders
from scheduler.followers.tables import FollowerBroadcast
from scheduler.storage.tables import Channel

LONGEST_REASON = 1_000


def cancel(session: Session, actor: Actor, broadcast_id: int, *, reason: str, now: datetime) -> None:
    """Call off a broadcast that waits."""
    _decide(session, actor, broadcast_id, Action.BROADCAST, "follower_broadcast.cancel", reason, now, orders.cancel)


def confirm_sent(session: Session, actor: Actor, broadcast_id: int, *, reason: str, now: datetime) -> None:
    """A person has seen that an unclear broadcast went out."""
    _decide(
        session, actor, broadcast_id, Action.SETTLE, "follower_broadcast.confirm_sent", reason, now, orders.confirm_sent
    )


def confirm_not_sent(session: Session, actor: Actor, broadcast_id: int, *, reason: str, now: datetime) -> None:
    """A person has seen that an unclear broadcast did not go out, and it shall not."""
    act = orders.confirm_not_sent
    _decide(session, actor, broadcast_id, Action.SETTLE, "follower_broadcast.confirm_not_sent", reason, now, act)


def send_again(session: Session, actor: Actor, broadcast_id: int, *, reason: str, now: datetime) -> None:
    """A person has seen that an unclear broadcast did not go out, and sends it again as soon as Zalo takes one."""
    wanted = broadcast.soonest(now)

    def again(connection: Connection, broadcast_id: int, *, reason: str, by: int | None, now: datetime) -> None:
        orders.send_again(
            connection, broadcast_id, reason=reason, by=by, now=now, wanted_at=wanted,
            call_at=max(now, broadcast.call_at(wanted)),
        )  # fmt: skip

    _decide(session, actor, broadcast_id, Action.BROADCAST, "follower_broadcast.send_again", reason, now, again)


def found(session: Session, actor: Actor, broadcast_id: int, action: Action) -> tuple[FollowerBroadcast, Channel, Unit]:
    """Return a broadcast with its channel and unit; raise ``NotFound`` or ``NotAllowed``."""
    row = session.get(FollowerBroadcast, broadcast_id, populate_existing=True)
    if row is None:
        raise NotFound(N_("Không có lượt gửi này; có thể trang đã cũ, hãy tải lại."))
    channel = session.get_one(Channel, row.channel_id)
    unit = session.get_one(Unit, channel.unit_id)
    actor.require(action, unit.path)
    return row, channel, unit


def _decide(
    session: Session, actor: Actor, broadcast_id: int, action: Action, name: str, reason: str, now: datetime,
    act: Callable[..., None],
) -> None:  # fmt: skip
    row, channel, unit = found(session, actor, broadcast_id, action)
    text = reason.strip()
    if not text:
        raise Invalid(N_("Hãy ghi lý do; lý do được lưu cùng nhật ký thay đổi."), field="reason")
    if len(text) > LONGEST_REASON:
        raise Invalid(N_("Lý do dài quá %(limit)s ký tự; hãy rút gọn."), field="reason", limit=LONGEST_REASON)
    before = row.state
    try:
        act(session.connection(), broadcast_id, reason=text, by=actor.person_id, now=now)
    except DeskRefusal as error:
        raise refusal_from(409, error.code, error.words) from error
    session.expire(row)
    record(
        session, actor, name, "follower_broadcast", broadcast_id, unit_id=unit.id, now=now, channel=channel.name,
        reason=text, before=before,
    )  # fmt: skip

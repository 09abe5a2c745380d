"""What people decide about deliveries: move, un-schedule, settle an unclear one, try again. Each leaves an audit row.

Nothing here publishes by itself: a decision changes what the delivery wants, and the scheduler brings it about.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, NotAllowed, NotFound, Refusal, refusal_from
from cms.deliveries.queries import find
from cms.models.people import Unit
from scheduler.decisions.states import DeliveryState
from scheduler.orders import promises
from scheduler.storage.tables import Channel, Delivery, StoredRendition

ENDED_BADLY = frozenset({DeliveryState.FAILED, DeliveryState.MISSED})
NO_REASON = N_("Hãy ghi lý do; lý do được lưu cùng nhật ký thay đổi.")
LONGEST_REASON, LONGEST_LINK = 1_000, 1_000


def cancel(
    session: Session, actor: Actor, delivery_id: int, *, reason: str = "", version: int | None = None, now: datetime
) -> Delivery:
    """Un-schedule what waits, or drop what failed or was missed. Never publishes anything.

    Allowed to the lead of the channel's unit and of the story's; what failed may be dropped by whoever settles.
    """
    delivery, _channel, unit, story = find(session, actor, delivery_id)
    story_unit = session.get_one(Unit, story.unit_id)
    scheduler = any(actor.may(Action.SCHEDULE, place.path) for place in (unit, story_unit))
    if not scheduler and not (delivery.state in ENDED_BADLY and actor.may(Action.SETTLE, unit.path)):
        raise NotAllowed(N_("Chỉ lãnh đạo duyệt bài mới được bỏ lịch phát hành."))
    before = delivery.state
    reason = _short(reason)

    def drop(connection: Connection) -> None:
        promises.cancel(connection, delivery_id=delivery.id, reason=reason, version=version)

    return _decide(session, actor, delivery, drop, "delivery.cancel", now, before=before, reason=reason)


def move(
    session: Session,
    actor: Actor,
    delivery_id: int,
    *,
    at: datetime | None,
    until: datetime | None = None,
    keep_end: bool = True,
    version: int | None = None,
    now: datetime,
) -> Delivery:
    """Give a waiting, failed or missed delivery a new time (UTC; None: now). ``until`` counts unless ``keep_end``.

    With ``version`` (the delivery's ``schedule_version``) a change that somebody else made meanwhile is not lost.
    """
    delivery, _channel, unit, _story = find(session, actor, delivery_id)
    actor.require(Action.SCHEDULE, unit.path)
    before = delivery.scheduled_at.isoformat()

    def shift(connection: Connection) -> None:
        promises.move(
            connection, delivery_id=delivery.id, at=at, now=now, version=version,
            until=promises.KEEP if keep_end else until,
        )  # fmt: skip

    return _decide(
        session, actor, delivery, shift, "delivery.move", now, before=before,
        after=at.isoformat() if at else "now", until=until.isoformat() if until and not keep_end else None,
    )  # fmt: skip


def confirm_sent(
    session: Session, actor: Actor, delivery_id: int, *, reason: str, link: str = "", provider_id: str = "",
    now: datetime,
) -> Delivery:  # fmt: skip
    """A person has seen the item of an unclear call on the channel: it counts as live from that call on."""
    delivery, reason = _to_settle(session, actor, delivery_id, reason)
    link = link.strip()
    if link and not link.startswith(("https://", "http://")):
        raise Invalid(N_("Liên kết phải bắt đầu bằng http:// hoặc https://."), field="link")
    if len(link) > LONGEST_LINK:
        raise Invalid(N_("Liên kết dài quá %(limit)s ký tự."), field="link", limit=LONGEST_LINK)

    def confirm(connection: Connection) -> None:
        promises.confirm_sent(
            connection, delivery_id=delivery.id, by=actor.person_id, now=now, link=link, provider_id=provider_id[:200],
            reason=reason,
        )  # fmt: skip

    return _decide(session, actor, delivery, confirm, "delivery.confirm_sent", now, reason=reason, link=link)


def confirm_not_sent(session: Session, actor: Actor, delivery_id: int, *, reason: str, now: datetime) -> Delivery:
    """A person has seen that the item of an unclear call is not on the channel, and it shall not go there."""
    delivery, reason = _to_settle(session, actor, delivery_id, reason)

    def drop(connection: Connection) -> None:
        promises.confirm_not_sent(connection, delivery_id=delivery.id, now=now, reason=reason)

    return _decide(session, actor, delivery, drop, "delivery.confirm_not_sent", now, reason=reason)


def send_again(session: Session, actor: Actor, delivery_id: int, *, reason: str, now: datetime) -> Delivery:
    """A person has seen that the item of an unclear call is not on the channel, and sends it again."""
    delivery, reason = _to_settle(session, actor, delivery_id, reason)

    def again(connection: Connection) -> None:
        promises.send_again(connection, delivery_id=delivery.id, now=now, reason=reason)

    return _decide(session, actor, delivery, again, "delivery.send_again", now, reason=reason)


def confirm_withdrawn(session: Session, actor: Actor, delivery_id: int, *, reason: str, now: datetime) -> Delivery:
    """A person has taken the item down by hand where the provider refused to."""
    delivery, reason = _to_settle(session, actor, delivery_id, reason)

    def gone(connection: Connection) -> None:
        promises.confirm_withdrawn(connection, delivery_id=delivery.id, now=now)

    return _decide(session, actor, delivery, gone, "delivery.confirm_withdrawn", now, reason=reason)


def retry(session: Session, actor: Actor, delivery_id: int, *, now: datetime) -> Delivery:
    """Try again now what failed, was missed or waits for its next try; nothing that may have gone out is sent twice."""
    delivery, _channel, unit, _story = find(session, actor, delivery_id)
    actor.require(Action.SETTLE, unit.path)
    before = delivery.state

    def again(connection: Connection) -> None:
        promises.retry(connection, delivery_id=delivery.id, now=now)

    return _decide(session, actor, delivery, again, "delivery.retry", now, before=before)


def retry_channel(session: Session, actor: Actor, channel_id: int, *, now: datetime) -> list[int]:
    """Try everything again that failed on a channel or waits for its next try; return the deliveries concerned."""
    channel = to_settle(session, actor, channel_id)
    session.flush()
    with _in_words():
        tried = promises.retry_channel(session.connection(), channel_id=channel.id, now=now)
    if tried:
        record(
            session, actor, "delivery.retry_channel", "channel", channel.id, unit_id=channel.unit_id, now=now,
            channel=channel.name, count=len(tried), deliveries=tried[:100],
        )  # fmt: skip
    return tried


def would_retry(session: Session, actor: Actor, channel_id: int, *, now: datetime) -> list[int]:
    """Return what ``retry_channel`` would try again now. It is tried and taken back, so that no other rule is told.

    Needs a writing transaction of its own; nothing of it is kept.
    """
    tried = retry_channel(session, actor, channel_id, now=now)
    session.rollback()
    return tried


def titled(session: Session, delivery_ids: Sequence[int]) -> list[str]:
    """Return the titles of deliveries in their order, as their channels carry them."""
    query = select(Delivery.id, StoredRendition.title).join(
        StoredRendition, StoredRendition.id == Delivery.rendition_id
    )
    names = {row.id: row.title for row in session.execute(query.where(Delivery.id.in_(delivery_ids)))}
    return [names[one] for one in delivery_ids if one in names]


def resume_channel(session: Session, actor: Actor, channel_id: int, *, now: datetime) -> Channel:
    """Open a paused channel, or one whose trouble is settled; what it held back goes on."""
    channel = to_settle(session, actor, channel_id)
    session.flush()
    before = channel.health
    promises.resume_channel(session.connection(), channel_id=channel.id)
    session.expire(channel)
    record(session, actor, "channel.resume", "channel", channel.id, unit_id=channel.unit_id, now=now, before=before)
    return channel


def to_settle(session: Session, actor: Actor, channel_id: int) -> Channel:
    """Return a channel whose trouble ``actor`` may settle; raise ``NotFound`` or ``NotAllowed``."""
    channel = session.get(Channel, channel_id)
    if channel is None:
        raise NotFound(N_("Không có kênh này."))
    actor.require(Action.SETTLE, session.get_one(Unit, channel.unit_id).path)
    return channel


def _to_settle(session: Session, actor: Actor, delivery_id: int, reason: str) -> tuple[Delivery, str]:
    delivery, _channel, unit, _story = find(session, actor, delivery_id)
    actor.require(Action.SETTLE, unit.path)
    if not reason.strip():
        raise Invalid(NO_REASON, field="reason")
    return delivery, _short(reason)


def _short(reason: str) -> str:
    text = reason.strip()
    if len(text) > LONGEST_REASON:
        raise Invalid(N_("Lý do dài quá %(limit)s ký tự; hãy rút gọn."), field="reason", limit=LONGEST_REASON)
    return text


def _decide(
    session: Session,
    actor: Actor,
    delivery: Delivery,
    decision: Callable[[Connection], None],
    action: str,
    now: datetime,
    **detail: object,
) -> Delivery:
    """Carry the decision out at the desk and write it down, in one transaction."""
    session.flush()
    with _in_words():
        decision(session.connection())
    session.expire(delivery)
    unit_id = session.get_one(Channel, delivery.channel_id).unit_id
    said = {name: value for name, value in detail.items() if value not in (None, "")}
    record(session, actor, action, "delivery", delivery.id, unit_id=unit_id, now=now, story=delivery.story_id, **said)
    return delivery


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what the desk refuses into a refusal of the newsroom."""
    try:
        yield
    except promises.DeskRefusal as error:
        raise _refusal(error) from error


def _refusal(error: promises.DeskRefusal) -> Refusal:
    status, field = _STATUS.get(type(error), (409, ""))
    return refusal_from(status, error.code, error.words, field)


_STATUS: dict[type[promises.DeskRefusal], tuple[int, str]] = {
    promises.NoSuchDelivery: (404, ""),
    promises.ReasonMissing: (422, "reason"),
    promises.TimeInPast: (422, "at"),
    promises.EndTooEarly: (422, "until"),
}

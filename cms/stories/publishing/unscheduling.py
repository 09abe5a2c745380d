"""Taking back what is promised and has not gone out: nothing is ever published by it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import SENTENCES, Action, Actor
from cms.core.refusal import Conflict, NotAllowed
from cms.models.people import Unit
from cms.stories.publishing.scheduling import with_channel
from cms.stories.queries import lookup
from scheduler.decisions.states import DeliveryState
from scheduler.orders import promises
from scheduler.storage.tables import Channel, Delivery


def unschedule(session: Session, actor: Actor, story_id: int, *, now: datetime) -> list[str]:
    """Cancel every waiting delivery of the story on channels that ``actor`` schedules; return the channels' names.

    Raise ``Conflict`` if nothing waits, ``NotAllowed`` if all that waits is on channels of others.
    """
    story = lookup.story(session, actor, story_id)
    waiting = session.execute(
        select(Delivery, Channel, Unit.path)
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Unit, Unit.id == Channel.unit_id)
        .where(Delivery.story_id == story.id, Delivery.state == DeliveryState.SCHEDULED)
        .order_by(Channel.name)
    )
    rows = list(waiting)
    if not rows:
        raise Conflict(N_("Bài không có lịch nào đang chờ; có thể bài đã được gửi đi, hãy tải lại trang."))
    own = [(delivery, channel) for delivery, channel, path in rows if actor.may(Action.SCHEDULE, path)]
    if not own:
        raise NotAllowed(SENTENCES[Action.SCHEDULE])
    for delivery, channel in own:
        _cancel(session, actor, story_id, delivery, channel, now)
    story.updated_at = now
    return [channel.name for _delivery, channel in own]


def _cancel(session: Session, actor: Actor, story_id: int, delivery: Delivery, channel: Channel, now: datetime) -> None:
    try:
        promises.cancel(session.connection(), delivery_id=delivery.id)
    except promises.DeskRefusal as error:
        raise with_channel(channel, error.words) from error
    record(
        session, actor, "story.unschedule", "delivery", delivery.id, unit_id=channel.unit_id, now=now,
        story=story_id, channel=channel.slug,
    )  # fmt: skip

"""Scheduling an approved revision on channels, and calling a story back from everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Rendition
from channels.words import N_, Words
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.priorities import promise_priority
from cms.core.refusal import Conflict, Invalid, NotFound, Refusal, refusal_from
from cms.models.people import Unit
from cms.models.stories import Revision, Story
from cms.models.story_states import StoryState
from cms.stories.publishing import render_ahead
from cms.stories.publishing.render_ahead import Ready
from cms.stories.queries import lookup, sharing
from media.storage.store import Store
from scheduler.decisions import slots
from scheduler.decisions.refusals import DeskRefusal
from scheduler.decisions.states import DeliveryState
from scheduler.orders import promises
from scheduler.storage.tables import Channel, Delivery


@dataclass(frozen=True, slots=True)
class Wish:
    """Where and when: ``at`` an instant (UTC), or None for the channel's next free weekly slot if ``next_slot``,
    else now. ``until`` ends the item's life on the channel. ``priority`` is the class of a radio script:
    thong_thuong, uu_tien or khan_cap; "" leaves that of the channel, and is the only one for other channels."""

    channel_id: int
    at: datetime | None = None
    next_slot: bool = False
    until: datetime | None = None
    priority: str = ""


def prepare(
    session: Session,
    store: Store,
    base_url: str,
    actor: Actor,
    story_id: int,
    wishes: Sequence[Wish],
    *,
    expected_version: int | None = None,
) -> Ready:
    """Make the approved revision for all channels of ``wishes``; slow, and nothing is promised by it.

    Raise a ``Refusal`` that names the first channel in the way and what to do.
    """
    story = lookup.story(session, actor, story_id)
    lookup.check_version(lookup.seen(session, actor, story), expected_version)
    revision = approved_revision(session, story)
    if not wishes:
        raise Invalid(N_("Hãy chọn ít nhất một kênh để lên lịch."), field="channels")
    channels = [_channel(session, actor, wish.channel_id) for wish in wishes]
    made = render_ahead.make(session, store, base_url, story, revision, channels)
    for channel, one in zip(channels, made.made, strict=True):
        if one.problem is not None:
            raise Invalid(
                N_("%(channel)s: %(problem)s %(remedy)s"), field=one.problem.field,
                channel=channel.name, problem=one.problem.message, remedy=one.problem.remedy,
            )  # fmt: skip
    return made


def schedule(
    session: Session,
    actor: Actor,
    ready: Ready,
    wishes: Sequence[Wish],
    *,
    now: datetime,
    expected_version: int | None = None,
) -> list[int]:
    """Promise what is ``ready`` to all channels of ``wishes``, or to none; return the delivery ids.

    A channel that already carries an older revision is corrected instead. Raise ``making.Stale`` if it has to be made
    again, or a ``Refusal`` that names the first channel in the way. ``promising.schedule`` takes both steps.
    """
    session.execute(select(Story.id).where(Story.id == ready.story_id).with_for_update())
    story = lookup.story(session, actor, ready.story_id)
    lookup.check_version(lookup.seen(session, actor, story), expected_version)
    revision = approved_revision(session, story)
    channels = [_channel(session, actor, wish.channel_id) for wish in wishes]
    render_ahead.require_same(session, story.unit, revision.id, ready)
    made = [
        _promise(session, actor, story, revision, channel, wish, one.rendition, now)
        for channel, wish, one in zip(channels, wishes, ready.made, strict=True)
        if one.rendition is not None
    ]
    story.updated_at = now
    return made


def approved_revision(session: Session, story: Story) -> Revision:
    """The revision that may go out: approved, and the newest; raise ``Conflict`` otherwise."""
    if story.state != StoryState.APPROVED or story.approved_id is None or story.approved_id != story.current_id:
        raise Conflict(N_("Bản mới nhất của bài chưa được duyệt nên chưa lên lịch được; hãy gửi duyệt trước."))
    return session.get_one(Revision, story.approved_id)


def retract(
    session: Session,
    actor: Actor,
    story_id: int,
    *,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
) -> list[int]:
    """Call the story back from every channel: what waits is cancelled, what is live is withdrawn."""
    story = lookup.story(session, actor, story_id)
    actor.require(Action.SCHEDULE, story.unit.path)
    lookup.check_version(story, expected_version)
    if not reason.strip():
        raise Invalid(N_("Hãy ghi lý do thu hồi; lý do được lưu cùng nhật ký thay đổi."), field="reason")
    if story.state == StoryState.RETRACTED:
        raise Conflict(N_("Bài đã được thu hồi trước đó."))
    touched = promises.withdraw(session.connection(), story_id=story.id, reason=reason.strip(), now=now)
    if not touched and story.state != StoryState.APPROVED:
        raise Conflict(N_("Bài chưa phát hành ở đâu nên không có gì để thu hồi."))
    story.state, story.updated_at = StoryState.RETRACTED, now
    sharing.call_back(session, story, now)
    record(
        session, actor, "story.retract", "story", story.id,
        unit_id=story.unit_id, now=now, reason=reason.strip(), deliveries=touched,
    )  # fmt: skip
    return touched


def _promise(
    session: Session,
    actor: Actor,
    story: Story,
    revision: Revision,
    channel: Channel,
    wish: Wish,
    rendition: Rendition,
    now: datetime,
) -> int:
    rendition_id = promises.freeze(
        session.connection(), channel_id=channel.id, story_id=story.id, revision_id=revision.id,
        revision=revision.number, rendition=rendition, title=story.title, now=now,
    )  # fmt: skip
    delivery_id = _place(session, actor, story, channel, rendition_id, wish, now)
    if wish.priority:
        promise_priority(session, actor, delivery_id, wish.priority, now=now)
    record(
        session, actor, "story.schedule", "delivery", delivery_id, unit_id=channel.unit_id, now=now,
        story=story.id, revision=revision.number, channel=channel.slug,
        at=wish.at.isoformat() if wish.at else ("slot" if wish.next_slot else "now"),
    )  # fmt: skip
    return delivery_id


def _place(
    session: Session, actor: Actor, story: Story, channel: Channel, rendition_id: int, wish: Wish, now: datetime
) -> int:
    connection = session.connection()
    live = session.scalar(
        select(Delivery.id).where(
            Delivery.story_id == story.id,
            Delivery.channel_id == channel.id,
            Delivery.state == DeliveryState.LIVE,
            Delivery.rendition_id != rendition_id,
        )
    )
    try:
        if live is not None:
            promises.correct(connection, delivery_id=live, rendition_id=rendition_id, now=now)
            return live
        return promises.schedule(
            connection, story_id=story.id, channel_id=channel.id, rendition_id=rendition_id,
            at=_instant(session, channel, wish, now), until=wish.until, by=actor.person_id, now=now,
        )  # fmt: skip
    except DeskRefusal as error:
        raise with_channel(channel, error.words) from error


def _instant(session: Session, channel: Channel, wish: Wish, now: datetime) -> datetime | None:
    if not wish.next_slot:
        return wish.at
    taken = session.scalars(
        select(Delivery.scheduled_at).where(
            Delivery.channel_id == channel.id,
            Delivery.scheduled_at >= now,
            Delivery.state.in_((DeliveryState.SCHEDULED, DeliveryState.SENDING)),
        )
    )
    slot = slots.next_free_slot(channel.weekly_slots, set(taken), now)
    if slot is None:
        raise Invalid(
            N_("%(channel)s chưa có khung giờ phát hành nào; hãy chọn ngày giờ cụ thể hoặc thêm khung giờ cho kênh."),
            field="at", channel=channel.name,
        )  # fmt: skip
    return slot


def with_channel(channel: Channel, words: Words) -> Refusal:
    """A refusal of the delivery desk, with the channel it is about named first."""
    return refusal_from(
        409, "conflict", Words(N_("%(channel)s: %(problem)s"), {"channel": channel.name, "problem": words})
    )


def _channel(session: Session, actor: Actor, channel_id: int) -> Channel:
    channel = session.get(Channel, channel_id)
    if channel is None or not channel.active or channel.kind not in registry.KINDS:
        raise NotFound(N_("Không có kênh này hoặc kênh đã ngừng; hãy chọn kênh khác."), field="channels")
    actor.require(Action.SCHEDULE, session.get_one(Unit, channel.unit_id).path)
    return channel

"""Scheduling an approved story on channels, taking a schedule back, and calling a story back from everywhere."""

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from channels.words import N_
from cms.api.kit.calls import Call, Reply
from cms.api.kit.expecting import Match
from cms.api.kit.fields import PRIORITIES, Instant, NoQuery, Priority, Reason, RequestBody, Word
from cms.api.kit.named import channel_by_slug
from cms.api.kit.table import endpoint
from cms.api.resources.story_changes import changing_story
from cms.api.resources.story_shapes import StoryTold, story_reply
from cms.core import priorities
from cms.core.database import db
from cms.core.refusal import Invalid
from cms.stories.publishing import promising, scheduling, unscheduling
from cms.stories.publishing.scheduling import Wish
from cms.stories.queries import lookup
from cms.web.context import settings, store


class ChannelWish(RequestBody):
    """Where and when. Without `at` and `next_slot`: now."""

    channel: Word = Field(description="Slug of the channel.")
    at: Instant | None = None
    next_slot: bool = Field(False, description="At the channel's next free weekly time.")
    until: Instant | None = Field(None, description="When it is to leave the channel; null: never.")
    priority: Priority | None = Field(
        None, description="Class of a radio script: normal, first, urgent. null: the channel's own, or what was given."
    )


class Schedule(RequestBody):
    """All of it is promised or nothing."""

    channels: Annotated[list[ChannelWish], Field(min_length=1, max_length=50)]


class CallBack(RequestBody):
    """Why a story is called back; the reason is kept."""

    reason: Reason


@endpoint("POST", "/stories/{story_id}/schedule", "stories:publish", match=Match.MAY, refuses=(409,))
def schedule_story(call: Call[NoQuery, Schedule], story_id: int) -> Reply[StoryTold]:
    """Promise the approved revision to channels.

    A channel that carries an older revision is corrected. Refused as a whole, with the first channel in the way.
    """
    session = db.session()
    found = lookup.story(session, call.actor, story_id)
    wishes = [_wish(session, number, wish) for number, wish in enumerate(call.body.channels)]
    promising.schedule(
        store(), settings().public_url, call.actor, story_id, wishes, now=call.now,
        expected_version=call.expected.version_for(lookup.seen(session, call.actor, found).version),
    )  # fmt: skip
    return story_reply(call, story_id)


@endpoint("POST", "/stories/{story_id}/unschedule", "stories:publish", match=Match.MAY, refuses=(409,))
def unschedule_story(call: Call[NoQuery, None], story_id: int) -> Reply[StoryTold]:
    """Take back what is promised and has not gone out.

    Nothing is ever published by this. What is live stays; retract calls it back.
    """
    with changing_story(call, story_id) as (session, found, version):
        lookup.check_version(lookup.seen(session, call.actor, found), version)
        unscheduling.unschedule(session, call.actor, story_id, now=call.now)
    return story_reply(call, story_id)


@endpoint("POST", "/stories/{story_id}/retract", "stories:publish", match=Match.MAY, refuses=(409,))
def retract_story(call: Call[NoQuery, CallBack], story_id: int) -> Reply[StoryTold]:
    """Call a story back from every channel.

    What waits is cancelled, what is live is taken down; `deliveries` tells which channels have confirmed.
    """
    with changing_story(call, story_id) as (session, _found, version):
        scheduling.retract(
            session, call.actor, story_id, reason=call.body.reason, now=call.now, expected_version=version
        )  # fmt: skip
    return story_reply(call, story_id)


def _wish(session: Session, number: int, wish: ChannelWish) -> Wish:
    field = f"channels.{number}"
    if wish.at is not None and wish.next_slot:
        raise Invalid(N_("Hãy chọn giờ cụ thể hoặc khung giờ kế tiếp, không chọn cả hai."), field=f"{field}.at")
    channel = channel_by_slug(session, wish.channel, f"{field}.channel")
    if wish.priority and not priorities.known(channel.kind):
        raise Invalid(priorities.NO_PRIORITIES, field=f"{field}.priority")
    return Wish(channel.id, wish.at, wish.next_slot, wish.until, PRIORITIES[wish.priority] if wish.priority else "")

"""Handing in, approving, giving back."""

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.api.kit.calls import Call, Reply
from cms.api.kit.expecting import Match
from cms.api.kit.fields import Id, NoQuery, Reason, RequestBody
from cms.api.kit.table import endpoint
from cms.api.resources.story_changes import changing_story
from cms.api.resources.story_shapes import StoryTold, story_reply
from cms.core.database import db
from cms.core.refusal import Invalid
from cms.models.stories import Revision
from cms.stories.queries import lookup
from cms.stories.review import approval, review
from cms.web.context import settings, store


class Approval(RequestBody):
    """What is approved."""

    revision: Id | None = Field(None, description="The revision that was read; refused if there is a newer one.")


class GivenBack(RequestBody):
    """Why, and which revision was read."""

    reason: Reason
    revision: Id | None = None


@endpoint("POST", "/stories/{story_id}/submit", "stories:write", match=Match.MAY, refuses=(409,))
def submit_story(call: Call[NoQuery, None], story_id: int) -> Reply[StoryTold]:
    """Hand the newest revision to the lead.

    Refused with the first thing that is missing; 409 if it was handed in already.
    """
    with changing_story(call, story_id) as (session, _found, version):
        review.submit(session, call.actor, story_id, now=call.now, expected_version=version)
    return story_reply(call, story_id)


@endpoint("POST", "/stories/{story_id}/approve", "stories:approve", match=Match.MAY, refuses=(409,))
def approve_story(call: Call[NoQuery, Approval], story_id: int) -> Reply[StoryTold]:
    """Approve a revision.

    Approval binds to that revision: name it, or send If-Match, so that nothing unread is approved. What waits on a
    channel with an older revision carries this one from now on.
    """
    session = db.session()
    found = lookup.story(session, call.actor, story_id)
    version = call.expected.version_for(lookup.seen(session, call.actor, found).version)
    approval.approve(
        store(), settings().public_url, call.actor, story_id,
        revision_id=_revision_id(session, story_id, call.body.revision), now=call.now, expected_version=version,
        in_turn=True,
    )  # fmt: skip
    return story_reply(call, story_id)


@endpoint("POST", "/stories/{story_id}/return", "stories:approve", match=Match.MAY, refuses=(409,))
def return_story(call: Call[NoQuery, GivenBack], story_id: int) -> Reply[StoryTold]:
    """Return a story to its author with a reason."""
    with changing_story(call, story_id) as (session, _found, version):
        revision_id = _revision_id(session, story_id, call.body.revision)
        review.give_back(
            session, call.actor, story_id, reason=call.body.reason, revision_id=revision_id, now=call.now,
            expected_version=version,
        )  # fmt: skip
    return story_reply(call, story_id)


def _revision_id(session: Session, story_id: int, number: int | None) -> int | None:
    if number is None:
        return None
    found = session.scalar(select(Revision.id).where(Revision.story_id == story_id, Revision.number == number))
    if found is None:
        raise Invalid(N_("Bài không có bản %(number)s."), field="revision", number=number)
    return found

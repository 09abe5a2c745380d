"""Submitting, approving and returning: a decision binds to one revision."""

from datetime import datetime

from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, NotAllowed
from cms.models.stories import Review, Story
from cms.models.story_states import StoryState
from cms.stories.editing.content import Content, gaps
from cms.stories.queries import lookup, sharing

WRITABLE = frozenset({StoryState.DRAFT, StoryState.RETURNED, StoryState.RETRACTED})


def submit(
    session: Session, actor: Actor, story_id: int, *, now: datetime, expected_version: int | None = None
) -> Story:
    """Hand the newest revision to the lead; raise ``Invalid`` with the first thing that is missing."""
    story = lookup.story(session, actor, story_id)
    actor.require(Action.WRITE, story.unit.path)
    lookup.check_version(story, expected_version)
    if story.state not in WRITABLE:
        raise Conflict(N_("Bài đã được gửi duyệt hoặc đã duyệt; không cần gửi lại."))
    for field, sentence in gaps(Content.model_validate(lookup.current(story).content)):
        raise Invalid(sentence, field=field)
    _move(session, actor, story, StoryState.SUBMITTED, "story.submit", now)
    return story


def approve(
    session: Session,
    actor: Actor,
    story_id: int,
    *,
    revision_id: int | None,
    now: datetime,
    expected_version: int | None = None,
) -> Story:
    """Approve the revision that the lead has read: ``revision_id`` must still be the newest."""
    story = _for_decision(session, actor, story_id, revision_id, expected_version)
    revision = lookup.current(story)
    if revision.created_by == actor.person_id and not story.unit.own_approval:
        raise NotAllowed(N_("Người viết không tự duyệt bài của mình; hãy nhờ lãnh đạo duyệt bài khác."))
    session.add(_review(story, actor, "approved", "", now))
    story.approved_id = revision.id
    sharing.share(session, story, revision, now)
    _move(session, actor, story, StoryState.APPROVED, "story.approve", now)
    return story


def give_back(
    session: Session,
    actor: Actor,
    story_id: int,
    *,
    reason: str,
    now: datetime,
    revision_id: int | None = None,
    expected_version: int | None = None,
) -> Story:
    """Return the story to its author with a reason."""
    story = _for_decision(session, actor, story_id, revision_id, expected_version)
    if not reason.strip():
        raise Invalid(N_("Hãy ghi lý do trả lại để người viết biết cần sửa gì."), field="reason")
    session.add(_review(story, actor, "returned", reason.strip(), now))
    _move(session, actor, story, StoryState.RETURNED, "story.return", now, reason=reason.strip())
    return story


def _for_decision(
    session: Session, actor: Actor, story_id: int, revision_id: int | None, expected_version: int | None
) -> Story:
    story = lookup.story(session, actor, story_id)
    actor.require(Action.APPROVE, story.unit.path)
    lookup.check_version(story, expected_version)
    if story.state != StoryState.SUBMITTED:
        raise Conflict(N_("Bài chưa được gửi duyệt hoặc đã có quyết định; hãy tải lại trang để xem trạng thái mới."))
    if revision_id is not None and revision_id != story.current_id:
        raise Conflict(N_("Bài vừa có bản mới hơn bản bạn đã đọc; hãy đọc bản mới rồi quyết định."))
    return story


def _review(story: Story, actor: Actor, decision: str, reason: str, now: datetime) -> Review:
    return Review(
        story_id=story.id,
        revision_id=story.current_id,
        person_id=actor.person_id,
        decision=decision,
        reason=reason,
        at=now,
    )


def _move(
    session: Session, actor: Actor, story: Story, state: StoryState, action: str, now: datetime, **detail: object
) -> None:
    story.state, story.updated_at = state, now
    number = lookup.current(story).number
    record(session, actor, action, "story", story.id, unit_id=story.unit_id, now=now, revision=number, **detail)

"""Writing: a new story, and saving its next revision."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, NotFound
from cms.models.people import Unit
from cms.models.plans import Term
from cms.models.stories import Revision, RevisionTag, Story
from cms.models.story_states import OUT, WAITING, StoryState, is_locked
from cms.stories.editing import working_copies
from cms.stories.editing.content import Content
from cms.stories.editing.working_copies import Tab
from cms.stories.queries import lookup, search
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery

Illustrate = Callable[[Content], Content]
"""Draws what a content describes (an infographic's blocks) and returns the content with the picture in it."""


def create(session: Session, actor: Actor, *, unit_id: int, content: Content, now: datetime) -> Story:
    """Start a story in a unit with its first revision."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    actor.require(Action.WRITE, unit.path)
    check_terms(session, content)
    story = Story(
        unit_id=unit.id,
        author_id=actor.person_id,
        kind=content.kind,
        state=StoryState.DRAFT,
        created_at=now,
        updated_at=now,
    )
    session.add(story)
    session.flush()
    _add_revision(session, actor, story, content, 1, now)
    record(session, actor, "story.create", "story", story.id, unit_id=unit.id, now=now, title=content.title)
    return story


def save(
    session: Session,
    actor: Actor,
    story_id: int,
    content: Content,
    *,
    base_id: int | None,
    expected_version: int | None = None,
    now: datetime,
    tab: Tab | None = None,
) -> Revision:
    """Save ``content`` as the next revision; approval starts anew. Equal content makes no new revision.

    Raise ``Conflict`` if the story has moved on from ``base_id`` (the text typed stays in the working copy, and the
    page shows both), or if it is locked because it waits to go out. ``tab`` is the page it was typed on, whose working
    copy is done with; those of other pages stay.
    """
    story = lookup.story(session, actor, story_id)
    actor.require(Action.WRITE, story.unit.path)
    lookup.check_version(story, expected_version)
    newest = lookup.current(story)
    if content.sha256 == newest.sha256:
        if tab is not None:
            working_copies.drop(session, actor, story_id, tab)
        return newest
    if base_id is not None and base_id != newest.id:
        raise Conflict(overtaken_by(actor, newest), number=newest.number)
    refuse_if_locked(session, story)
    check_terms(session, content)
    revision = _add_revision(session, actor, story, content, newest.number + 1, now)
    story.state = StoryState.DRAFT
    if tab is not None:
        working_copies.drop(session, actor, story_id, tab)
    record(session, actor, "story.save", "story", story.id, unit_id=story.unit_id, now=now, revision=revision.number)
    return revision


def overtaken_by(actor: Actor, newest: Revision) -> str:
    """The sentence for who writes on an older revision: somebody else saved, or they did themselves on another page."""
    if newest.created_by == actor.person_id:
        return N_("Bạn đã lưu bản %(number)s của bài này ở một thẻ hoặc máy khác; hãy so sánh hai bản rồi lưu lại.")
    return N_("Trong lúc bạn viết, người khác đã lưu bản %(number)s; hãy so sánh hai bản rồi lưu lại.")


def plan_for(session: Session, actor: Actor, story_id: int, day: date | None, now: datetime) -> None:
    """Note the day that the newsroom intends for the story."""
    story = lookup.story(session, actor, story_id)
    actor.require(Action.WRITE, story.unit.path)
    story.planned_for, story.updated_at = day, now
    record(session, actor, "story.plan", "story", story.id, unit_id=story.unit_id, now=now, day=day and day.isoformat())


def refuse_if_locked(session: Session, story: Story) -> None:
    """Raise ``Conflict`` while the approved text waits to go out on channels of its own unit, and is live nowhere."""
    rows = session.execute(
        select(Delivery.state, Unit.path)
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Unit, Unit.id == Channel.unit_id)
        .where(Delivery.story_id == story.id, Delivery.state.in_(sorted(WAITING | OUT)))
    ).all()
    elsewhere = any(state in WAITING and not path.startswith(story.unit.path) for state, path in rows)
    if is_locked([DeliveryState(state) for state, _path in rows], waits_elsewhere=elsewhere):
        raise Conflict(N_("Bài đang chờ phát hành nên đã khóa; hãy bỏ lịch trước khi sửa."))


def check_terms(session: Session, content: Content) -> None:
    """Raise ``Invalid`` if the content names a column, topic, audience or document that no plan defines."""
    wanted = {("column", content.column)} if content.column else set()
    wanted |= {("topic", code) for code in content.topics}
    wanted |= {("audience", code) for code in content.audiences}
    wanted |= {("document", code) for code in content.documents}
    if not wanted:
        return
    known = set(session.execute(select(Term.kind, Term.code).where(Term.code.in_({code for _, code in wanted}))))
    for kind, code in sorted(wanted - known):
        raise Invalid(_UNKNOWN[kind], field=_FIELDS[kind], code=code)


_FIELDS = {"column": "column", "topic": "topics", "audience": "audiences", "document": "documents"}
_UNKNOWN = {
    "column": N_("Không có chuyên mục “%(code)s”; hãy chọn chuyên mục trong danh sách."),
    "topic": N_("Không có chủ đề “%(code)s”; hãy chọn chủ đề trong danh sách."),
    "audience": N_("Không có đối tượng “%(code)s”; hãy chọn đối tượng trong danh sách."),
    "document": N_("Không có văn bản “%(code)s” trong các kế hoạch; hãy chọn văn bản trong danh sách."),
}


def _add_revision(
    session: Session, actor: Actor, story: Story, content: Content, number: int, now: datetime
) -> Revision:
    revision = Revision(
        story_id=story.id,
        number=number,
        kind=content.kind,
        column=content.column,
        content=content.model_dump(mode="json"),
        sha256=content.sha256,
        created_by=actor.person_id,
        created_at=now,
    )
    session.add(revision)
    session.flush()
    for kind, codes in (("topic", content.topics), ("audience", content.audiences), ("document", content.documents)):
        session.add_all(RevisionTag(revision_id=revision.id, kind=kind, code=code) for code in dict.fromkeys(codes))
    story.current, story.current_id = revision, revision.id
    story.title, story.kind, story.column, story.updated_at = content.title, content.kind, content.column, now
    search.index(session, story.id, content)
    session.flush()
    return revision

"""The approval inbox: what waits, oldest first, with what changed since the last approval, and the decision."""

from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cms.core.database import changing, db
from cms.core.permissions import Action, Actor
from cms.core.refusal import Refusal
from cms.models.people import Person
from cms.models.stories import Revision
from cms.stories.editing import diff
from cms.stories.editing.content import Content
from cms.stories.editing.diff import FieldDiff
from cms.stories.pages.blueprint import blueprint
from cms.stories.pages.editor_page import channel_labels
from cms.stories.pages.opened_story import OpenedStory, opened
from cms.stories.queries import listing
from cms.stories.renditions import preview
from cms.stories.renditions.preview import Preview
from cms.stories.review import approval, review
from cms.vocabulary import choices
from cms.web.actor import current_actor
from cms.web.context import now, settings, store
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.output.language import say


@dataclass(frozen=True, slots=True)
class Case:
    """The story to decide about: what changed since ``before``, the last approved revision, and every output."""

    opened: OpenedStory
    writer: str
    before: Revision | None
    changes: tuple[FieldDiff, ...]
    previews: list[Preview]


@blueprint.get("/inbox")
@signed_in
def inbox() -> Response:
    """The waiting stories and the chosen one, or the oldest."""
    current_actor().require(Action.APPROVE)
    chosen = request.args.get("story", "")
    return _inbox(int(chosen) if chosen.isdecimal() and len(chosen) < 10 else None)


@blueprint.post("/stories/<int:story_id>/approve")
@signed_in
@needs(Action.APPROVE)
def approve(story_id: int) -> Response:
    """Approve the revision that the form was made for, and no newer one."""
    revision_id = form_values.whole(request.form, "revision") or 0
    try:
        done = approval.approve(
            store(), settings().public_url, current_actor(), story_id, revision_id=revision_id, now=now()
        )
    except Refusal as refusal:
        return _inbox(story_id, refusal)
    flash(_("Đã duyệt “%(title)s”.", title=done.story.title), "success")
    if done.moved:
        flash(_("Lịch đang chờ nay mang bản vừa duyệt: %(channels)s.", channels=", ".join(done.moved)), "success")
    if done.taken_back:
        flash(
            _(
                "Bản vừa duyệt không lên được %(channels)s nên lịch ở đó đã được bỏ; hãy sửa rồi lên lịch lại.",
                channels=", ".join(done.taken_back),
            ),
            "warning",
        )
    onward = url_for("stories.schedule", story_id=story_id) if request.form.get("then") == "schedule" else _next()
    return redirect(onward, 303)


@blueprint.post("/stories/<int:story_id>/return", endpoint="give_back")
@signed_in
@needs(Action.APPROVE)
def give_back(story_id: int) -> Response:
    """Give the story back to its author with a reason."""
    reason, revision_id = request.form.get("reason", ""), form_values.whole(request.form, "revision") or 0
    try:
        with changing() as session:
            story = review.give_back(
                session, current_actor(), story_id, reason=reason, revision_id=revision_id, now=now()
            )
    except Refusal as refusal:
        return _inbox(story_id, refusal, reason)
    flash(_("Đã trả lại “%(title)s” cho người viết.", title=story.title), "success")
    return redirect(_next(), 303)


def _next() -> str:
    return url_for("stories.inbox")


def _inbox(story_id: int | None, refusal: Refusal | None = None, reason: str = "") -> Response:
    db.session.rollback()
    session, actor = db.session(), current_actor()
    waiting = listing.waiting_for(session, actor)
    chosen = story_id if story_id is not None else waiting[0].id if waiting else None
    page = render_template(
        "stories/inbox.html",
        waiting=waiting,
        case=_case(session, actor, chosen) if chosen is not None else None,
        sentence=say(refusal.words) if refusal else "",
        reason=reason,
        kinds=diff.KIND_NAMES,
    )
    return make_response(page, refusal.status if refusal else 200)


def _case(session: Session, actor: Actor, story_id: int) -> Case:
    found = opened(session, actor, story_id)
    actor.require(Action.APPROVE, found.story.unit.path)
    before = session.get(Revision, found.story.approved_id) if found.story.approved_id else None
    terms = choices.labels(session, "column", "topic", "audience", "document")
    old = Content.model_validate(before.content) if before else Content(kind=found.content.kind)
    previews = preview.previews(
        session, store(), settings().public_url, found.story.unit, found.content,
        story_id=found.story.id, revision=found.revision.number,
        back=url_for("stories.story", story_id=found.story.id),
    )  # fmt: skip
    writer = session.get_one(Person, found.revision.created_by).name
    changes = diff.contents(old, found.content, channel_labels(), terms)
    return Case(found, writer, before, changes, previews)

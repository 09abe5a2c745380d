"""The editor: a new story, a story that is written on, saving, and handing in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from channels.contract import StoryKind
from channels.localtime import local
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Conflict, Refusal
from cms.models.stories import Revision, Story, WorkingCopy
from cms.stories.editing import content as contents
from cms.stories.editing import covers, forms, working_copies, writing
from cms.stories.editing.content import Content
from cms.stories.editing.forms import Typed
from cms.stories.editing.pictures import KeptPicture
from cms.stories.editing.working_copies import Tab
from cms.stories.pages.blueprint import blueprint
from cms.stories.pages.editor_page import Sheet, addresses_of, channel_labels, editor_page, others_of, overtaken
from cms.stories.pages.opened_story import OpenedStory, opened
from cms.stories.review import review
from cms.web.actor import current_actor
from cms.web.context import now, store
from cms.web.errors import wants_json
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.input.dates import as_typed


class Overtaking(Conflict):
    """Somebody saved a newer revision; the page compares both texts."""

    code = "overtaken"


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved: the story, its revision, and whether it was handed in."""

    story: Story
    revision: Revision
    submitted: bool


@blueprint.get("/stories/new")
@signed_in
def new() -> Response:
    """An empty editor."""
    session, actor = db.session(), current_actor()
    actor.require(Action.WRITE)
    kind = request.args.get("kind", "")
    values = {"kind": kind if kind in set(StoryKind) else StoryKind.ARTICLE.value}
    return editor_page(session, actor, None, Sheet(values, None, None, request.args.get("planned_for", "")))


@blueprint.post("/stories/new")
@signed_in
@needs(Action.WRITE)
def create() -> Response:
    """Start a story from the editor."""
    typed = forms.read(request.form)
    try:
        saved = _create(typed)
    except Refusal as refusal:
        return _refused(None, typed, refusal)
    return _done(saved)


@blueprint.get("/stories/<int:story_id>")
@signed_in
def story(story_id: int) -> Response | str:
    """The editor for those who may write on it now, the text for all others who may read it."""
    session, actor = db.session(), current_actor()
    found = opened(session, actor, story_id)
    copies = working_copies.of_person(session, actor, story_id)
    if not found.choices.write:
        pictures = addresses_of(session, found.content.model_dump(mode="json"))
        kept = next((one.saved_at for one in copies if found.choices.locked), None)
        return render_template(
            "stories/show.html", opened=found, channel_kinds=channel_labels(), addresses=pictures, kept_at=kept
        )
    return editor_page(session, actor, found, _sheet(session, found, copies, request.args.get("copy")))


@blueprint.post("/stories/<int:story_id>")
@signed_in
@needs(Action.WRITE)
def save(story_id: int) -> Response:
    """Save the next revision, and hand it in if asked to: both or neither."""
    typed = forms.read(request.form)
    try:
        saved = _save(story_id, typed)
    except Refusal as refusal:
        return _refused(story_id, typed, refusal)
    return _done(saved)


def _create(typed: Typed) -> Saved:
    actor, content, planned = current_actor(), contents.parse(typed.content), form_values.day(typed.kept, "planned_for")
    submits = _submits()
    picture = _drawn(content, must=submits)
    with changing() as session:
        full = covers.illustrated(session, actor, typed.unit_id or 0, content, picture, now())
        made = writing.create(session, actor, unit_id=typed.unit_id or 0, content=full, now=now())
        if planned:
            writing.plan_for(session, actor, made.id, planned, now())
        return _handed_in(session, made, submits)


def _save(story_id: int, typed: Typed) -> Saved:
    actor, content, planned = current_actor(), contents.parse(typed.content), form_values.day(typed.kept, "planned_for")
    submits = _submits()
    picture = _drawn(content, must=submits)
    with changing() as session:
        found = opened(session, actor, story_id)
        full = covers.illustrated(session, actor, found.story.unit_id, content, picture, now())
        if typed.base_id not in (None, found.story.current_id) and full.sha256 != found.revision.sha256:
            actor.require(Action.WRITE, found.story.unit.path)
            raise Overtaking(writing.overtaken_by(actor, found.revision), number=found.revision.number)
        writing.save(session, actor, story_id, full, base_id=typed.base_id, now=now(), tab=typed.tab)
        if planned != found.story.planned_for:
            writing.plan_for(session, actor, story_id, planned, now())
        return _handed_in(session, found.story, submits)


def _handed_in(session: Session, story: Story, submits: bool) -> Saved:
    session.flush()
    if submits:
        review.submit(session, current_actor(), story.id, now=now())
    revision = session.get_one(Revision, story.current_id)
    return Saved(story, revision, submits)


def _submits() -> bool:
    return request.form.get("then") == "submit"


def _drawn(content: Content, *, must: bool) -> KeptPicture | None:
    """The content's drawing, kept; a draft whose blocks cannot be drawn yet goes without."""
    try:
        return covers.drawn(store(), content)
    except Refusal as refusal:
        if must or refusal.field != "infographic":
            raise
        return None


def _done(saved: Saved) -> Response:
    address = url_for("stories.story", story_id=saved.story.id)
    if saved.submitted:
        sentence = _("Đã gửi duyệt bản %(number)s.", number=saved.revision.number)
        flash(sentence, "success")
    else:
        clock = f"{local(now()):%H:%M:%S}"
        sentence = _("Đã lưu bản %(number)s lúc %(clock)s.", number=saved.revision.number, clock=clock)
    if not wants_json():
        if not saved.submitted:
            flash(sentence, "success")
        return redirect(address, 303)
    return jsonify(
        id=saved.story.id, url=address, base=saved.revision.id, number=saved.revision.number, words=sentence,
        state=saved.story.state, stage=opened(db.session(), current_actor(), saved.story.id).stage,
        go=address if saved.submitted else None,
    )  # fmt: skip


def _refused(story_id: int | None, typed: Typed, refusal: Refusal) -> Response:
    """Show the form again with everything typed, which is also kept as the working copy; scripts get the sentence."""
    db.session.rollback()
    if story_id is not None:
        _keep(story_id, typed)
    if wants_json():
        raise refusal
    session, actor = db.session(), current_actor()
    found = opened(session, actor, story_id) if story_id is not None else None
    if found is not None and isinstance(refusal, Overtaking):
        compared = overtaken(session, found, typed.content)
        sheet = Sheet(typed.content, None, found.story.current_id, typed.planned_for, overtaken=compared, tab=typed.tab)
    else:
        sheet = Sheet(typed.content, typed.unit_id, typed.base_id, typed.planned_for, refusal=refusal, tab=typed.tab)
    return editor_page(session, actor, found, sheet)


def _keep(story_id: int, typed: Typed) -> None:
    """Keep what was typed if the person may write here; who may not has their own sentence already."""
    try:
        with changing() as session:
            working_copies.keep(session, current_actor(), story_id, typed.kept, typed.base_id, now(), typed.tab)
    except Refusal:
        db.session.rollback()


def _sheet(session: Session, found: OpenedStory, copies: Sequence[WorkingCopy], wanted: str | None) -> Sheet:
    """The saved text, or the working copy where it says something else: the ``wanted`` one, else the latest."""
    planned = as_typed(found.story.planned_for.isoformat()) if found.story.planned_for else ""
    open_copies = [copy for copy in copies if not _nothing_new(copy, found, planned)]
    if not open_copies:
        return Sheet(found.content.model_dump(mode="json"), None, found.story.current_id, planned, tab=Tab.new())
    copy = next((one for one in open_copies if one.tab == wanted), open_copies[0])
    typed, day = forms.opened_copy(copy.content)
    return Sheet(
        typed, None, found.story.current_id, planned if day is None else day,
        overtaken=overtaken(session, found, typed) if copy.base_id != found.story.current_id else None,
        kept_at=copy.saved_at, tab=Tab.new(copy), others=others_of(copy, open_copies),
    )  # fmt: skip


def _nothing_new(copy: WorkingCopy, found: OpenedStory, planned: str) -> bool:
    typed, day = forms.opened_copy(copy.content)
    return _same(typed, found.content) and (day is None or as_typed(day) == planned)


def _same(typed: dict[str, Any], saved: Content) -> bool:
    try:
        content = contents.parse(typed)
    except Refusal:
        return False
    if covers.wanted(content) and saved.cover:
        content = covers.with_cover(content, saved.cover.sha256)
    return content.sha256 == saved.sha256

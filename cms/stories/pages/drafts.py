"""What the editor asks for while somebody types: previews with findings, and keeping the working copy."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from channels.localtime import local
from channels.words import N_
from cms.core.database import changing, db
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotFound
from cms.models.people import Unit
from cms.stories.editing import content as contents
from cms.stories.editing import forms, working_copies
from cms.stories.editing.content import Content
from cms.stories.editing.working_copies import Tab
from cms.stories.pages.blueprint import blueprint
from cms.stories.pages.meanwhile import happened
from cms.stories.pages.opened_story import opened
from cms.stories.queries import lookup
from cms.stories.renditions import preview
from cms.stories.renditions.preview import FindingInWords, Preview
from cms.web.actor import current_actor
from cms.web.context import now, settings, store
from cms.web.guard import needs, signed_in
from cms.web.output.formats import moment
from cms.web.output.language import say


@blueprint.post("/stories/preview")
@signed_in
def preview_new() -> Response:
    """Previews of a story that has not been saved once."""
    session, actor = db.session(), current_actor()
    typed = forms.read(request.form)
    unit = session.get(Unit, typed.unit_id) if typed.unit_id else _any_unit(session, actor)
    if unit is None:
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    actor.require(Action.WRITE, unit.path)
    return _previews(session, unit, contents.parse(typed.content))


@blueprint.post("/stories/<int:story_id>/preview")
@signed_in
@needs(Action.WRITE)
def preview_story(story_id: int) -> Response:
    """Previews of what is being typed; nothing is saved."""
    session = db.session()
    story = lookup.story(session, current_actor(), story_id)
    current_actor().require(Action.WRITE, story.unit.path)
    content = contents.parse(forms.read(request.form).content)
    return _previews(
        session,
        story.unit,
        content,
        story_id=story.id,
        revision=lookup.seen(session, current_actor(), story).revision.number,
    )


@blueprint.get("/stories/<int:story_id>/preview")
@signed_in
def preview_saved(story_id: int) -> Response:
    """Previews of the newest revision, for those who only read."""
    session = db.session()
    story = lookup.story(session, current_actor(), story_id)
    revision = lookup.seen(session, current_actor(), story).revision
    content = Content.model_validate(revision.content)
    return _previews(session, story.unit, content, story_id=story.id, revision=revision.number)


@blueprint.post("/stories/<int:story_id>/working-copy")
@signed_in
@needs(Action.WRITE)
def keep(story_id: int) -> Response:
    """Keep what has been typed so far."""
    typed = forms.read(request.form)
    with changing() as session:
        others = working_copies.keep(session, current_actor(), story_id, typed.kept, typed.base_id, now(), typed.tab)
        times = [other.saved_at for other in others]
    found = opened(db.session(), current_actor(), story_id)
    news = happened(db.session(), current_actor(), found, base_id=typed.base_id, stood=request.form.get("stood", ""))
    return jsonify(
        words=_("Đã lưu tạm lúc %(clock)s", clock=f"{local(now()):%H:%M:%S}"), saved_at=now().isoformat(),
        elsewhere=_elsewhere(times), happened=say(news) if news else "",
    )  # fmt: skip


@blueprint.post("/stories/<int:story_id>/working-copy/drop")
@signed_in
@needs(Action.WRITE)
def drop(story_id: int) -> Response:
    """Give the unsaved text up and go back to the saved one."""
    tab = Tab.read(request.form.get("tab", ""), request.form.get("continues", ""))
    with changing() as session:
        _require_writing(session, story_id)
        working_copies.drop(session, current_actor(), story_id, tab)
    flash(_("Đã bỏ bản tạm; trang đang hiện bản đã lưu."), "success")
    return redirect(url_for("stories.story", story_id=story_id), 303)


@blueprint.post("/stories/<int:story_id>/working-copy/drop-other")
@signed_in
@needs(Action.WRITE)
def drop_other(story_id: int) -> Response:
    """Give up the text of another page, unless somebody still writes there."""
    other = Tab.read("", request.form.get("other", ""))
    with changing() as session:
        _require_writing(session, story_id)
        dropped = working_copies.drop_shown(session, current_actor(), story_id, other)
    if dropped:
        flash(_("Đã bỏ bản ở thẻ kia."), "success")
    else:
        flash(_("Bản ở thẻ kia vừa được viết thêm nên vẫn được giữ; hãy xem lại trước khi bỏ."), "warning")
    return redirect(url_for("stories.story", story_id=story_id), 303)


def _elsewhere(times: Sequence[datetime]) -> str:
    """What to tell who is writing on other pages too; ``times`` are when those were kept, the latest first."""
    if not times:
        return ""
    return str(
        _(
            "Bạn còn một bản khác của bài này, viết ở thẻ hoặc máy khác, lưu tạm lúc %(time)s (GMT+7);"
            " hai bản được giữ riêng.",
            time=moment(times[0]),
        )
    )


def _require_writing(session: Session, story_id: int) -> None:
    actor = current_actor()
    actor.require(Action.WRITE, lookup.story(session, actor, story_id).unit.path)


def _previews(session: Session, unit: Unit, content: Content, *, story_id: int = 0, revision: int = 1) -> Response:
    """``{kind: {label, channel, html, findings}}``, and under ``story`` what keeps the story from being submitted."""
    found = preview.previews(
        session, store(), settings().public_url, unit, content, story_id=story_id, revision=revision,
        back=f"{url_for('stories.story', story_id=story_id)}#pane-radio_script" if story_id else "",
    )  # fmt: skip
    body: dict[str, Any] = {one.kind: _plain(one, content) for one in found}
    body[preview.STORY] = {"findings": [asdict(told) for told in preview.gaps_of(content)]}
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(shown: Preview, content: Content) -> dict[str, Any]:
    findings = [_at_control(told, shown.kind, content) for told in shown.findings]
    return {"label": shown.label, "channel": shown.channel, "html": shown.html, "findings": findings}


def _at_control(told: FindingInWords, kind: str, content: Content) -> dict[str, Any]:
    return {**asdict(told), "field": preview.control(told.field, kind, content)}


def _any_unit(session: Session, actor: Actor) -> Unit | None:
    """The unit that a new story will most likely belong to, while none has been chosen."""
    grants = [grant for grant in actor.grants if actor.may(Action.WRITE, grant.path)]
    return session.get(Unit, grants[0].unit_id) if grants else None

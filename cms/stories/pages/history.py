"""Every revision of a story, the decisions about them, and what changed between any two."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.database import db
from cms.core.refusal import NotFound
from cms.models.people import Person
from cms.models.stories import Review, Revision
from cms.stories.editing import diff
from cms.stories.editing.content import Content
from cms.stories.pages.blueprint import blueprint
from cms.stories.pages.editor_page import channel_labels
from cms.stories.pages.opened_story import opened
from cms.vocabulary import choices
from cms.web.actor import current_actor
from cms.web.guard import signed_in
from cms.web.input import form_values

APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A revision in the list, with the decisions about it."""

    id: int
    number: int
    by: str
    at: datetime
    reviews: tuple[Review, ...]


@blueprint.get("/stories/<int:story_id>/history")
@signed_in
def history(story_id: int) -> str:
    """The revisions, newest first, and the difference of the two chosen ones; by default the newest two.

    From outside the story's unit there is one: the approved.
    """
    session = db.session()
    found = opened(session, current_actor(), story_id)
    lines = [line for line in _lines(session, story_id) if found.inside or line.id == found.revision.id]
    if not found.inside:
        lines = [
            replace(line, reviews=tuple(one for one in line.reviews if one.decision == APPROVED)) for line in lines
        ]
    new = form_values.whole(request.args, "new") or lines[0].number
    old = form_values.whole(request.args, "old") or max(lines[-1].number, new - 1)
    if not {old, new} <= {line.number for line in lines}:
        raise NotFound(N_("Tin, bài này không có bản mang số đó; hãy chọn trong danh sách."))
    terms = choices.labels(session, "column", "topic", "audience", "document")
    changes = diff.contents(_content(session, story_id, old), _content(session, story_id, new), channel_labels(), terms)
    return render_template("stories/history.html", opened=found, lines=lines, old=old, new=new, changes=changes)


def _lines(session: Session, story_id: int) -> list[HistoryEntry]:
    reviews: dict[int, list[Review]] = {}
    for one in session.scalars(select(Review).where(Review.story_id == story_id).order_by(Review.id)):
        reviews.setdefault(one.revision_id, []).append(one)
    query = (
        select(Revision.id, Revision.number, Person.name, Revision.created_at)
        .join(Person, Person.id == Revision.created_by)
        .where(Revision.story_id == story_id)
        .order_by(Revision.number.desc())
    )
    rows = session.execute(query)
    return [HistoryEntry(id_, number, by, at, tuple(reviews.get(id_, ()))) for id_, number, by, at in rows]


def _content(session: Session, story_id: int, number: int) -> Content:
    found = session.scalars(select(Revision).where(Revision.story_id == story_id, Revision.number == number)).one()
    return Content.model_validate(found.content)

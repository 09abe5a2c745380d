"""The revisions of a story; immutable once written."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from channels.contract import StoryKind
from channels.words import N_
from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import NoQuery, ResponseBody
from cms.api.kit.table import endpoint
from cms.core.database import db
from cms.core.permissions import Actor
from cms.core.refusal import NotFound
from cms.models.stories import Revision, Story
from cms.stories.editing.content import Content
from cms.stories.queries import lookup


class RevisionLine(ResponseBody):
    """A revision without its content. `sha256` is the hash of the content."""

    number: int
    kind: StoryKind
    column: str
    sha256: str
    by: str
    created_at: datetime
    approved: bool


class RevisionList(ResponseBody):
    """Revisions, newest first."""

    items: list[RevisionLine]


class RevisionTold(RevisionLine):
    """A revision with its content."""

    content: Content


@endpoint("GET", "/stories/{story_id}/revisions", "stories:read")
def list_revisions(call: Call[NoQuery, None], story_id: int) -> Reply[RevisionList]:
    """List the revisions of a story, newest first; from outside its unit the approved one."""
    session = db.session()
    story = lookup.story(session, call.actor, story_id)
    query = select(Revision).where(Revision.story_id == story_id).options(joinedload(Revision.creator))
    shown = lookup.seen(session, call.actor, story)
    if not shown.inside:
        query = query.where(Revision.id == shown.revision.id)
    found = session.scalars(query.order_by(Revision.number.desc()))
    return Reply(RevisionList(items=[_line(one, story.approved_id) for one in found]))


@endpoint("GET", "/stories/{story_id}/revisions/{number}", "stories:read")
def read_revision(call: Call[NoQuery, None], story_id: int, number: int) -> Reply[RevisionTold]:
    """Read one revision with its content."""
    session = db.session()
    story = lookup.story(session, call.actor, story_id)
    found = revision(session, call.actor, story, number)
    line = _line(found, story.approved_id)
    return Reply(RevisionTold(**line.model_dump(), content=Content.model_validate(found.content)))


def revision(session: Session, actor: Actor, story: Story, number: int) -> Revision:
    """Return a revision that ``actor`` sees, with who wrote it; raise ``NotFound``."""
    query = select(Revision).where(Revision.story_id == story.id, Revision.number == number)
    found = session.scalar(query.options(joinedload(Revision.creator)))
    shown = lookup.seen(session, actor, story)
    if found is None or not (shown.inside or found.id == shown.revision.id):
        raise NotFound(N_("Bài không có bản %(number)s."), number=number)
    return found


def _line(found: Revision, approved_id: int | None) -> RevisionLine:
    return RevisionLine(
        number=found.number, kind=StoryKind(found.kind), column=found.column, sha256=found.sha256,
        by=found.creator.name, created_at=found.created_at, approved=found.id == approved_id,
    )  # fmt: skip

"""What units beyond a story's own see of it: the approved revision, until another one is approved.

Drafts, returns and their times stay inside the unit (and those above it). Lists and searches of others read the rows
that are kept here, so that nothing of a newer revision can slip into them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from cms.core.permissions import Action, Actor
from cms.models.stories import Revision, SharedStory, Story
from cms.models.story_states import StoryState
from cms.stories.editing.content import Content
from cms.stories.queries import search


@dataclass(frozen=True, slots=True)
class Seen:
    """A story as one person sees it. ``inside`` is whether they see everything: all revisions, decisions and plans.

    ``version`` is what the API's ETag and the form of a page begin with; seen from outside it changes only with what
    is shared.
    """

    revision: Revision
    state: StoryState
    version: int
    planned_for: date | None
    updated_at: datetime
    inside: bool


def inside(actor: Actor, found: Story) -> bool:
    """Whether ``actor`` reads everything of the story: its unit is one of theirs. The unit must be loaded."""
    return actor.may(Action.READ, found.unit.path)


def seen(session: Session, actor: Actor, found: Story) -> Seen | None:
    """Return the story as ``actor`` sees it, None if it is not there for them."""
    if inside(actor, found):
        revision = session.get_one(Revision, found.current_id)
        return Seen(revision, StoryState(found.state), found.version, found.planned_for, found.updated_at, True)
    shared = session.get(SharedStory, found.id) if actor.may(Action.READ) else None
    if shared is None:
        return None
    revision = session.get_one(Revision, shared.revision_id)
    return Seen(revision, StoryState(shared.state), _version(revision, shared), None, shared.at, False)


def share(session: Session, story: Story, revision: Revision, now: datetime) -> None:
    """Let everyone see ``revision``, which was approved, instead of what they saw before."""
    row = session.get(SharedStory, story.id)
    if row is None:
        row = SharedStory(story_id=story.id)
        session.add(row)
    content = Content.model_validate(revision.content)
    row.revision_id, row.state, row.at = revision.id, StoryState.APPROVED, now
    row.title, row.kind, row.column = content.title, revision.kind, revision.column
    search.index_shared(session, story.id, content)


def call_back(session: Session, story: Story, now: datetime) -> None:
    """Tell everyone who saw the story that it was retracted; a draft over it changes nothing about that."""
    row = session.get(SharedStory, story.id)
    if row is not None:
        row.state, row.at = StoryState.RETRACTED, now


def _version(revision: Revision, shared: SharedStory) -> int:
    return revision.number * 2 + (shared.state == StoryState.RETRACTED)

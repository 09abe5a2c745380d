"""Finding one story, with the rule about who may see it."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from channels.words import N_
from cms.people.permissions import Action, Actor
from cms.refusal import NotFound, Outdated
from cms.stories.states import StoryState
from cms.stories.tables import Revision, Story

PUBLIC_STATES = frozenset({StoryState.APPROVED, StoryState.RETRACTED})
"""Stories that everyone who is signed in may read, so that units can reuse each other's approved work."""


def story(session: Session, actor: Actor, story_id: int) -> Story:
    """Return the story with unit, author and current revision; raise ``NotFound`` if it is not there for ``actor``."""
    query = (
        select(Story)
        .where(Story.id == story_id)
        .options(joinedload(Story.unit), joinedload(Story.author), joinedload(Story.current))
        .execution_options(populate_existing=True)
    )
    found = session.scalars(query).one_or_none()
    if found is None or not may_read(actor, found):
        raise NotFound(N_("Không có tin, bài này, hoặc bạn chưa được cấp quyền xem."))
    return found


def may_read(actor: Actor, found: Story) -> bool:
    """Whether ``actor`` may see the story: all of their own units', and everyone's once approved."""
    if actor.may(Action.READ, found.unit.path):
        return True
    return actor.may(Action.READ) and (found.state in PUBLIC_STATES or found.approved_id is not None)


def current(found: Story) -> Revision:
    """The newest revision; every story has one from its creation on."""
    if found.current is None:
        raise LookupError(f"story {found.id} has no revision")
    return found.current


def check_version(found: Story, expected: int | None) -> None:
    """Raise ``Outdated`` if the caller worked from another version than the newest."""
    if expected is not None and expected != found.version:
        raise Outdated(
            N_("Tin, bài vừa được người khác thay đổi; hãy tải lại để xem bản mới rồi làm tiếp."), found.version
        )

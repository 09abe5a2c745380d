"""Finding one story, with the rule about who may see it."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from channels.words import N_
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotFound, Outdated
from cms.models.stories import Revision, Story
from cms.stories.queries import sharing
from cms.stories.queries.sharing import Seen

ABSENT = N_("Không có tin, bài này, hoặc bạn chưa được cấp quyền xem.")


def story(session: Session, actor: Actor, story_id: int) -> Story:
    """Return the story with unit, author and current revision; raise ``NotFound`` if it is not there for ``actor``.

    All of one's own units', and everyone's once approved, so that units can reuse each other's approved work. What is
    shown of it is ``seen``; ``current`` is for who is inside. Who may read no story at all is told so.
    """
    actor.require(Action.READ)
    query = (
        select(Story)
        .where(Story.id == story_id)
        .options(joinedload(Story.unit), joinedload(Story.author), joinedload(Story.current))
        .execution_options(populate_existing=True)
    )
    found = session.scalars(query).one_or_none()
    if found is None or sharing.seen(session, actor, found) is None:
        raise NotFound(ABSENT)
    return found


def seen(session: Session, actor: Actor, found: Story) -> Seen:
    """Return what ``actor`` sees of a story that ``story`` gave: the newest revision, or from outside the approved."""
    shown = sharing.seen(session, actor, found)
    if shown is None:
        raise NotFound(ABSENT)
    return shown


def current(found: Story) -> Revision:
    """The newest revision; every story has one from its creation on."""
    if found.current is None:
        raise LookupError(f"story {found.id} has no revision")
    return found.current


def check_version(found: Story | Seen, expected: int | None) -> None:
    """Raise ``Outdated`` if the caller worked from another version than the newest that they see."""
    if expected is not None and expected != found.version:
        raise Outdated(
            N_("Tin, bài vừa được người khác thay đổi; hãy tải lại để xem bản mới rồi làm tiếp."), found.version
        )

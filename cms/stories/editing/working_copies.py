"""What a person has typed and not saved yet: one copy for each page they write on, so that no tab erases another's."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core.permissions import Action, Actor
from cms.models.stories import WorkingCopy
from cms.stories.queries import lookup
from cms.web.input.addresses import LARGEST_ID

_TAB = re.compile(r"[0-9a-f]{0,40}")
_CONTINUES = re.compile(r"([0-9a-f]{0,40}):([0-9]{1,10})")


@dataclass(frozen=True, slots=True)
class Tab:
    """An open page of the editor.

    ``id`` is its own; ``continues`` is the page whose copy it showed, ``stamp`` that copy as it then was.
    """

    id: str = ""
    continues: str | None = None
    stamp: int = 0

    @classmethod
    def new(cls, copy: WorkingCopy | None = None) -> "Tab":
        """A page that is opened now, on the saved text or on ``copy``."""
        return cls(uuid4().hex, copy.tab if copy else None, copy.stamp if copy else 0)

    @property
    def continued(self) -> str:
        """What the page sends back about the copy that it showed; ``read`` takes it."""
        return "" if self.continues is None else f"{self.continues}:{self.stamp}"

    @classmethod
    def read(cls, id_: str, continues: str) -> "Tab":
        """Read the page's hidden fields; what makes no sense is a page without a name of its own."""
        known = _TAB.fullmatch(id_)
        found = _CONTINUES.fullmatch(continues)
        return cls(id_ if known else "", found[1] if found else None, int(found[2]) if found else 0)


def keep(
    session: Session,
    actor: Actor,
    story_id: int,
    content: dict[str, Any],
    base_id: int | None,
    now: datetime,
    tab: Tab = Tab(),
) -> list[WorkingCopy]:
    """Keep what was typed on one page, whatever it is, and return the copies of the person's other pages.

    The copy that this page began with is its own from now on, unless the page it came from has gone on writing. Two
    copies that say the same are one.
    """
    story = lookup.story(session, actor, story_id)
    actor.require(Action.WRITE, story.unit.path)
    copy = session.get(WorkingCopy, (story_id, actor.person_id, tab.id))
    if copy is None:
        copy = WorkingCopy(story_id=story_id, person_id=actor.person_id, tab=tab.id)
        session.add(copy)
    copy.content, copy.base_id, copy.saved_at, copy.stamp = content, base_id, now, secrets.randbelow(LARGEST_ID)
    _take_over(session, actor, story_id, tab)
    session.flush()
    others = [other for other in of_person(session, actor, story_id) if other.tab != tab.id]
    for twin in (other for other in others if other.content == content):
        session.delete(twin)
    return [other for other in others if other.content != content]


def of_person(session: Session, actor: Actor, story_id: int) -> list[WorkingCopy]:
    """Everything that this person typed for the story and has not saved, the latest first."""
    mine = select(WorkingCopy).where(WorkingCopy.story_id == story_id, WorkingCopy.person_id == actor.person_id)
    return list(session.scalars(mine.order_by(WorkingCopy.saved_at.desc(), WorkingCopy.tab)))


def drop(session: Session, actor: Actor, story_id: int, tab: Tab) -> None:
    """Forget the text of one page, because it was saved or the person gave it up; the others stay."""
    copy = session.get(WorkingCopy, (story_id, actor.person_id, tab.id))
    if copy is not None:
        session.delete(copy)
    _take_over(session, actor, story_id, tab)


def drop_shown(session: Session, actor: Actor, story_id: int, tab: Tab) -> bool:
    """Forget the copy that ``tab`` showed if it is still as it was; return whether there is none left."""
    if tab.continues is None:
        return True
    copy = session.get(WorkingCopy, (story_id, actor.person_id, tab.continues))
    if copy is not None and copy.stamp == tab.stamp:
        session.delete(copy)
        return True
    return copy is None


def _take_over(session: Session, actor: Actor, story_id: int, tab: Tab) -> None:
    if tab.continues != tab.id:
        drop_shown(session, actor, story_id, tab)

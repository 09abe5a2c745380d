"""What stands above the open matters: sentences of rooms that deliveries know nothing of."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cms.core.permissions import Actor


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence in the reader's language, and the page that it leads to."""

    sentence: str
    address: str


Source = Callable[[Session, Actor], Notice | None]
_SOURCES: list[Source] = []


def source(tells: Source) -> Source:
    """Mark what may have something to tell."""
    _SOURCES.append(tells)
    return tells


def notices(session: Session, actor: Actor) -> list[Notice]:
    """Return what there is to tell ``actor``."""
    return [notice for tells in _SOURCES if (notice := tells(session, actor))]

"""Making a revision for channels ahead of the writing transaction, and asking inside it whether it is still right.

Rendering may take seconds, and nobody can save while a transaction holds the write lock. So it is done before, together
with all that it was made from; inside, only that is compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from channels.contract import Finding, Rendition
from channels.words import N_
from cms.core.refusal import Conflict
from cms.lexicon import stations
from cms.models.people import Unit
from cms.models.stories import Revision, Story
from cms.stories.editing.content import Content
from cms.stories.renditions import outputs
from cms.stories.renditions.pieces import RenderContext
from media.storage.store import Store
from scheduler.orders import promises
from scheduler.storage.tables import Channel

T = TypeVar("T")

TRIES = 3
"""How often a revision is made anew because something that it depends on was changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Made:
    """What one channel would carry, and what its settings were; no ``rendition`` if a ``problem`` stops it."""

    channel_id: int
    basis: object
    rendition: Rendition | None
    problem: Finding | None


@dataclass(frozen=True, slots=True)
class Ready:
    """A revision made for channels, with all that it was made from. Its files are in the store."""

    story_id: int
    revision_id: int
    content: Content
    around: RenderContext
    made: tuple[Made, ...]


class Stale(Exception):
    """What a rendition was made from changed since: it has to be made again."""


def make(
    session: Session, store: Store, base_url: str, story: Story, revision: Revision, channels: Sequence[Channel]
) -> Ready:
    """Make the revision for ``channels`` and keep their files; slow, and nothing is promised by it."""
    content = Content.model_validate(revision.content)
    around = outputs.surroundings(session, store, base_url, story.unit, content)
    made = tuple(_made(content, story.id, revision.number, channel, around) for channel in channels)
    for one in made:
        if one.rendition is not None:
            promises.keep_files(store, one.rendition)
    return Ready(story.id, revision.id, content, around, made)


def require_same(session: Session, unit: Unit, revision_id: int | None, ready: Ready) -> None:
    """Raise ``Stale`` unless all that ``ready`` was made from is as it was: the revision, names, pictures, the
    channels' settings, lexicons and read rates."""
    around = outputs.surroundings(session, ready.around.store, ready.around.base_url, unit, ready.content)
    if revision_id != ready.revision_id or around != ready.around:
        raise Stale
    for one in ready.made:
        channel = session.get(Channel, one.channel_id)
        if channel is None or stations.basis_of(channel) != one.basis:
            raise Stale


def until_same(attempt: Callable[[], T]) -> T:
    """Return what ``attempt`` does, which makes a revision and then promises it; again if it was ``Stale``."""
    for _try in range(TRIES):
        try:
            return attempt()
        except Stale:
            continue
    raise Conflict(
        N_("Cấu hình kênh, từ điển hoặc tên gọi liên tục bị thay đổi trong lúc dựng bài; hãy xem lại rồi làm lần nữa.")
    )


def _made(content: Content, story_id: int, number: int, channel: Channel, around: RenderContext) -> Made:
    basis = stations.basis_of(channel)  # read first: what changes during the rendering must differ from it
    shown = outputs.output(content, story_id, number, channel, around)
    problem = shown.errors[0] if shown.rendition is None else None
    return Made(channel.id, basis, shown.rendition, problem)

"""Parts of a channel's page that only one kind has, made by the room that knows that kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys


class SectionPlace(StrEnum):
    """Where on the page a section stands: among what the channel is, or above the fields of its secrets."""

    MAIN = "main"
    SECRETS = "secrets"


@dataclass(frozen=True, slots=True)
class Section:
    """A template that is included at ``place`` and reads ``part``; ``script`` is a static file that it needs."""

    place: SectionPlace
    template: str
    part: object
    script: str = ""


Maker = Callable[[Session, Channel, Keys, datetime], Sequence[Section]]
_MAKERS: dict[str, Maker] = {}


def of_kind(kind: str) -> Callable[[Maker], Maker]:
    """Mark what makes the sections of channels of ``kind``."""

    def mark(maker: Maker) -> Maker:
        _MAKERS[kind] = maker
        return maker

    return mark


def sections_of(session: Session, channel: Channel, keys: Keys, now: datetime) -> Sequence[Section]:
    """Return what a channel's page shows beside what every channel has."""
    maker = _MAKERS.get(channel.kind)
    return maker(session, channel, keys, now) if maker else ()

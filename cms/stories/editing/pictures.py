"""Pictures that people upload: judged, cleaned and kept, so that stories may use them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from channels.words import N_, Words
from cms.core import units
from cms.core.permissions import Action, Actor
from cms.core.picture_addresses import EXTENSIONS, picture_path
from cms.core.refusal import NotFound, Refusal, refusal_from
from cms.models.people import Unit
from cms.models.stories import Asset, Revision, SharedStory
from media.errors import MediaError, PicturesBusy, PictureTooHeavy
from media.pictures import pictures
from media.pictures.decoders import Source
from media.pictures.pictures import MAX_BYTES, CleanPicture, PictureInfo, megabytes
from media.storage.store import Store

LONGEST_NAME = 200
HASH = re.compile(r"[0-9a-f]{64}")


def clean(data: Source, *, max_bytes: int = MAX_BYTES) -> CleanPicture:
    """Return the picture fit to publish; raise a ``Refusal`` that says why it is none.

    Takes up to some seconds for a large photograph, so a page calls it before it opens a writing transaction.
    """
    try:
        return pictures.normalise(data, max_bytes=max_bytes)
    except MediaError as error:
        raise refused(error, "picture") from error


def refused(error: MediaError, field: str) -> Refusal:
    """A refusal of the newsroom with the words of media."""
    status = {PictureTooHeavy: 413, PicturesBusy: 503}.get(type(error), 422)
    return refusal_from(status, error.code, Words(error.text, error.values), field)


def too_heavy(size: int, max_bytes: int) -> Refusal:
    """The refusal of an upload that was not even read."""
    return refused(PictureTooHeavy(size=megabytes(size), limit=megabytes(max_bytes)), "picture")


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture whose bytes are in the store, before any row says so; ``size`` in bytes."""

    sha256: str
    size: int
    info: PictureInfo


def keep(store: Store, picture: CleanPicture) -> KeptPicture:
    """Put a picture into the store, before the transaction that notes it."""
    stored = store.put(picture.data)
    return KeptPicture(stored.sha256, stored.size, picture.info)


def add(session: Session, actor: Actor, unit_id: int, name: str, picture: KeptPicture, now: datetime) -> Asset:
    """Note a kept picture for stories of a unit, once for each unit. Raise a ``Refusal`` if the actor may not."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    actor.require(Action.WRITE, unit.path)
    kept = session.scalar(select(Asset).where(Asset.sha256 == picture.sha256, Asset.unit_id == unit_id))
    if kept is not None:
        return kept
    made = Asset(
        sha256=picture.sha256,
        name=" ".join(name.split())[:LONGEST_NAME] or f"anh.{EXTENSIONS[picture.info.mime]}",
        mime=picture.info.mime,
        width=picture.info.width,
        height=picture.info.height,
        size=picture.size,
        unit_id=unit_id,
        created_by=actor.person_id,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def readable(session: Session, actor: Actor, sha256: str) -> Asset | None:
    """Return a picture of a unit that ``actor`` reads, or one that stands in a story as everybody sees it."""
    kept = select(Asset).join(Unit, Unit.id == Asset.unit_id).where(Asset.sha256 == sha256).order_by(Asset.id)
    own = session.scalar(kept.where(units.within(actor.paths(Action.READ))).limit(1))
    if own is not None or not HASH.fullmatch(sha256):
        return own
    shared = select(SharedStory.story_id).join(Revision, Revision.id == SharedStory.revision_id)
    shown = session.scalar(shared.where(cast(Revision.content, Text).contains(sha256)).limit(1))
    return session.scalar(kept.limit(1)) if shown is not None else None


def addresses(session: Session, hashes: Iterable[str]) -> dict[str, str]:
    """Return where the site serves each of these pictures that it has; one query, none for no picture."""
    wanted = set(hashes)
    if not wanted:
        return {}
    rows = session.execute(select(Asset.sha256, Asset.mime).where(Asset.sha256.in_(wanted)))
    return {sha256: picture_path(sha256, mime) for sha256, mime in rows}

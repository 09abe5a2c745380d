"""The playlist as a board's controller reads it, built from what the board carries now.

Times are UTC with "Z". An item may be shown while ``valid_from`` ≤ now < ``valid_until``. News has a lease that each
poll renews: a board that loses its network drops it by itself. After ``stale_after`` only evergreen items may be
shown, then the plate, never a dark board.
"""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer

FORMAT: Final = "dakenh-playlist/1"


def stamp(moment: datetime) -> str:
    """Return a UTC time as "2026-11-22T01:00:00Z"."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


FRAME_NAME = "frame-{sha256:.32}"


def frame_name(sha256: str) -> str:
    """Return the name of the document with a frame of the board's own, which no rendition brings to the store."""
    return FRAME_NAME.format(sha256=sha256)


Moment = Annotated[AwareDatetime, PlainSerializer(stamp)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Asset(_Part):
    """A frame to fetch once and keep: its hash, address, size in bytes and pixels."""

    sha256: str
    url: str
    mime: Literal["image/png"] = "image/png"
    bytes: int
    w: int
    h: int


class PlaylistPage(_Part):
    """One frame of an item, by the hash of its asset, and how long it is shown."""

    sha256: str
    url: str
    text: str
    dwell_ms: int


class PlaylistItem(_Part):
    """One thing to show. ``item_id`` is what proof of play reports; 0 for texts of the board's own, never reported."""

    item_id: int
    story_id: int | None
    revision: int
    kind: str
    title: str
    evergreen: bool
    priority: int
    slot: int
    valid_from: Moment
    valid_until: Moment
    dwell_ms: int
    pages: tuple[PlaylistPage, ...]


class Retracted(_Part):
    """An item that was withdrawn: cut it at once and delete these files, which nothing else on the board uses."""

    item_id: int
    revision: int
    asset_sha256: tuple[str, ...]
    at: Moment


class Hours(_Part):
    """When the board is on."""

    start: Moment
    end: Moment


class Playlist(_Part):
    """Everything a board needs until its next poll.

    ``feed_version`` is the hash of all else but ``generated_at``. A local clock earlier than ``generated_at`` is
    surely wrong: only evergreen items may then be shown.
    """

    format: Literal["dakenh-playlist/1"] = FORMAT
    board: str
    name: str
    unit: str
    width: int
    height: int
    timezone: str
    generated_at: Moment
    feed_version: str
    poll_after_s: int
    next_change_at: Moment | None
    stale_after: Moment
    operating: tuple[Hours, ...]
    takeover: None = None
    items: tuple[PlaylistItem, ...]
    plate: PlaylistPage
    assets: tuple[Asset, ...]
    retracted: tuple[Retracted, ...]

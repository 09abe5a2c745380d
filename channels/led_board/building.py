"""From what a board carries to its playlist. Equal feeds within an hour give equal bytes."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from channels.contract import Feed, LiveItem, StoryKind
from channels.led_board.composing import frames
from channels.led_board.playlist import Asset, Hours, Playlist, PlaylistItem, PlaylistPage, Retracted
from channels.led_board.settings import Settings
from channels.led_board.standing import parts_of
from channels.led_board.windows import lease_end, long_lease_end, next_change, operating, whole_hour
from channels.localtime import ZONE_NAME
from media.boards.frame import Frame, plate

SLOTS = {StoryKind.ARTICLE: 0, StoryKind.INFOGRAPHIC: 0, StoryKind.NOTICE: 1, StoryKind.SLOGAN: 2}
"""Place in the loop by kind: news, then services, then slogans; the board's own texts come last."""
STANDING_SLOT = 3
ALWAYS = datetime(2025, 1, 1, tzinfo=UTC)
"""Since when the board's own texts are valid."""


@dataclass(frozen=True, slots=True)
class Built:
    """The playlist, the frames that only the settings call for (by hash), and when it must be made again."""

    playlist: Playlist
    own_frames: dict[str, bytes]
    stale_at: datetime


def build(feed: Feed, settings: Settings) -> Built:
    """Return the playlist of ``feed`` at ``feed.now``."""
    now = feed.now
    standing = [_standing_frames(text, settings, feed.unit) for text in settings.evergreen_texts]
    sign = plate(settings.board(feed.unit), feed.unit or feed.name)
    carried = [item for item in feed.items if item.until is None or item.until > now]
    items = _ordered([*(_item(item, feed, settings) for item in carried), *_standing_items(standing, feed, settings)])
    hours = operating(now, settings.opens, settings.closes)
    edges = [edge for window in hours for edge in (window.start, window.end)]
    ends = [moment for item in carried for moment in (item.since, item.until) if moment is not None]
    change = next_change(now, (*edges, *ends))
    hour = whole_hour(now)
    own = {_hash(frame.png): frame for shown in (*standing, (sign,)) for frame in shown}
    shown = Playlist(
        board=feed.slug,
        name=feed.name,
        unit=feed.unit,
        width=settings.width,
        height=settings.height,
        timezone=ZONE_NAME,
        generated_at=max([hour, *_changes(feed)]),
        feed_version="",
        poll_after_s=_poll_after(feed.slug, settings.poll_seconds),
        next_change_at=change,
        stale_after=lease_end(now, settings.lease_hours),
        operating=tuple(Hours(start=window.start, end=window.end) for window in hours),
        items=items,
        plate=_page(sign, feed),
        assets=_assets(carried, own, feed),
        retracted=_retracted(feed, carried),
    )
    following = lease_end(now, 1)
    playlist = shown.model_copy(update={"feed_version": version(shown)})
    stale_at = min(following, change) if change else following
    return Built(playlist, {name: frame.png for name, frame in own.items()}, stale_at)


def version(playlist: Playlist) -> str:
    """Return the hash of what the playlist says, apart from when it was made."""
    body = playlist.model_dump(mode="json", exclude={"generated_at", "feed_version"})
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _hash(text.encode())


@lru_cache(maxsize=2048)
def _standing_frames(text: str, settings: Settings, sign: str) -> tuple[Frame, ...]:
    return frames(parts_of(text), "", settings, sign)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _url(feed: Feed, sha256: str) -> str:
    return f"{feed.base_url}/boards/{feed.slug}/assets/{sha256}.png"


def _item(item: LiveItem, feed: Feed, settings: Settings) -> PlaylistItem:
    document = item.rendition.document
    evergreen = bool(document["evergreen"])
    lease = (
        long_lease_end(feed.now, settings.evergreen_days) if evergreen else lease_end(feed.now, settings.lease_hours)
    )
    pages = tuple(
        PlaylistPage(
            sha256=page["sha256"], url=_url(feed, page["sha256"]), text=page["text"], dwell_ms=page["dwell_ms"]
        )
        for page in document["pages"]
    )
    return PlaylistItem(
        item_id=item.delivery_id,
        story_id=item.story_id,
        revision=item.revision,
        kind=document["kind"],
        title=document["title"],
        evergreen=evergreen,
        priority=0,
        slot=SLOTS[StoryKind(document["kind"])],
        valid_from=item.since,
        valid_until=min(item.until, lease) if item.until else lease,
        dwell_ms=sum(page.dwell_ms for page in pages),
        pages=pages,
    )


def _standing_items(standing: Sequence[tuple[Frame, ...]], feed: Feed, settings: Settings) -> Iterable[PlaylistItem]:
    for number, shown in enumerate(standing, 1):
        pages = tuple(_page(frame, feed) for frame in shown)
        yield PlaylistItem(
            item_id=0,
            story_id=None,
            revision=number,
            kind=StoryKind.NOTICE.value,
            title=settings.evergreen_texts[number - 1],
            evergreen=True,
            priority=0,
            slot=STANDING_SLOT,
            valid_from=ALWAYS,
            valid_until=long_lease_end(feed.now, settings.evergreen_days),
            dwell_ms=sum(page.dwell_ms for page in pages),
            pages=pages,
        )


def _page(frame: Frame, feed: Feed) -> PlaylistPage:
    sha256 = _hash(frame.png)
    return PlaylistPage(sha256=sha256, url=_url(feed, sha256), text=frame.text, dwell_ms=frame.dwell_ms)


def _ordered(items: Iterable[PlaylistItem]) -> tuple[PlaylistItem, ...]:
    """Return the items in the order of the loop; those that could not be shown before their lease ends are left out."""
    shown = (item for item in items if item.valid_from < item.valid_until)
    return tuple(
        sorted(shown, key=lambda item: (-item.priority, item.slot, item.valid_from, item.item_id, item.revision))
    )


def _assets(carried: Sequence[LiveItem], own: dict[str, Frame], feed: Feed) -> tuple[Asset, ...]:
    found: dict[str, tuple[int, int, int]] = {
        name: (len(frame.png), frame.width, frame.height) for name, frame in own.items()
    }
    for item in carried:
        document: Any = item.rendition.document
        for page in document["pages"]:
            found[page["sha256"]] = (page["bytes"], document["width"], document["height"])
    return tuple(
        Asset(sha256=name, url=_url(feed, name), bytes=size, w=width, h=height)
        for name, (size, width, height) in sorted(found.items())
    )


def _retracted(feed: Feed, carried: Sequence[LiveItem]) -> tuple[Retracted, ...]:
    used = {file.sha256 for item in carried for file in item.rendition.files}
    return tuple(
        Retracted(
            item_id=gone.delivery_id,
            revision=gone.revision,
            asset_sha256=tuple(name for name in gone.files if name not in used),
            at=gone.at,
        )
        for gone in sorted(feed.tombstones, key=lambda gone: (gone.at, gone.delivery_id), reverse=True)
    )


def _changes(feed: Feed) -> list[datetime]:
    """Return when what the board carries was last changed, as far as the feed knows; nothing after now."""
    moments = [item.corrected or item.since for item in feed.items] + [gone.at for gone in feed.tombstones]
    moments += [feed.changed] if feed.changed else []
    return [moment.replace(microsecond=0) for moment in moments if moment <= feed.now]


def _poll_after(slug: str, seconds: int) -> int:
    """Return the poll interval with up to a tenth added, fixed for each board, so that boards do not poll at once."""
    spread = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:2], "big") / 65536
    return seconds + round(seconds * spread / 10)

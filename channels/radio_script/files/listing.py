"""The list of a station's scripts: what is to be read, the urgent first, and what was withdrawn."""

import hashlib
import json
from datetime import UTC, datetime

from channels.contract import Document, Feed, Json, LiveItem, Tombstone
from channels.radio_script.script import Priority

VERSION = 1
NEVER = datetime(2025, 1, 1, tzinfo=UTC)
"""When a list that never held anything says it was last changed."""
_ORDER = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2}
FORMATS = ("txt", "docx", "pdf", "json")


def documents(feed: Feed) -> tuple[Document, ...]:
    """Return ``scripts.json``; it is made again when the next script's time on the channel ends."""
    items = sorted(_live(feed), key=_rank)
    body = {
        "version": VERSION,
        "channel": feed.slug,
        "name": feed.name,
        "unit": feed.unit,
        "scripts": [_entry(feed, item) for item in items],
        "withdrawn": [_gone(tombstone) for tombstone in feed.tombstones],
    }
    data = json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1).encode()
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return (Document("scripts.json", "application/json; charset=utf-8", data, tag, _modified(feed), _stale_at(items)),)


def _live(feed: Feed) -> list[LiveItem]:
    return [item for item in feed.items if item.until is None or item.until > feed.now]


def _rank(item: LiveItem) -> tuple[int, float, int]:
    return _ORDER[Priority(item.rendition.document["priority"])], -item.since.timestamp(), -item.delivery_id


def _entry(feed: Feed, item: LiveItem) -> dict[str, Json]:
    script = item.rendition.document
    address = f"{feed.base_url}/api/v1/radio/scripts/{item.delivery_id}"
    return {
        "id": item.delivery_id,
        "story_id": item.story_id,
        "revision": item.revision,
        "title": script["title"],
        "programme": script["programme"],
        "priority": script["priority"],
        "language": script["language"],
        "since": _utc(item.since),
        "until": _utc(item.until) if item.until else None,
        "corrected": _utc(item.corrected) if item.corrected else None,
        "seconds": script["estimate"]["seconds"],
        "seconds_low": script["estimate"]["low"],
        "seconds_high": script["estimate"]["high"],
        "syllables": script["syllables"],
        "sha256": item.rendition.sha256,
        "links": {name: f"{address}.{name}" for name in FORMATS},
    }


def _gone(tombstone: Tombstone) -> dict[str, Json]:
    return {
        "id": tombstone.delivery_id,
        "story_id": tombstone.story_id,
        "revision": tombstone.revision,
        "title": tombstone.title,
        "at": _utc(tombstone.at),
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _modified(feed: Feed) -> datetime:
    """When the list last changed; a script whose time ended changed it too."""
    moments = [item.corrected or item.since for item in feed.items] + [gone.at for gone in feed.tombstones]
    ended = [item.until for item in feed.items if item.until and item.until <= feed.now]
    return max([*moments, *ended, *([feed.changed] if feed.changed else [])], default=NEVER).replace(microsecond=0)


def _stale_at(items: list[LiveItem]) -> datetime | None:
    return min((item.until for item in items if item.until), default=None)

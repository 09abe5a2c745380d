"""What a pull channel carries, as the engine reads it back from the database."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels import registry
from channels.contract import Document, Feed, LiveItem, Piece, Rendition, Tombstone
from tests.channels.contract.pieces import SITE, whole

NOW = datetime(2026, 11, 22, 1, 20, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=10)


def stored(rendition: Rendition) -> Rendition:
    """The rendition as it comes out of the database: plain JSON, and the bytes of its files elsewhere."""
    files = tuple(replace(file, data=b"") for file in rendition.files)
    return Rendition(rendition.kind, json.loads(json.dumps(dict(rendition.document))), files)


def rendered(kind: str, piece: Piece) -> Rendition:
    """What the kind makes of the piece with the settings that a new channel has."""
    adapter = registry.adapter(kind)
    return stored(adapter.render(piece, adapter.Settings()))


def live(kind: str, piece: Piece | None = None, since: datetime = EARLIER, **change: Any) -> LiveItem:
    """A live item of the kind."""
    shown = piece or whole()
    made = LiveItem(shown.story_id + 100, shown.story_id, shown.revision, rendered(kind, shown), since)
    return replace(made, **change)


def gone(item: LiveItem, at: datetime = NOW) -> Tombstone:
    """What remains of an item that was withdrawn."""
    files = tuple(file.sha256 for file in item.rendition.files)
    return Tombstone(item.delivery_id, item.story_id, item.revision, "Tin đã được thu hồi", at, files)


def feed(kind: str, *items: LiveItem, now: datetime = NOW, tombstones: tuple[Tombstone, ...] = ()) -> Feed:
    """All that a channel of the kind carries."""
    settings = registry.adapter(kind).Settings()
    return Feed("kenh-mau", "Kênh mẫu", "Báo tỉnh Mẫu", settings, SITE, now, items, tombstones)


def documents(made: Feed, kind: str) -> dict[str, Document]:
    """The documents by their names."""
    return {document.name: document for document in registry.pull(kind).documents(made)}

"""Pieces and feeds that the board's tests speak of."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.contract import Document, Feed, LiveItem, Picture, Piece, Service, StoryKind, Tombstone
from channels.led_board.adapter import LedBoard
from channels.led_board.settings import Settings

ADAPTER = LedBoard()
NOW = datetime(2026, 11, 22, 1, 20, tzinfo=UTC)  # 08:20 in Vietnam
HOUR = timedelta(hours=1)
ARTICLE = Piece(
    story_id=8,
    revision=3,
    kind=StoryKind.ARTICLE,
    title="Nộp hồ sơ từ nhà: giảm nửa lệ phí",
    summary="Người dân có VNeID mức 2 nộp được ngay.",
    body="Toàn văn.",
    unit="UBND huyện Bến Lức",
    url="https://bao.example/tin/8",
)
NOTICE = replace(
    ARTICLE,
    story_id=7,
    kind=StoryKind.NOTICE,
    title="Tổng đài 1022",
    summary="",
    service=Service("Tổng đài 1022", "https://1022.longan.example/", "0272 1022", "Số 1 Đường 3/2"),
)
SLOGAN = replace(ARTICLE, story_id=6, kind=StoryKind.SLOGAN, title="Mỗi người dân là một công dân số", summary="x")


def cover(data: bytes, width: int = 1080, height: int = 1350) -> Picture:
    return Picture("c" * 64, "image/png", width, height, len(data), "", "", "https://bao.example/c.png", lambda: data)


def live(
    piece: Piece,
    settings: Settings,
    *,
    delivery: int,
    since: datetime = NOW - HOUR,
    until: datetime | None = None,
    corrected: datetime | None = None,
    bare: bool = True,
) -> LiveItem:
    """Return a live item; ``bare`` as the engine reads it back, without the bytes of its files."""
    made = ADAPTER.render(piece, settings)
    if bare:
        made = replace(made, files=tuple(replace(file, data=b"") for file in made.files))
    return LiveItem(delivery, piece.story_id, piece.revision, made, since, until, corrected)


def feed(
    *items: LiveItem, settings: Settings, now: datetime = NOW, tombstones: Sequence[Tombstone] = (), slug: str = "bang"
) -> Feed:
    return Feed(slug, "Bảng Bến Lức", "UBND huyện Bến Lức", settings, "https://bao.example", now, items, tombstones)


def documents(made: Feed) -> dict[str, Document]:
    return {document.name: document for document in ADAPTER.documents(made)}


def playlist(made: Feed) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(documents(made)["playlist.json"].body)
    return found

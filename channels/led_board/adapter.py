"""LED boards as a channel kind: frames drawn when the story is scheduled, a playlist that boards poll."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel

from channels.contract import (
    Document,
    Evidence,
    Feed,
    Finding,
    Piece,
    Rendition,
    RenditionFile,
    StoryKind,
    Transport,
)
from channels.led_board import checks, dialects
from channels.led_board.building import Built, build
from channels.led_board.composing import compose, frames, with_picture
from channels.led_board.playlist import FRAME_NAME, frame_name
from channels.led_board.settings import Settings
from channels.words import N_, Words
from media.boards.board import Role
from media.boards.layout import Part
from media.errors import DoesNotFit


class LedBoard:
    """Boards, LED or LCD. Only a reported play is evidence: that an item is in the playlist proves nothing."""

    kind: ClassVar[str] = "led_board"
    label: ClassVar[Words] = Words(N_("Bảng LED"))
    short_label: ClassVar[Words] = Words(N_("Bảng LED"))
    icon: ClassVar[str] = "display"
    transport: ClassVar[Transport] = Transport.PULL
    evidence: ClassVar[Evidence] = Evidence.PLAY
    story_kinds: ClassVar[frozenset[StoryKind]] = frozenset(StoryKind)
    texts: ClassVar[frozenset[str]] = frozenset(("title", "summary"))
    Settings: ClassVar[type[BaseModel]] = Settings
    secrets: ClassVar[Mapping[str, Words]] = {}
    stopping: ClassVar[Words] = Words(
        N_(
            "Ngừng “%(name)s”? Bài đang chờ được giữ lại, địa chỉ của bảng không còn trả lời; "
            "bảng có thể còn chiếu danh sách đã tải về."
        )
    )
    public_paths: ClassVar[Mapping[str, str]] = {
        "playlist.json": "/boards/{slug}/playlist.json",
        "playlist.smil": "/boards/{slug}/playlist.smil",
        "playlist.txt": "/boards/{slug}/playlist.txt",
        "current.png": "/boards/{slug}/current.png",
        FRAME_NAME: "/boards/{slug}/assets/{sha256}.png",
    }
    public_pages: ClassVar[Mapping[str, str]] = {"player": "/boards/{slug}/player"}
    page_template: ClassVar[str] = ""
    priorities: ClassVar[Mapping[str, Words]] = {}

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        """Say what does not fit this board, which text and by how many characters."""
        return checks.check(piece, Settings.model_validate(settings))

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        """Return the pages as PNG at the board's pixels. Raises ``media.errors.DoesNotFit`` if ``check`` has errors."""
        own = Settings.model_validate(settings)
        composed = compose(piece, own)
        shown = with_picture(piece, own, composed)
        files = tuple(RenditionFile.of(f"trang-{n}.png", "image/png", page.png) for n, page in enumerate(shown, 1))
        return Rendition(
            self.kind,
            {
                "kind": piece.kind.value,
                "title": piece.title,
                "evergreen": piece.kind is StoryKind.NOTICE,
                "width": own.width,
                "height": own.height,
                "pages": [
                    {"sha256": file.sha256, "bytes": file.size, "text": page.text, "dwell_ms": page.dwell_ms}
                    for file, page in zip(files, shown, strict=True)
                ],
                "parts": [[part.role.value, part.text] for part in composed.parts],
                "link": composed.link,
                "sign": piece.unit,
            },
            files,
        )

    def documents(self, feed: Feed) -> Sequence[Document]:
        """Return the playlist in its dialects, the frame to show now, and the frames that only the settings call for
        (named by ``frame_name``; those of the renditions lie in the store).
        """
        settings = Settings.model_validate(feed.settings)
        built = build(feed, settings)
        playlist, own = built.playlist, built.own_frames
        body = (playlist.model_dump_json(indent=1) + "\n").encode()
        tag = f'"{playlist.feed_version}"'
        return (
            Document("playlist.json", "application/json", body, tag, playlist.generated_at, built.stale_at),
            _document(built, "playlist.smil", "application/smil+xml; charset=utf-8", dialects.smil(playlist, feed.now)),
            _document(built, "playlist.txt", "text/plain; charset=utf-8", dialects.lines(playlist, feed.now)),
            _document(built, "current.png", "image/png", _current(built, feed, settings)),
            *(_document(built, frame_name(name), "image/png", png) for name, png in sorted(own.items())),
        )


def _document(built: Built, name: str, mime: str, body: bytes) -> Document:
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    return Document(name, mime, body, tag, built.playlist.generated_at, built.stale_at)


def _current(built: Built, feed: Feed, settings: Settings) -> bytes:
    """Return the bytes of the first frame: as frozen if they are at hand, else drawn again from the frozen words."""
    shown = dialects.valid(built.playlist, feed.now)
    first = shown[0].pages[0].sha256 if shown else built.playlist.plate.sha256
    if first in built.own_frames:
        return built.own_frames[first]
    rendition = next(item.rendition for item in feed.items if item.delivery_id == shown[0].item_id)
    if rendition.files[0].data:
        return rendition.files[0].data
    document = rendition.document
    parts = tuple(Part(Role(role), text) for role, text in document["parts"])
    size = {"width": document["width"], "height": document["height"]}
    try:
        return frames(parts, document["link"], settings.model_copy(update=size), document["sign"])[0].png
    except DoesNotFit:  # the board's settings have changed since
        return built.own_frames[built.playlist.plate.sha256]

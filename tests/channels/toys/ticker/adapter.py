"""A toy that is fetched: one line a story, as a ticker at the foot of a television picture reads it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import BaseModel, Field

from channels.contract import Document, Evidence, Feed, Finding, Piece, Rendition, StoryKind, Transport
from channels.words import N_, Words


class Settings(BaseModel):
    """How long a line may be."""

    letters: int = Field(120, ge=20, le=400, title=N_("Số chữ mỗi dòng"), description=N_("Dài hơn thì cắt."))


class Ticker:
    """Everything that the product needs to know of this kind."""

    kind: ClassVar[str] = "ticker"
    label: ClassVar[Words] = Words("Dòng chữ chạy")
    short_label: ClassVar[Words] = Words("Chữ chạy")
    icon: ClassVar[str] = "display"
    transport: ClassVar[Transport] = Transport.PULL
    evidence: ClassVar[Evidence] = Evidence.RECEIPT
    story_kinds: ClassVar[frozenset[StoryKind]] = frozenset(StoryKind)
    texts: ClassVar[frozenset[str]] = frozenset(("title",))
    Settings: ClassVar[type[BaseModel]] = Settings
    secrets: ClassVar[Mapping[str, Words]] = {}
    stopping: ClassVar[Words] = Words("Ngừng “%(name)s”? Dòng chữ không chạy nữa.")
    public_paths: ClassVar[Mapping[str, str]] = {"lines": "/ticker/{slug}.txt"}
    public_pages: ClassVar[Mapping[str, str]] = {}
    page_template: ClassVar[str] = "page.html"
    priorities: ClassVar[Mapping[str, Words]] = {"sau": Words("Chạy sau"), "truoc": Words("Chạy trước")}

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        """Everything fits: what is too long is cut."""
        return ()

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        """The line."""
        return Rendition(self.kind, {"line": piece.title[: Settings.model_validate(settings).letters]})

    def documents(self, feed: Feed) -> Sequence[Document]:
        """All lines as one text, newest first."""
        body = "".join(f"{item.rendition.document['line']}\n" for item in feed.items).encode()
        changed = feed.changed or datetime.min.replace(tzinfo=UTC)
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        return (Document("lines", "text/plain; charset=utf-8", body, tag, changed),)

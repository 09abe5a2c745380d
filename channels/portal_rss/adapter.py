"""The portal as a channel kind: readers fetch its feeds, and each item has a page of its own."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel

from channels.contract import Document, Evidence, Feed, Finding, Piece, Rendition, StoryKind, Transport
from channels.portal_rss import checks, feeds, page
from channels.portal_rss.settings import Settings
from channels.words import N_, Words


class PortalRss:
    """Feeds of one column. An item is proven by being live: what readers fetch comes from the same transaction."""

    kind: ClassVar[str] = page.KIND
    label: ClassVar[Words] = Words(N_("Cổng thông tin (RSS)"))
    short_label: ClassVar[Words] = Words(N_("Cổng, RSS"))
    icon: ClassVar[str] = "rss"
    transport: ClassVar[Transport] = Transport.PULL
    evidence: ClassVar[Evidence] = Evidence.RECEIPT
    story_kinds: ClassVar[frozenset[StoryKind]] = frozenset(StoryKind)
    texts: ClassVar[frozenset[str]] = frozenset(("title", "summary", "body"))
    Settings: ClassVar[type[BaseModel]] = Settings
    secrets: ClassVar[Mapping[str, Words]] = {}
    stopping: ClassVar[Words] = Words(
        N_("Ngừng “%(name)s”? Bài đang chờ được giữ lại, địa chỉ công khai của kênh không còn trả lời.")
    )
    public_paths: ClassVar[Mapping[str, str]] = {
        "rss": "/feeds/{slug}.rss",
        "atom": "/feeds/{slug}.atom",
        "json": "/feeds/{slug}.json",
    }
    public_pages: ClassVar[Mapping[str, str]] = {}
    page_template: ClassVar[str] = "page.html"
    priorities: ClassVar[Mapping[str, Words]] = {}

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        """Say what stops or hurts the piece on the portal."""
        return checks.check(piece)

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        """Return the story's page as plain JSON with safe HTML."""
        return page.render(piece)

    def documents(self, feed: Feed) -> Sequence[Document]:
        """Return the feed as ``rss``, ``atom`` and ``json``."""
        return feeds.documents(feed, Settings.model_validate(feed.settings))

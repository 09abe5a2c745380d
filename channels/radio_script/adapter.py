"""The radio script as a channel kind: stations fetch scripts, read them on air and log the broadcast."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel

from channels.contract import Document, Evidence, Feed, Finding, Json, Piece, Rendition, StoryKind, Transport
from channels.radio_script import checks, rendering
from channels.radio_script.files import docx, listing, pdf, sheet, text
from channels.radio_script.script import Script
from channels.radio_script.settings import Settings
from channels.words import N_, Words
from media.characters import clean_line, clean_values

Facts = Sequence[tuple[str, str]]


class RadioScript:
    """Scripts of one station. What counts is what was broadcast, so evidence is the broadcast log."""

    kind: ClassVar[str] = rendering.KIND
    label: ClassVar[Words] = Words(N_("Kịch bản truyền thanh"))
    short_label: ClassVar[Words] = Words(N_("Phát thanh"))
    icon: ClassVar[str] = "megaphone"
    transport: ClassVar[Transport] = Transport.PULL
    evidence: ClassVar[Evidence] = Evidence.BROADCAST
    story_kinds: ClassVar[frozenset[StoryKind]] = frozenset(StoryKind)
    texts: ClassVar[frozenset[str]] = frozenset(("title", "summary", "body"))
    Settings: ClassVar[type[BaseModel]] = Settings
    secrets: ClassVar[Mapping[str, Words]] = {}
    stopping: ClassVar[Words] = Words(
        N_(
            "Ngừng “%(name)s”? Bài đang chờ được giữ lại. "
            "Kịch bản đã phát hành vẫn ở trang của đài và vẫn thu hồi được."
        )
    )
    public_paths: ClassVar[Mapping[str, str]] = {}
    public_pages: ClassVar[Mapping[str, str]] = {}
    page_template: ClassVar[str] = ""
    priorities: ClassVar[Mapping[str, Words]] = {
        "thong_thuong": Words(N_("Thông thường")),
        "uu_tien": Words(N_("Ưu tiên")),
        "khan_cap": Words(N_("Khẩn cấp")),
    }

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        """Say what stops or hurts the piece on the air."""
        return checks.check(piece, Settings.model_validate(settings))

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        """Return the whole script as JSON, and its spoken text as a file."""
        return rendering.render(piece, Settings.model_validate(settings))

    def documents(self, feed: Feed) -> Sequence[Document]:
        """Return ``scripts.json``, the list of live and withdrawn scripts."""
        return listing.documents(feed)


def to_docx(document: Mapping[str, Json], *, withdrawn: bool, banner: str = "", facts: Facts = ()) -> bytes:
    """Return a frozen script as a Word file; ``withdrawn``, else ``banner``, stands in red on every page.

    ``facts`` are labels and values for the first page that are known only now.
    """
    return docx.to_docx(_read(document), _stamp(withdrawn, banner, facts))


def to_pdf(document: Mapping[str, Json], *, withdrawn: bool, banner: str = "", facts: Facts = ()) -> bytes:
    """Return a frozen script as a PDF, stamped as the Word file is."""
    return pdf.to_pdf(_read(document), _stamp(withdrawn, banner, facts))


def to_txt(document: Mapping[str, Json], *, withdrawn: bool) -> bytes:
    """Return the spoken text of a frozen script in UTF-8; a withdrawn one only says that it was withdrawn."""
    return text.to_bytes(_read(document), withdrawn=withdrawn)


def _read(document: Mapping[str, Json]) -> Script:
    """A script as files are written from it: without a sign that Word, a font or a presenter trips over."""
    return Script.model_validate(clean_values(document))


def _stamp(withdrawn: bool, banner: str, facts: Facts) -> sheet.Stamp:
    return sheet.Stamp(
        sheet.WITHDRAWN if withdrawn else clean_line(banner), tuple((name, clean_line(fact)) for name, fact in facts)
    )

"""What stops or hurts a piece on the portal, said before approval."""

from collections.abc import Iterator

from channels.contract import Finding, Piece, Severity, StoryKind
from channels.document import findings
from channels.document.output.plain import to_text
from channels.words import N_, Words

LONG_TITLE = 120
"""Characters; search results and most readers show no more."""
LONG_SUMMARY = 400
SHORT_BODY = 200
"""Characters below which an article reads as a fragment."""


def check(piece: Piece) -> tuple[Finding, ...]:
    """Return every finding, in the order of the editor's fields."""
    return (*_title(piece), *_summary(piece), *_body(piece), *_picture(piece), *findings.of(piece))


def _title(piece: Piece) -> Iterator[Finding]:
    if not piece.title:
        yield _error("title", N_("Tin chưa có tiêu đề."), N_("Hãy viết tiêu đề."))
    elif len(piece.title) > LONG_TITLE:
        yield Finding(
            Severity.WARNING,
            "title",
            Words(N_("Tiêu đề dài %(length)s ký tự nên dễ bị cắt trên trang chủ."), {"length": len(piece.title)}),
            Words(N_("Rút còn dưới %(limit)s ký tự."), {"limit": LONG_TITLE}),
        )


def _summary(piece: Piece) -> Iterator[Finding]:
    if not piece.summary and piece.kind is not StoryKind.SLOGAN:
        yield _warning("summary", N_("Tin chưa có sapo."), N_("Viết một, hai câu nói ngay điều người đọc cần biết."))
    elif len(piece.summary) > LONG_SUMMARY:
        yield _warning("summary", N_("Sapo quá dài."), N_("Rút sapo còn hai, ba câu."))


def _body(piece: Piece) -> Iterator[Finding]:
    if piece.kind is not StoryKind.ARTICLE:
        return
    text = to_text(piece.body)
    if not text:
        yield _error("body", N_("Bài chưa có nội dung."), N_("Hãy viết nội dung."))
    elif len(text) < SHORT_BODY:
        yield _warning("body", N_("Bài rất ngắn."), N_("Thêm thông tin, hoặc đổi loại thành thông tin ngắn."))


def _picture(piece: Piece) -> Iterator[Finding]:
    if piece.kind is StoryKind.INFOGRAPHIC and piece.cover is None:
        yield _error("cover", N_("Infographic chưa có hình."), N_("Tải hình lên hoặc soạn các ô số liệu."))


def _error(field: str, message: str, remedy: str) -> Finding:
    return Finding(Severity.ERROR, field, Words(message), Words(remedy))


def _warning(field: str, message: str, remedy: str) -> Finding:
    return Finding(Severity.WARNING, field, Words(message), Words(remedy))

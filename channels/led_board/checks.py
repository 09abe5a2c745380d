"""What would stop or hurt a piece on a board, said before anybody approves it."""

from collections.abc import Iterator

from channels.contract import Finding, Piece, Severity, StoryKind
from channels.document import findings
from channels.led_board.composing import Composed, compose, parts, shows_picture
from channels.led_board.settings import Settings
from channels.words import N_, Words
from media.drawing.fonts import missing
from media.errors import DoesNotFit

READ_IN_PASSING = 2
"""Pages that somebody who walks or drives past can read (NCHRP: two phases of a message)."""


def check(piece: Piece, settings: Settings) -> tuple[Finding, ...]:
    """Return every finding, errors of missing text first, then what does not fit."""
    found = (*_missing(piece), *_letters(piece, settings), *findings.bounds(piece), *findings.lines(piece))
    if any(finding.severity is Severity.ERROR for finding in found):
        return found
    return (*found, *_fit(piece, settings))


def _missing(piece: Piece) -> Iterator[Finding]:
    if piece.kind is not StoryKind.NOTICE:
        if not piece.title.strip():
            yield _error("title", N_("Tin chưa có tiêu đề để hiện trên bảng."), N_("Hãy viết tiêu đề."))
        return
    service = piece.service
    if not (service.name.strip() or piece.title.strip()):
        yield _error("service", N_("Thông tin ngắn chưa có tên dịch vụ."), N_("Hãy điền tên dịch vụ."))
    if not (service.address.strip() or service.hotline.strip()):
        yield _error(
            "service",
            N_("Người xem bảng không biết tìm dịch vụ ở đâu."),
            N_("Hãy điền địa chỉ trang hoặc số điện thoại hỗ trợ."),
        )
    elif not service.hotline.strip():
        yield _warning(
            "service", N_("Thông tin ngắn chưa có số điện thoại hỗ trợ."), N_("Nên điền thêm số điện thoại.")
        )
    elif not any(letter.isdigit() for letter in service.hotline):
        yield _error("service", N_("Số điện thoại hỗ trợ không có chữ số nào."), N_("Hãy sửa số điện thoại."))


def _letters(piece: Piece, settings: Settings) -> Iterator[Finding]:
    for part in parts(piece, settings):
        if lost := missing(part.text):
            yield Finding(
                Severity.ERROR,
                part.field,
                Words(N_("Bảng không hiện được ký tự “%(letters)s”."), {"letters": lost}),
                Words(N_("Hãy bỏ hoặc thay ký tự đó.")),
            )


def _fit(piece: Piece, settings: Settings) -> Iterator[Finding]:
    try:
        composed = compose(piece, settings)
    except DoesNotFit as refusal:
        yield _too_long(Severity.ERROR, refusal, piece, N_("“%(text)s” dài hơn chỗ của bảng khoảng %(excess)s ký tự."))
        return
    if composed.left_out is not None:
        text = N_("Sapo dài hơn chỗ của bảng khoảng %(excess)s ký tự, nên bảng chỉ hiện tiêu đề.")
        yield _too_long(Severity.WARNING, composed.left_out, piece, text)
    yield from _reading(piece, settings, composed)


def _too_long(severity: Severity, refusal: DoesNotFit, piece: Piece, text: str) -> Finding:
    values = {"text": refusal.values["text"], "excess": refusal.values["excess"]}
    if piece.kind is StoryKind.NOTICE:
        remedy = N_("Hãy viết tên, địa chỉ và điện thoại ngắn hơn cho bảng.")
    else:
        remedy = N_("Hãy viết một bản riêng cho bảng LED, ngắn hơn.")
    return Finding(severity, str(refusal.values["where"]) or "title", Words(text, values), Words(remedy))


def _reading(piece: Piece, settings: Settings, composed: Composed) -> Iterator[Finding]:
    if piece.kind is StoryKind.INFOGRAPHIC and not shows_picture(piece, settings):
        yield _warning(
            "cover",
            N_("Bảng không đủ lớn để đọc infographic, nên chỉ hiện tiêu đề."),
            N_("Hãy viết tiêu đề nói được ý chính, hoặc chọn màn hình lớn hơn."),
        )
    if settings.road_facing and len(composed.frames) > READ_IN_PASSING:
        yield Finding(
            Severity.WARNING,
            composed.parts[-1].field,
            Words(N_("Tin chiếm %(pages)s trang; người đi đường chỉ kịp đọc hai."), {"pages": len(composed.frames)}),
            Words(N_("Hãy rút gọn cho vừa hai trang.")),
        )


def _error(field: str, message: str, remedy: str) -> Finding:
    return Finding(Severity.ERROR, field, Words(message), Words(remedy))


def _warning(field: str, message: str, remedy: str) -> Finding:
    return Finding(Severity.WARNING, field, Words(message), Words(remedy))

"""What a text says about itself before anybody approves it, each with the click that settles it where there is one."""

import re
from collections.abc import Iterator, Sequence

from channels.contract import Edit, Finding, Fix, Piece, Service, Severity
from channels.document.limits import LIMITS
from channels.document.model import Block, Document, Listing, ListItem, Note, NoteKind, Paragraph, Quote
from channels.document.output.plain import to_text
from channels.document.pasting.wrapped import wrapped
from channels.document.reading import read
from channels.fixing import apply, whole
from channels.words import N_, Words

_BOUNDS = {
    "characters": N_("Nội dung dài quá %(limit)s ký tự nên không kênh nào dựng được."),
    "blocks": N_("Nội dung có hơn %(limit)s đoạn, mục nên không kênh nào dựng được."),
    "cells": N_("Bảng trong nội dung có hơn %(limit)s ô nên không kênh nào dựng được."),
    "marks": N_("Nội dung có hơn %(limit)s dấu định dạng và chỗ xuống dòng nên không kênh nào dựng được."),
    "depth": N_("Danh sách, trích dẫn hoặc chữ đậm lồng nhau hơn %(limit)s tầng nên không kênh nào dựng được."),
}
_NOTES: dict[NoteKind, tuple[str, str, str]] = {
    NoteKind.NO_SCHEME: (
        N_("Liên kết “%(text)s” thiếu https:// ở đầu; các kênh hiểu là có."),
        N_("Hãy mở thử liên kết rồi ghi đủ địa chỉ."),
        N_("Ghi đủ https://"),
    ),
    NoteKind.BAD_ADDRESS: (
        N_("Liên kết “%(text)s” dẫn tới địa chỉ mà các kênh không mở, nên chỉ còn chữ."),
        N_("Hãy dùng địa chỉ https, thư điện tử hoặc số điện thoại."),
        N_("Bỏ liên kết, giữ chữ"),
    ),
    NoteKind.BROKEN_LINK: (
        N_("“%(text)s” không phải là liên kết vì trong ngoặc không có địa chỉ; các kênh hiện nguyên văn."),
        N_("Hãy ghi địa chỉ, hoặc bỏ dấu ngoặc vuông."),
        N_("Bỏ dấu ngoặc vuông"),
    ),
    NoteKind.MISSING_REFERENCE: (
        N_("“%(text)s” dẫn tới một địa chỉ không có trong bài; các kênh hiện nguyên văn."),
        N_("Hãy thêm dòng địa chỉ ở cuối bài, hoặc chỉ giữ chữ."),
        N_("Chỉ giữ chữ"),
    ),
    NoteKind.FOOTNOTE: (
        N_("Dấu chú thích “%(text)s” hiện nguyên văn trên các kênh."),
        N_("Hãy đưa chú thích vào câu, hoặc bỏ dấu."),
        N_("Bỏ dấu chú thích"),
    ),
    NoteKind.LONE_TAG: (
        N_("Thẻ “%(text)s” không có thẻ đi cặp nên hiện nguyên văn trên các kênh."),
        N_("Nếu không phải là chữ của bài, hãy bỏ thẻ."),
        N_("Bỏ thẻ"),
    ),
    NoteKind.REFERENCE: (
        N_("“%(text)s” là mã ký tự viết thiếu hoặc không ứng với chữ nào; các kênh hiện nguyên văn."),
        N_("Hãy thay mã bằng chữ muốn hiện, hoặc bỏ mã."),
        N_("Thay mã bằng chữ"),
    ),
    NoteKind.UNDERLINED: (
        N_("Hàng dấu dưới dòng “%(text)s” thành đường kẻ, không làm dòng ấy thành đề mục."),
        N_("Nếu là đề mục, hãy ghi “##” ở đầu dòng."),
        "",
    ),
    NoteKind.MINUS: (
        N_("Dấu “-” trước “%(text)s” được hiểu là gạch đầu dòng."),
        N_("Nếu là số âm, hãy viết liền dấu với số."),
        N_("Viết liền dấu trừ"),
    ),
}
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]+")
_SHOWN = 60
"""Characters of a text that a finding quotes."""
_SERVICE = ("name", "address", "hotline", "place")


def of(piece: Piece, *, strikes: bool = True) -> tuple[Finding, ...]:
    """Return what ``piece`` says about its texts; ``strikes`` is false where a channel cannot strike words through."""
    document = read(piece.body)
    if document.excess:
        return (*bounds(piece), *lines(piece))
    return (
        *lines(piece),
        *_own_signs(piece),
        *_comments(document),
        *_elements(document),
        *_notes(document),
        *_numbers(document),
        *_wrapped(document),
        *(() if strikes else _struck(document)),
    )


def bounds(piece: Piece) -> Iterator[Finding]:
    """Yield the bound that the body is beyond: it says the limit, and what to do."""
    if excess := read(piece.body).excess:
        message = Words(_BOUNDS[excess.name], {"limit": f"{LIMITS[excess.name]:,}".replace(",", ".")})
        yield Finding(Severity.ERROR, "body", message, Words(N_("Hãy chia bài thành nhiều bài ngắn hơn.")))


def lines(piece: Piece) -> Iterator[Finding]:
    """Yield a finding for each text that is shown as typed and yet holds marks or codes of HTML."""
    texts = {"title": piece.title, "summary": piece.summary, **_service(piece.service)}
    for field, text in texts.items():
        document = read(text)
        wrong = _edits(document, [note for note in document.notes if note.kind is NoteKind.REFERENCE])
        plain = " ".join(to_text(apply(text, wrong)).split())
        if plain and plain != " ".join(text.split()):
            message = Words(N_("“%(text)s” hiện nguyên văn, kể cả dấu định dạng và mã HTML."), {"text": _short(text)})
            fix = Fix(Words(N_("Chỉ giữ chữ")), field, whole(text, plain))
            yield Finding(Severity.WARNING, field, message, Words(N_("Hãy bỏ dấu và mã khỏi dòng này.")), (fix,))


def _own_signs(piece: Piece) -> Iterator[Finding]:
    """Yield a finding for signs that only a font of the writer's machine has: nobody else sees what was meant."""
    for field, text in {"title": piece.title, "summary": piece.summary, "body": piece.body}.items():
        found = list(_PRIVATE.finditer(text))
        if found:
            around = text[max(0, found[0].start() - 12) : found[0].end() + 12]
            message = Words(N_("Ở “%(text)s” có ký hiệu chỉ máy của người viết hiện được."), {"text": _short(around)})
            edits = tuple(Edit(one.start(), one.end(), one[0], "") for one in found)
            fix = Fix(Words(N_("Bỏ ký hiệu")), field, edits)
            yield Finding(Severity.WARNING, field, message, Words(N_("Hãy thay bằng chữ hoặc ký hiệu thường.")), (fix,))


def _service(service: Service) -> dict[str, str]:
    return {f"service.{name}": getattr(service, name) for name in _SERVICE}


def _comments(document: Document) -> Iterator[Finding]:
    notes = [note for note in document.notes if note.kind is NoteKind.COMMENT]
    if notes:
        text = document.source[notes[0].start : notes[0].end]
        message = Words(N_("Ghi chú “%(text)s” nằm trong bài; người đọc không thấy."), {"text": _short(text)})
        kept = tuple(Edit(note.start, note.start, "", "\\") for note in notes)
        fixes = (
            Fix(Words(N_("Bỏ ghi chú")), "body", _edits(document, notes)),
            Fix(Words(N_("Cho hiện như chữ của bài")), "body", kept),
        )
        yield Finding(Severity.WARNING, "body", message, Words(N_("Hãy bỏ ghi chú trước khi gửi duyệt.")), fixes)


def _elements(document: Document) -> Iterator[Finding]:
    notes = [note for note in document.notes if note.kind in (NoteKind.ELEMENT, NoteKind.UNSEEN)]
    if notes:
        text = document.source[notes[0].start : notes[0].end]
        message = Words(
            N_("Thẻ HTML “%(text)s” không hiện trên kênh nào, chỉ còn chữ quanh nó."), {"text": _short(text)}
        )
        kept = tuple(Edit(edit.start, edit.start, "", "\\") for edit in _edits(document, notes))
        fixes = (
            Fix(Words(N_("Đổi thẻ HTML thành dấu định dạng")), "body", _edits(document, notes)),
            Fix(Words(N_("Cho hiện như chữ của bài")), "body", kept),
        )
        yield Finding(Severity.WARNING, "body", message, Words(N_("Hãy bỏ thẻ, dùng thanh định dạng.")), fixes)


def _notes(document: Document) -> Iterator[Finding]:
    """Yield one finding for each kind of note; its fix mends every place at once."""
    for kind, (message, remedy, label) in _NOTES.items():
        notes = [note for note in document.notes if note.kind is kind]
        if not notes:
            continue
        first = document.source[notes[0].start : notes[0].end] if kind is not NoteKind.UNDERLINED else notes[0].value
        fixes = (Fix(Words(label), "body", _edits(document, notes)),) if label else ()
        yield Finding(Severity.WARNING, "body", Words(message, {"text": _short(first)}), Words(remedy), fixes)


def _edits(document: Document, notes: Sequence[Note]) -> tuple[Edit, ...]:
    made: list[Edit] = []
    for note in notes:
        if not made or note.start >= made[-1].end:
            made.append(Edit(note.start, note.end, document.source[note.start : note.end], note.value))
    return tuple(made)


def _struck(document: Document) -> Iterator[Finding]:
    notes = [note for note in document.notes if note.kind is NoteKind.STRUCK]
    if notes:
        message = Words(
            N_("Kênh này không gạch ngang được: “%(text)s” ra như chữ thường."), {"text": _short(notes[0].value)}
        )
        bare = Fix(Words(N_("Bỏ dấu gạch, giữ chữ")), "body", _edits(document, notes))
        gone = Fix(
            Words(N_("Bỏ chữ đã gạch")),
            "body",
            tuple(Edit(edit.start, edit.end, edit.old, "") for edit in _edits(document, notes)),
        )
        remedy = Words(N_("Hãy bỏ hẳn chữ đã gạch, hoặc nói rõ điều đã thay."))
        yield Finding(Severity.WARNING, "body", message, remedy, (gone, bare))


def _numbers(document: Document) -> Iterator[Finding]:
    edits: list[Edit] = []
    for listing in _listings(document.blocks):
        edits += _renumbered(listing)
    if edits:
        message = Words(N_("Danh sách đánh số không liền nhau; các kênh hiện đúng số đã gõ."))
        fix = Fix(Words(N_("Đánh số lại cho liền")), "body", tuple(sorted(edits, key=lambda edit: edit.start)))
        yield Finding(Severity.WARNING, "body", message, Words(N_("Hãy xem lại các số đầu dòng.")), (fix,))


def _renumbered(listing: Listing) -> Iterator[Edit]:
    first = listing.items[0].number
    for wanted, item in enumerate(listing.items, first or 0):
        if first is not None and item.number != wanted and item.number is not None:
            typed = str(item.number).rjust(1)
            yield Edit(item.start, item.start + len(typed), typed, str(wanted))


def _listings(blocks: Sequence[Block | ListItem]) -> Iterator[Listing]:
    for block in blocks:
        if isinstance(block, Listing):
            yield block
            yield from _listings(block.items)
        elif isinstance(block, Quote | ListItem):
            yield from _listings(block.blocks)


def _paragraphs(blocks: Sequence[Block | ListItem]) -> Iterator[Paragraph]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        elif isinstance(block, Quote | ListItem):
            yield from _paragraphs(block.blocks)
        elif isinstance(block, Listing):
            yield from _paragraphs(block.items)


def _wrapped(document: Document) -> Iterator[Finding]:
    edits: list[Edit] = []
    for paragraph in _paragraphs(document.blocks):
        edits += wrapped(document.source, paragraph)
    if edits:
        message = Words(N_("Có đoạn bị ngắt dòng giữa câu, các kênh giữ đúng chỗ ngắt."))
        fix = Fix(Words(N_("Nối các dòng thành đoạn")), "body", tuple(edits))
        yield Finding(Severity.WARNING, "body", message, Words(N_("Nếu là chữ dán từ tệp PDF, hãy nối lại.")), (fix,))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"

"""What a piece says in an old encoding, put right with one click, or with letters that one has destroyed."""

from collections.abc import Iterator

from channels import old_encodings
from channels.contract import Finding, Fix, Piece, Severity
from channels.fixing import whole
from channels.old_encodings import Encoding
from channels.words import N_, Words

_SERVICE = ("name", "address", "hotline", "place")
_SHOWN = 60
"""Characters of a text that a finding quotes."""


def findings(piece: Piece) -> Iterator[Finding]:
    """Yield a warning for each text that is not in Unicode as it was meant."""
    texts = {"title": piece.title, "summary": piece.summary, "body": piece.body, "byline": piece.byline}
    texts |= {f"service.{name}": getattr(piece.service, name) for name in _SERVICE}
    for field, text in texts.items():
        yield from _of(field, text)


def _of(field: str, text: str) -> Iterator[Finding]:
    if found := old_encodings.recover(text):
        again = found.encoding is Encoding.TWICE
        message = N_("Chữ bị đọc sai mã: “%(text)s”.") if again else N_("Chữ ở bảng mã %(encoding)s: “%(text)s”.")
        shown = {"encoding": found.encoding.value, "text": _first(text, found.text)}
        fix = Fix(Words(N_("Chuyển sang Unicode")), field, whole(text, found.text))
        remedy = Words(N_("Hãy chuyển sang Unicode rồi đọc lại, nhất là chữ hoa và tên riêng."))
        yield Finding(Severity.WARNING, field, Words(message, shown), remedy, (fix,))
    elif words := old_encodings.lost(text):
        message = N_("Có chữ đã mất khi chuyển mã: “%(text)s”.")
        remedy = Words(N_("Máy không đoán được chữ đã mất; hãy chép lại đoạn ấy từ bản gốc."))
        yield Finding(Severity.WARNING, field, Words(message, {"text": " ".join(words[:5])[:_SHOWN]}), remedy)


def _first(text: str, meant: str) -> str:
    """The first line that would change, shortened."""
    pairs = zip(text.split("\n"), meant.split("\n"), strict=False)
    line = next((old for old, new in pairs if old != new), text)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"

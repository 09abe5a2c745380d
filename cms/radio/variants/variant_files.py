"""A script in another language as a file: .docx to print, .pdf where its font has the letters, .txt to paste."""

from channels.radio_script import adapter
from channels.radio_script.files.lettering import printable
from channels.radio_script.foreign import foreign_script
from channels.words import N_
from cms.core.refusal import Conflict, NotFound
from cms.models.radio import ScriptVariant
from cms.radio.scripts.downloads import MIMES, File
from cms.radio.scripts.queries import Script
from cms.radio.variants.variants import Variant

FORMATS = ("docx", "pdf", "txt")


def formats(row: ScriptVariant) -> tuple[str, ...]:
    """Return the formats in which a variant can be had; none if it is sound alone."""
    if not row.text:
        return ()
    return tuple(name for name in FORMATS if name != "pdf" or has_letters(row))


def has_letters(row: ScriptVariant) -> bool:
    """Whether a PDF shows all that would be printed."""
    return printable(f"{row.title} {row.text} {row.translator} {row.reviewer}")


def file(found: Script, shown: Variant, format: str) -> File:  # noqa: A002  # people's word
    """Return a variant as ``docx``, ``pdf`` or ``txt``; one of a script that was called back says only that."""
    row = shown.row
    if not row.text:
        raise NotFound(N_("Bản này chỉ có âm thanh, không có tệp chữ."))
    if format == "pdf" and not has_letters(row):
        raise Conflict(N_("Phông chữ của tệp .pdf chưa có chữ của tiếng này; hãy dùng tệp .docx để in."))
    return File(_body(found, shown, format), MIMES[format], _name(found, row, format))


def tag(found: Script, shown: Variant, format: str) -> str:  # noqa: A002
    """Return what identifies the content of a variant's file."""
    return f"v{shown.row.id}-{shown.row.version}-{found.rendition_id}-{format}-{found.state}"


def _body(found: Script, shown: Variant, format: str) -> bytes:  # noqa: A002
    row = shown.row
    script = foreign_script(found.document, row.title or found.title, row.text, row.language, row.duration_s)
    document = script.model_dump(mode="json")
    if format == "txt":
        return adapter.to_txt(document, withdrawn=found.withdrawn)
    facts = (("Tiếng", f"{shown.name} ({row.language})"), ("Người dịch", row.translator), ("Người soát", row.reviewer))
    write = {"docx": adapter.to_docx, "pdf": adapter.to_pdf}[format]
    return write(document, withdrawn=found.withdrawn, banner=_banner(shown), facts=facts)


def _name(found: Script, row: ScriptVariant, format: str) -> str:  # noqa: A002
    gone = "da-thu-hoi-" if found.withdrawn else ""
    return f"kich-ban-{gone}{found.delivery_id}-{row.language.lower()}.{format}"


def _banner(shown: Variant) -> str:
    if shown.outdated:
        return "BẢN CŨ – BÀI GỐC ĐÃ SỬA"
    return "" if shown.row.reviewed_at else "CHƯA CÓ NGƯỜI SOÁT"

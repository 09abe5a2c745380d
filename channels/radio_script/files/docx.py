"""The script as a Word file for reading aloud: big type, air between lines, no sentence across two pages."""

import io
import zipfile
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from channels.radio_script.files import sheet
from channels.radio_script.script import LineKind, Script, ScriptLine, Sentence
from media.underlock import slow

FONT = "Arial"
SIZE = Pt(17)
SMALL = Pt(10)
RED = RGBColor(0xC0, 0x00, 0x00)
BLUE = RGBColor(0x1B, 0x4F, 0x8A)
GREY = RGBColor(0x59, 0x59, 0x59)
_FIXED = datetime(2025, 1, 1)  # noqa: DTZ001 - Word stores local time without a zone
_ZIP_TIME = (2025, 1, 1, 0, 0, 0)


@slow
def to_docx(script: Script, stamp: sheet.Stamp) -> bytes:
    """Return the file. Equal scripts give equal bytes."""
    document = Document()
    _page(document, script)
    _styles(document)
    _header(document, script, stamp)
    _opening(document, script, stamp)
    for line in script.lines:
        _line(document, line)
    _ending(document)
    return _saved(document)


def _page(document: Docx, script: Script) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(25), Mm(20)
    section.left_margin, section.right_margin = Mm(25), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)
    properties = document.core_properties
    properties.title, properties.author = script.title, script.station or script.unit
    properties.language = script.language
    properties.created = properties.modified = _FIXED
    properties.comments = ""


def _styles(document: Docx) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, SIZE
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    _complex_size(style.element.get_or_add_rPr(), SIZE)
    style.paragraph_format.line_spacing = 1.5
    style.paragraph_format.space_after = Pt(6)
    style.paragraph_format.widow_control = True


def _run(
    paragraph: Paragraph, text: str, *, size: Pt | None = None, bold: bool = False, color: RGBColor | None = None
) -> Run:
    run = paragraph.add_run(text)
    run.bold = run.font.cs_bold = bold
    if size is not None:
        run.font.size = size
        _complex_size(run._r.get_or_add_rPr(), size)
    if color is not None:
        run.font.color.rgb = color
    return run


def _complex_size(properties: Any, size: Pt) -> None:
    """Set the size of scripts such as Khmer or Cham, which Word keeps apart; after ``w:sz``, as the schema has it."""
    made = OxmlElement("w:szCs")
    made.set(qn("w:val"), str(round(size.pt * 2)))
    properties.find(qn("w:sz")).addnext(made)


def _tight(paragraph: Paragraph, after: float = 0) -> Paragraph:
    paragraph.paragraph_format.line_spacing = 1.0
    paragraph.paragraph_format.space_after = Pt(after)
    return paragraph


def _header(document: Docx, script: Script, stamp: sheet.Stamp) -> None:
    header = document.sections[0].header
    first = _tight(header.paragraphs[0])
    first.style = document.styles["Normal"]  # that of headers has tab stops of its own
    first.paragraph_format.tab_stops.add_tab_stop(Mm(165), alignment=2)
    _run(first, sheet.heading(script), size=SMALL, bold=True, color=BLUE)
    _run(first, "\tTrang ", size=SMALL, color=GREY)
    _field(first, "PAGE")
    _run(first, "/", size=SMALL, color=GREY)
    _field(first, "NUMPAGES")
    second = _tight(header.add_paragraph(), after=4)
    _run(second, sheet.subheading(script), size=SMALL, color=GREY)
    if stamp.banner:
        banner = _tight(header.add_paragraph(), after=4)
        banner.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(banner, stamp.banner, size=Pt(14), bold=True, color=RED)
    _rule(header.paragraphs[-1])


def _field(paragraph: Paragraph, instruction: str) -> None:
    """Add a field that Word fills in: the page, the number of pages."""
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("text", "1"), ("end", "")):
        run = _run(paragraph, text if kind == "text" else "", size=SMALL, color=GREY)
        if kind == "text":
            continue
        element = OxmlElement("w:instrText" if not kind else "w:fldChar")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _rule(paragraph: Paragraph) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "4"), ("color", "8C8C8C")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _opening(document: Docx, script: Script, stamp: sheet.Stamp) -> None:
    title = _tight(document.add_paragraph(), after=8)
    title.paragraph_format.keep_with_next = True
    _run(title, script.title, size=Pt(22), bold=True)
    if stamp.banner:
        banner = _tight(document.add_paragraph(), after=8)
        _run(banner, stamp.banner, size=Pt(26), bold=True, color=RED)
    for label, value in sheet.facts(script, stamp):
        fact = _tight(document.add_paragraph(), after=2)
        _run(fact, f"{label}: ", size=Pt(12), color=GREY)
        urgent = label == "Loại bản tin" and value.isupper()
        _run(fact, value, size=Pt(12), bold=urgent, color=RED if urgent else None)
    _rule(_tight(document.add_paragraph(), after=10))


def _line(document: Docx, line: ScriptLine) -> None:
    if line.kind is LineKind.CUE:
        cue = document.add_paragraph()
        cue.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(cue, sheet.cue(line), size=Pt(13), bold=True, color=GREY)
        return
    if line.kind is LineKind.ITEM:
        _item(document, line)
        return
    if line.kind is LineKind.CUT:
        _run(document.add_paragraph(), sheet.cut(line), size=Pt(14), bold=True, color=RED)
        return
    label = _tight(document.add_paragraph(), after=2)
    label.paragraph_format.space_before = Pt(8)
    label.paragraph_format.keep_with_next = True
    words = sheet.label(line)
    _run(label, words.who, size=Pt(12), bold=True, color=BLUE)
    _run(label, f"   {words.when}", size=Pt(11), color=GREY)
    for sentence in line.sentences:
        _sentence(document, sentence, bold=line.kind is LineKind.TITLE)


def _item(document: Docx, line: ScriptLine) -> None:
    words = sheet.item(line)
    head = _tight(document.add_paragraph(), after=0)
    head.paragraph_format.space_before = Pt(14)
    head.paragraph_format.keep_with_next = head.paragraph_format.keep_together = True
    _run(head, words.who, size=Pt(15), bold=True)
    times = _tight(document.add_paragraph(), after=4)
    times.paragraph_format.keep_with_next = True
    _run(times, words.when, size=Pt(11), color=GREY)
    _rule(times)


def _sentence(document: Docx, sentence: Sentence, *, bold: bool) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_together = True
    for piece in sentence.pieces:
        run = _run(paragraph, piece.text, bold=bold)
        if piece.unknown:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        if piece.hard and piece.written:
            _run(paragraph, f"\u00a0[{piece.written.strip()}]", size=SMALL, color=GREY)


def _ending(document: Docx) -> None:
    end = document.add_paragraph()
    end.alignment = WD_ALIGN_PARAGRAPH.CENTER
    end.paragraph_format.keep_with_next = True
    _run(end, sheet.ENDING, size=Pt(13), bold=True, color=GREY)
    for names in (sheet.SIGNATURES, sheet.AIRED):
        table = document.add_table(rows=1, cols=len(names))
        table.style = "Table Grid"
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, name in zip(table.rows[0].cells, names, strict=True):
            _run(_tight(cell.paragraphs[0], after=26), name, size=SMALL, color=GREY)
            cell.paragraphs[0].paragraph_format.keep_with_next = names is not sheet.AIRED
        if names is not sheet.AIRED:
            _tight(document.add_paragraph(), after=0).paragraph_format.keep_with_next = True


def _saved(document: Docx) -> bytes:
    """Save with fixed times inside the archive, so that equal scripts are equal files."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(name))
    return out.getvalue()

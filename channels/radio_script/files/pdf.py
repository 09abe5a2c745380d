"""The script as a PDF for reading aloud, in Open Sans, which has every Vietnamese letter."""

import io
from functools import cache
from importlib.resources import as_file, files
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from channels.radio_script.files import sheet
from channels.radio_script.script import LineKind, Script, ScriptLine, Sentence
from media.underlock import slow

REGULAR, BOLD = "OpenSans", "OpenSans-Bold"
RED, BLUE, GREY, YELLOW = "#C00000", "#1B4F8A", "#595959", "#FFF2A8"
LEFT, RIGHT, TOP, BOTTOM = 25 * mm, 20 * mm, 32 * mm, 18 * mm


@slow
def to_pdf(script: Script, stamp: sheet.Stamp) -> bytes:
    """Return the file. Equal scripts give equal bytes."""
    _fonts()
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=script.title,
        author=script.station or script.unit,
        lang=script.language,
        invariant=1,
        pageCompression=1,
    )
    body = Frame(LEFT, BOTTOM, A4[0] - LEFT - RIGHT, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[body]))
    document.build(_story(script, stamp), canvasmaker=_numbered(script, stamp))
    return out.getvalue()


@cache
def _fonts() -> None:
    for name, weight in ((REGULAR, "Regular"), (BOLD, "Bold")):
        with as_file(files("ttf_opensans") / "ttf" / f"OpenSans-{weight}.ttf") as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def _style(name: str, size: float, leading: float, **more: object) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=REGULAR, fontSize=size, leading=leading, splitLongWords=0, **more)


_BODY = _style("body", 17, 27, spaceAfter=6)
_LABEL = _style("label", 11.5, 16, spaceBefore=8, spaceAfter=2, textColor=HexColor(BLUE))
_CUE = _style("cue", 13, 20, spaceBefore=6, spaceAfter=6, alignment=TA_CENTER, textColor=HexColor(GREY))
_TITLE = _style("title", 21, 27, spaceAfter=8)
_ITEM = _style("item", 15, 20, spaceBefore=14, keepWithNext=True)
_TIMES = _style("times", 10.5, 14, textColor=HexColor(GREY), keepWithNext=True)
_CUT = _style("cut", 14, 20, spaceBefore=8, spaceAfter=8)
_FACT = _style("fact", 11.5, 16)
_BANNER = _style("banner", 25, 31, spaceAfter=8, textColor=HexColor(RED))
_CELL = _style("cell", 10, 13, textColor=HexColor(GREY))


def _numbered(script: Script, stamp: sheet.Stamp) -> type[Canvas]:
    """Return a canvas that draws the header of every page once it knows how many pages there are."""

    class Numbered(Canvas):  # type: ignore[misc] # reportlab ships no types
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self.pages: list[dict[str, object]] = []

        def showPage(self) -> None:
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for page in self.pages:
                self.__dict__.update(page)
                _header(self, script, f"Trang {self._pageNumber}/{len(self.pages)}", stamp)
                super().showPage()
            super().save()

    return Numbered


def _header(canvas: Canvas, script: Script, page: str, stamp: sheet.Stamp) -> None:
    width, height = A4
    canvas.saveState()
    canvas.setFillColor(HexColor(BLUE))
    canvas.setFont(BOLD, 10)
    canvas.drawString(LEFT, height - 13 * mm, _fitted(sheet.heading(script), BOLD, 10, width - LEFT - RIGHT - 70))
    canvas.setFillColor(HexColor(GREY))
    canvas.setFont(REGULAR, 10)
    canvas.drawRightString(width - RIGHT, height - 13 * mm, page)
    canvas.drawString(LEFT, height - 18.5 * mm, _fitted(sheet.subheading(script), REGULAR, 10, width - LEFT - RIGHT))
    if stamp.banner:
        canvas.setFillColor(HexColor(RED))
        canvas.setFont(BOLD, 14)
        canvas.drawCentredString(width / 2, height - 26 * mm, _fitted(stamp.banner, BOLD, 14, width - LEFT - RIGHT))
    canvas.setStrokeColor(HexColor("#8C8C8C"))
    below = height - (28.5 if stamp.banner else 21.5) * mm
    canvas.line(LEFT, below, width - RIGHT, below)
    canvas.restoreState()


def _fitted(text: str, font: str, size: float, width: float) -> str:
    """Cut ``text`` with an ellipsis so that it is at most ``width`` points wide."""
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return text
    while text and pdfmetrics.stringWidth(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _story(script: Script, stamp: sheet.Stamp) -> list[Flowable]:
    story: list[Flowable] = [Paragraph(f"<b>{escape(script.title)}</b>", _TITLE)]
    if stamp.banner:
        story.append(Paragraph(f"<b>{escape(stamp.banner)}</b>", _BANNER))
    story += [_fact(label, value) for label, value in sheet.facts(script, stamp)]
    story.append(HRFlowable(width="100%", thickness=0.7, color=HexColor("#8C8C8C"), spaceBefore=8, spaceAfter=8))
    for line in script.lines:
        story += _line(line)
    story.append(Paragraph(f"<b>{sheet.ENDING}</b>", _CUE))
    story.append(KeepTogether([_boxes(sheet.SIGNATURES), Spacer(1, 8), _boxes(sheet.AIRED)]))
    return story


def _fact(label: str, value: str) -> Paragraph:
    strong = label == "Loại bản tin" and value.isupper()
    said = f'<b><font color="{RED}">{escape(value)}</font></b>' if strong else escape(value)
    return Paragraph(f'<font color="{GREY}">{escape(label)}:</font> {said}', _FACT)


def _line(line: ScriptLine) -> list[Flowable]:
    if line.kind is LineKind.CUE:
        return [Paragraph(f"<b>{escape(sheet.cue(line))}</b>", _CUE)]
    if line.kind is LineKind.CUT:
        return [Paragraph(f'<b><font color="{RED}">{escape(sheet.cut(line))}</font></b>', _CUT)]
    if line.kind is LineKind.ITEM:
        return _item(line)
    words = sheet.label(line)
    label = Paragraph(f'<b>{escape(words.who)}</b> <font color="{GREY}">&nbsp; {words.when}</font>', _LABEL)
    said = [Paragraph(_markup(sentence, bold=line.kind is LineKind.TITLE), _BODY) for sentence in line.sentences]
    return [KeepTogether([label, said[0]]), *(KeepTogether([sentence]) for sentence in said[1:])]


def _item(line: ScriptLine) -> list[Flowable]:
    words = sheet.item(line)
    rule = HRFlowable(width="100%", thickness=0.7, color=HexColor("#8C8C8C"), spaceBefore=2, spaceAfter=4)
    rule.keepWithNext = True
    return [Paragraph(f"<b>{escape(words.who)}</b>", _ITEM), Paragraph(words.when, _TIMES), rule]


def _markup(sentence: Sentence, *, bold: bool) -> str:
    parts = []
    for piece in sentence.pieces:
        said = escape(piece.text)
        if piece.unknown:
            said = f'<font backColor="{YELLOW}">{said}</font>'
        if piece.hard and piece.written:
            said += f'&nbsp;<font size="10" color="{GREY}">[{escape(piece.written.strip())}]</font>'
        parts.append(said)
    text = "".join(parts)
    return f"<b>{text}</b>" if bold else text


def _boxes(names: tuple[str, ...]) -> Table:
    width = (A4[0] - LEFT - RIGHT) / len(names)
    table = Table([[Paragraph(name, _CELL) for name in names]], [width] * len(names), [17 * mm])
    grid = ("GRID", (0, 0), (-1, -1), 0.6, HexColor("#8C8C8C"))
    table.setStyle(TableStyle([grid, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table

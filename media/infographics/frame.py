"""What stands above and below an infographic's body: the coloured head and the band of contacts and QR code."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from media.drawing import qr
from media.drawing.canvas import Canvas, mixed
from media.drawing.fonts import Weight
from media.drawing.text import balanced, excess, measure, wrap
from media.errors import DoesNotFit
from media.infographics.parts import Look, Paragraph, paragraph
from media.infographics.spec import Contact, Infographic

MOST_TITLE_LINES = 4
READ_MORE = "Đọc thêm tại"
SCAN_ME = "Quét mã để xem"


class Head:
    """Kicker, title and subtitle on a gradient."""

    def __init__(self, spec: Infographic, width: int, look: Look, *, inset: int) -> None:
        colours, self.look, self.width, self.inset = look.palette, look, width, inset
        room = width - 2 * inset
        self.kicker = spec.kicker.upper()
        self.title = _title(spec.title, room, look)
        self.subtitle = paragraph(spec.subtitle, room, look.style(Weight.REGULAR, 35), colours.tint, "subtitle")
        self.pill = look.style(Weight.BOLD, 26)

    @property
    def height(self) -> int:
        """Natural height in pixels."""
        px, air = self.look.px, self.look.air
        kicker = self.pill.leading + px(16) + air(22) if self.kicker else 0
        subtitle = air(14) + self.subtitle.height if self.subtitle.lines else 0
        return air(52) + kicker + self.title.height + subtitle + air(44)

    def draw(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw the head, its words centred upright."""
        look, palette, px = self.look, self.look.palette, self.look.px
        canvas.gradient(x, y, self.width, height, palette.dark, palette.primary)
        self._ornament(canvas, x, y, height)
        at, left = y + (height - self.height) // 2 + look.air(52), x + self.inset
        if self.kicker:
            pill = self.pill.leading + px(16)
            wide = measure(self.kicker, self.pill) + 2 * px(24)
            canvas.box(left, at, wide, pill, palette.accent, radius=pill // 2)
            canvas.lines(left + px(24), at + px(7), (self.kicker,), self.pill, palette.dark)
            at += pill + look.air(22)
        at = self.title.draw(canvas, left, at)
        self.subtitle.draw(canvas, left, at + look.air(14))

    def _ornament(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw faint rings at the right edge, cut by the head's own border."""
        layer = Canvas(self.width, height, "#000000")
        layer.image.paste(canvas.image.crop((x, y, x + self.width, y + height)))
        px = self.look.px
        for size, opacity in ((px(620), 0.06), (px(420), 0.07), (px(220), 0.08)):
            layer.disc(self.width - size * 5 // 8, -size * 3 // 8, size, self.look.palette.white, opacity=opacity)
        canvas.paste(layer.image, x, y)


def _title(text: str, width: int, look: Look) -> Paragraph:
    """Return the title on few lines and large: at most two lines of 64 pixels or more, else three, at worst four."""
    for most, sizes in ((2, range(84, 63, -2)), (3, range(76, 55, -2)), (MOST_TITLE_LINES, (54,))):
        for size in sizes:
            style = look.style(Weight.EXTRABOLD, size, 1.2)
            try:
                lines = balanced(text, width, style, where="title")
            except DoesNotFit:
                continue
            if len(lines) <= most:
                return Paragraph(lines, style, look.palette.white)
    lines = wrap(text, width, look.style(Weight.EXTRABOLD, 54), where="title")
    raise DoesNotFit(text=text, excess=excess(lines, MOST_TITLE_LINES), where="title")


class Foot:
    """Contacts and QR code on a dark band, the source below them; only the source where there are neither."""

    def __init__(self, spec: Infographic, width: int, look: Look, *, inset: int, smallest: int) -> None:
        self.look, self.width, self.inset = look, width, inset
        contacts = {f"blocks.{n}": block for n, block in enumerate(spec.blocks) if isinstance(block, Contact)}
        if spec.link and not contacts:
            contacts["link"] = Contact(icon="qr", label=READ_MORE, value=urlsplit(spec.link).hostname or spec.link)
        self.banded = bool(contacts)
        self.code = qr.picture(spec.link, max(2, look.px(230) // qr.side(spec.link))) if spec.link else None
        room = width - 2 * inset
        source = look.style(Weight.REGULAR, 23)
        source = source if source.size >= smallest else look.style(Weight.REGULAR, 22)
        colour = mixed(look.palette.dark, look.palette.white, 0.72) if self.banded else look.palette.muted
        words = f"Nguồn: {spec.source}" if spec.source else ""
        self.source = paragraph(words, room, source, colour, "source")
        self.caption = look.style(Weight.SEMIBOLD, 22)
        beside = room - (self._box()[0] + look.px(36) if self.code else 0)
        self.columns = 2 if len(contacts) > 1 and not self.code else 1
        self.cell = (beside - look.px(24) * (self.columns - 1)) // self.columns
        self.entries = [self._entry(block, where) for where, block in contacts.items()]

    def _entry(self, block: Contact, where: str) -> tuple[str, Paragraph, Paragraph]:
        look, palette = self.look, self.look.palette
        room = self.cell - look.px(68) - look.px(20)
        label = paragraph(block.label, room, look.style(Weight.REGULAR, 27), palette.tint, f"{where}.label")
        styles = [look.style(Weight.BOLD, size) for size in (40, 36, 32, 29)]
        value = next((style for style in styles if measure(block.value, style) <= room), styles[-1])
        return block.icon, label, paragraph(block.value, room, value, palette.white, f"{where}.value")

    def _box(self) -> tuple[int, int]:
        """Return width and height of the white box around the code."""
        side = self.code.width if self.code else 0
        wide = max(side, measure(SCAN_ME, self.caption) + 2 * self.look.px(14))
        return wide, side + self.caption.leading + self.look.px(8)

    def _rows(self) -> list[list[tuple[str, Paragraph, Paragraph]]]:
        return [self.entries[start : start + self.columns] for start in range(0, len(self.entries), self.columns)]

    def _row_height(self, row: Sequence[tuple[str, Paragraph, Paragraph]]) -> int:
        return max(self.look.px(68), *(label.height + value.height for _, label, value in row))

    def _contacts_height(self) -> int:
        rows = self._rows()
        return sum(map(self._row_height, rows)) + self.look.air(18) * max(0, len(rows) - 1)

    @property
    def height(self) -> int:
        """Natural height in pixels."""
        air = self.look.air
        if not self.banded:
            return self.source.height + air(30) if self.source.lines else air(16)
        content = max(self._contacts_height(), self._box()[1] if self.code else 0)
        return air(34) + content + (air(16) + self.source.height if self.source.lines else 0) + air(26)

    def draw(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw the band and what it holds."""
        px, air, left = self.look.px, self.look.air, x + self.inset
        if self.banded:
            canvas.box(x, y, self.width, height, self.look.palette.dark)
            canvas.box(x, y, self.width, px(8), self.look.palette.accent)
        bottom = y + height - (air(26) if self.banded else air(30)) - self.source.height
        self.source.draw(canvas, left, bottom)
        top, limit = y + air(34), bottom - (air(16) if self.source.lines else 0)
        at = top + max(0, limit - top - self._contacts_height()) // 2
        for row in self._rows():
            for column, entry in enumerate(row):
                self._draw_entry(canvas, left + column * (self.cell + px(24)), at, self._row_height(row), entry)
            at += self._row_height(row) + air(18)
        if self.code:
            self._draw_code(canvas, x + self.width - self.inset, top + max(0, limit - top - self._box()[1]) // 2)

    def _draw_entry(self, canvas: Canvas, x: int, y: int, height: int, entry: tuple[str, Paragraph, Paragraph]) -> None:
        icon, label, value = entry
        px, palette = self.look.px, self.look.palette
        mark, top = px(68), y + (height - px(68)) // 2
        canvas.disc(x, top, mark, palette.accent)
        canvas.icon(x + (mark - px(36)) // 2, top + (mark - px(36)) // 2, px(36), icon, palette.dark)
        at = y + (height - label.height - value.height) // 2
        value.draw(canvas, x + mark + px(20), label.draw(canvas, x + mark + px(20), at))

    def _draw_code(self, canvas: Canvas, right: int, y: int) -> None:
        if self.code is None:
            return
        wide, high = self._box()
        canvas.box(right - wide, y, wide, high, self.look.palette.white, radius=self.look.px(18))
        edge = self.code.width // 12  # part of the quiet zone, left out so that the box keeps its round corners
        inner = self.code.crop((edge, edge, self.code.width - edge, self.code.height - edge))
        canvas.paste(inner, right - wide + (wide - inner.width) // 2, y + edge)
        below = y + self.code.height - self.look.px(6)
        canvas.lines(right - wide, below, (SCAN_ME,), self.caption, self.look.palette.dark, align="center", width=wide)

"""What an infographic's body is made of: figures, steps and facts, each measured first, then drawn in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from media.drawing.canvas import Canvas
from media.drawing.fonts import Weight
from media.drawing.palette import Palette
from media.drawing.text import Style, balanced, measure
from media.errors import DoesNotFit
from media.infographics.spec import Fact, Number, ProcessStep


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and scale; ``px`` turns the pixels of a sheet 1,080 wide into those of this one, ``air`` those of space
    above and below things, which a crowded sheet has less of (``airiness`` under 1).
    """

    palette: Palette
    scale: float
    airiness: float = 1.0

    def px(self, pixels: float) -> int:
        """Return ``pixels`` at this scale, at least 1."""
        return max(1, round(pixels * self.scale))

    def air(self, pixels: float) -> int:
        """Return ``pixels`` of empty height at this scale, at least 1."""
        return self.px(pixels * self.airiness)

    def style(self, weight: Weight, size: float, spacing: float = 1.32) -> Style:
        """Return a style at this scale."""
        return Style(weight, self.px(size), spacing=spacing)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of one style and colour."""

    lines: tuple[str, ...]
    style: Style
    colour: str

    @property
    def height(self) -> int:
        """Height in pixels, 0 without lines."""
        return len(self.lines) * self.style.leading

    def draw(self, canvas: Canvas, x: int, y: int, *, align: str = "left", width: int = 0) -> int:
        """Write the lines from ``y`` on; return the y below them."""
        return canvas.lines(x, y, self.lines, self.style, self.colour, align=align, width=width)


class Part(Protocol):
    """Something with a natural height that can be drawn in a place at least as high."""

    @property
    def height(self) -> int:
        """Natural height in pixels."""
        ...

    def draw(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw in the place at (x, y)."""
        ...


def paragraph(text: str, width: int, style: Style, colour: str, where: str) -> Paragraph:
    """Return ``text`` in lines of about equal length."""
    return Paragraph(balanced(text, width, style, where=where) if text else (), style, colour)


def card(canvas: Canvas, look: Look, box: tuple[int, int, int, int]) -> None:
    """Draw a white card at ``box`` (x, y, width, height)."""
    canvas.card(*box, look.palette.white, radius=look.px(28), shadow=look.palette.dark)


class Figure:
    """One number with its label, centred in a column."""

    def __init__(self, block: Number, width: int, look: Look, where: str) -> None:
        colours, self.look, self.width = look.palette, look, width
        inner = width - 2 * look.px(24)
        self.inner = inner
        self.value = Paragraph((block.value,), _largest(block.value, inner, look, 96, where), colours.primary)
        label = look.style(Weight.SEMIBOLD, 33)
        self.label = paragraph(block.label, inner, label, colours.ink, f"{where}.label")
        detail = look.style(Weight.REGULAR, 29)
        self.detail = paragraph(block.detail, inner, detail, colours.muted, f"{where}.detail")

    @property
    def height(self) -> int:
        """Natural height in pixels."""
        gap = self.look.air(10) if self.detail.lines else 0
        return 2 * self.look.air(28) + self.value.height + self.label.height + gap + self.detail.height

    def draw(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw the card and what it holds, centred."""
        look = self.look
        card(canvas, look, (x, y, self.width, height))
        bar = look.px(72)
        canvas.box(x + (self.width - bar) // 2, y, bar, look.px(9), look.palette.accent, radius=look.px(4))
        at, left = y + (height - self.height) // 2 + look.air(28), x + (self.width - self.inner) // 2
        at = self.value.draw(canvas, left, at, align="center", width=self.inner)
        at = self.label.draw(canvas, left, at, align="center", width=self.inner)
        self.detail.draw(canvas, left, at + look.air(10), align="center", width=self.inner)


class WideFigure:
    """A number alone: large on the left, its label on the right."""

    def __init__(self, block: Number, width: int, look: Look, where: str) -> None:
        colours, self.look, self.width = look.palette, look, width
        room = width - 2 * look.px(40)
        self.value = Paragraph((block.value,), _largest(block.value, room * 9 // 20, look, 150, where), colours.primary)
        self.left = measure(block.value, self.value.style) + look.px(40)
        label, detail = look.style(Weight.SEMIBOLD, 40), look.style(Weight.REGULAR, 31)
        self.label = paragraph(block.label, room - self.left, label, colours.ink, f"{where}.label")
        self.detail = paragraph(block.detail, room - self.left, detail, colours.muted, f"{where}.detail")

    @property
    def height(self) -> int:
        """Natural height in pixels."""
        return 2 * self.look.air(22) + max(self.value.height, self.label.height + self.detail.height)

    def draw(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw the card, the number and its words, both centred upright."""
        look = self.look
        card(canvas, look, (x, y, self.width, height))
        canvas.box(x, y + look.px(28), look.px(10), height - 2 * look.px(28), look.palette.accent, radius=look.px(5))
        self.value.draw(canvas, x + look.px(40), y + (height - self.value.height) // 2)
        words = self.label.height + self.detail.height
        at = self.label.draw(canvas, x + look.px(40) + self.left, y + (height - words) // 2)
        self.detail.draw(canvas, x + look.px(40) + self.left, at)


class PartRow:
    """Parts side by side in columns of equal width."""

    def __init__(self, parts: Sequence[Part], width: int, gap: int) -> None:
        self.parts, self.step = parts, (width + gap) / len(parts)

    @property
    def height(self) -> int:
        """Natural height in pixels: that of the highest."""
        return max(part.height for part in self.parts)

    def draw(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw every part at the full height."""
        for number, part in enumerate(self.parts):
            part.draw(canvas, x + round(number * self.step), y, height)


class Saying:
    """An icon on a tinted square beside a statement."""

    def __init__(self, block: Fact, width: int, look: Look, where: str) -> None:
        colours, self.look, self.width, self.icon = look.palette, look, width, block.icon
        self.mark, self.pad = look.px(88), look.px(28)
        room = width - self.mark - 3 * self.pad
        self.text = paragraph(block.text, room, look.style(Weight.SEMIBOLD, 36), colours.ink, f"{where}.text")
        self.detail = paragraph(block.detail, room, look.style(Weight.REGULAR, 30), colours.muted, f"{where}.detail")

    @property
    def height(self) -> int:
        """Natural height in pixels."""
        return 2 * self.look.air(20) + max(self.mark, self.text.height + self.detail.height)

    def draw(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw the card, the icon and the words beside it."""
        look, palette = self.look, self.look.palette
        card(canvas, look, (x, y, self.width, height))
        top = y + (height - self.mark) // 2
        canvas.box(x + self.pad, top, self.mark, self.mark, palette.tint, radius=look.px(24))
        icon, inset = look.px(48), (self.mark - look.px(48)) // 2
        canvas.icon(x + self.pad + inset, top + inset, icon, self.icon, palette.primary)
        left = x + self.mark + 2 * self.pad
        at = self.text.draw(canvas, left, y + (height - self.text.height - self.detail.height) // 2)
        self.detail.draw(canvas, left, at)


class Procedure:
    """Numbered steps down one card, joined by a line."""

    def __init__(self, blocks: Sequence[ProcessStep], width: int, look: Look, places: Sequence[str]) -> None:
        colours, self.look, self.width = look.palette, look, width
        self.mark, self.pad, self.gap = look.px(66), look.px(36), look.air(26)
        room = width - self.mark - 2 * self.pad - look.px(28)
        text, detail = look.style(Weight.SEMIBOLD, 36), look.style(Weight.REGULAR, 30)
        self.rows = [
            (
                paragraph(block.text, room, text, colours.ink, f"{where}.text"),
                paragraph(block.detail, room, detail, colours.muted, f"{where}.detail"),
            )
            for block, where in zip(blocks, places, strict=True)
        ]

    def _heights(self) -> list[int]:
        return [max(self.mark, text.height + detail.height) for text, detail in self.rows]

    @property
    def height(self) -> int:
        """Natural height in pixels."""
        return 2 * self.look.air(36) + sum(self._heights()) + self.gap * (len(self.rows) - 1)

    def draw(self, canvas: Canvas, x: int, y: int, height: int) -> None:
        """Draw the card and the steps, spread over the whole height."""
        look, palette = self.look, self.look.palette
        card(canvas, look, (x, y, self.width, height))
        spare = (height - self.height) // (len(self.rows) + 1)
        tops, at = [], y + look.air(36) + spare
        for tall in self._heights():
            tops.append(at)
            at += tall + self.gap + spare
        middle = x + self.pad + self.mark // 2
        line = look.px(6)
        canvas.box(middle - line // 2, tops[0] + self.mark // 2, line, tops[-1] - tops[0] + 1, palette.tint)
        for number, (top, tall, (text, detail)) in enumerate(zip(tops, self._heights(), self.rows, strict=True), 1):
            canvas.disc(x + self.pad, top, self.mark, palette.primary)
            digit = look.style(Weight.BOLD, 36)
            shift = (self.mark - digit.leading) // 2 - look.px(1)
            canvas.lines(
                x + self.pad, top + shift, (str(number),), digit, palette.white, align="center", width=self.mark
            )
            left = x + self.pad + self.mark + look.px(28)
            lead = max(0, (min(tall, self.mark) - text.height - detail.height) // 2)
            detail.draw(canvas, left, text.draw(canvas, left, top + lead))


def _largest(text: str, width: int, look: Look, most: int, where: str) -> Style:
    """Return the largest style, from ``most`` down to half of it, in which ``text`` fits on one line."""
    for size in range(most, most // 2, -2):
        style = look.style(Weight.EXTRABOLD, size, 1.2)
        if measure(text, style) <= width:
            return style
    over = measure(text, style) - width
    raise DoesNotFit(text=text, excess=max(1, over * len(text) // measure(text, style)), where=f"{where}.value")

"""A cover for a story that has no photograph: its title beside an icon, 1200 × 675 pixels."""

from dataclasses import dataclass

from media.drawing.canvas import Canvas, mixed, one_at_a_time
from media.drawing.fonts import Weight
from media.drawing.palette import PALETTES
from media.drawing.text import Style, balanced
from media.errors import DoesNotFit
from media.underlock import slow

WIDTH, HEIGHT = 1200, 675
_MARGIN = 72
_TEXT_WIDTH = 700
_SIZES = (68, 60, 52, 46, 40)
_MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on it: ``kicker`` is the small line above the title; ``icon`` and ``palette`` are known names."""

    title: str
    kicker: str = ""
    footer: str = ""
    icon: str = "megaphone"
    palette: str = "blue"


@slow
@one_at_a_time
def draw(cover: Cover) -> bytes:
    """Return the cover as PNG; raise ``DoesNotFit`` if the title is longer than six lines of the smallest letters."""
    colours = PALETTES[cover.palette]
    canvas = Canvas(WIDTH, HEIGHT, colours.dark)
    canvas.gradient(0, 0, WIDTH, HEIGHT, colours.primary, colours.dark)
    canvas.disc(WIDTH - 400, -90, 620, colours.white, opacity=0.06)
    canvas.disc(WIDTH - 330, 200, 620, colours.white, opacity=0.05)
    canvas.disc(WIDTH - 372, 168, 300, colours.accent)
    canvas.icon(WIDTH - 372 + 70, 168 + 70, 160, cover.icon, colours.dark)
    lines, style = _fitted(cover.title)
    top = (HEIGHT - len(lines) * style.leading) // 2
    if cover.kicker:
        canvas.lines(_MARGIN, top - 62, [cover.kicker.upper()], Style(Weight.SEMIBOLD, 26), colours.accent)
    below = canvas.lines(_MARGIN, top, lines, style, colours.white)
    canvas.box(_MARGIN, below + 26, 96, 8, colours.accent, radius=4)
    if cover.footer:
        faint = mixed(colours.dark, colours.white, 0.8)
        canvas.lines(_MARGIN, HEIGHT - 76, [cover.footer], Style(Weight.REGULAR, 24), faint)
    return canvas.png()


def _fitted(title: str) -> tuple[tuple[str, ...], Style]:
    for size in _SIZES:
        style = Style(Weight.BOLD, size, spacing=1.25)
        lines = balanced(title, _TEXT_WIDTH, style, where="title")
        if len(lines) * style.leading <= HEIGHT - 250 and len(lines) <= _MOST_LINES:
            return lines, style
    raise DoesNotFit(where="title", text=title, excess=max(1, len(title) - 160))

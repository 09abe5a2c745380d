"""Infographics: a title, figures, steps, facts and contacts, laid out so that they read well on a phone.

On a sheet 1,080 pixels wide no text of the body is smaller than 25 pixels and the source line not below 22: about 9
and 8 CSS pixels on a phone that shows the sheet at its full width. What does not fit at those sizes is refused, never
shrunk further.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from media.drawing.canvas import Canvas, one_at_a_time
from media.drawing.fonts import Weight
from media.drawing.palette import PALETTES
from media.errors import DoesNotFit
from media.infographics.body import parts
from media.infographics.frame import Foot, Head
from media.infographics.parts import Look, Part
from media.infographics.spec import Infographic
from media.underlock import slow

PORTRAIT = (1080, 1350)
SQUARE = (1080, 1080)
_TRIES = (
    *((percent / 100, 1.0) for percent in range(132, 93, -2)),
    *((percent / 100, 0.5) for percent in range(98, 85, -2)),
)
"""Scale of everything, and of the space between things; the first that fits is taken."""
_SMALLEST = 22  # pixels an em on a sheet 1,080 wide


@dataclass(frozen=True, slots=True)
class _Layout:
    """Everything measured at one scale. ``wide`` sheets have head and foot on the left and the body on the right."""

    look: Look
    head: Head
    foot: Foot
    body: Sequence[Part]
    wide: bool

    @property
    def gap(self) -> int:
        return self.look.air(26)

    def overflow(self, height: int) -> int:
        """Return by how many pixels the sheet is too low, 0 or less if everything fits."""
        ends, body = self.head.height + self.foot.height, _stack(self.body, self.gap)
        return max(ends, body) - height if self.wide else ends + body - height


def _stack(body: Sequence[Part], gap: int) -> int:
    return sum(part.height for part in body) + gap * (len(body) + 1)


@slow
@one_at_a_time
def draw(spec: Infographic, width: int = PORTRAIT[0], height: int = PORTRAIT[1]) -> bytes:
    """Return the infographic as PNG of exactly ``width`` by ``height`` pixels, equal bytes for equal input.

    Raises ``DoesNotFit`` naming the text that is too long and by about how many characters.
    """
    layout = _fitted(spec, width, height)
    canvas = Canvas(width, height, layout.look.palette.page)
    if layout.wide:
        _draw_wide(canvas, layout, width, height)
    else:
        _draw_tall(canvas, layout, width, height)
    return canvas.png()


def _fitted(spec: Infographic, width: int, height: int) -> _Layout:
    """Return the layout at the largest scale at which everything fits."""
    unit = min(width, height) / 1080
    refusal: DoesNotFit | None = None
    for scale, air in _TRIES:
        try:
            layout = _layout(spec, (width, height), unit, Look(PALETTES[spec.palette], unit * scale, air))
        except DoesNotFit as error:
            refusal = error
            continue
        over = layout.overflow(height)
        if over <= 0:
            return layout
        refusal = _too_much(spec, over, layout.look, width)
    raise refusal or DoesNotFit(text=spec.title, excess=1, where="title")


def _layout(spec: Infographic, size: tuple[int, int], unit: float, look: Look) -> _Layout:
    width, height = size
    inset = round(60 * unit)
    wide = width > height * 1.25
    side = round(width * 0.42) if wide else width
    inner = (width - side if wide else width) - 2 * inset
    foot = Foot(spec, side, look, inset=inset, smallest=round(_SMALLEST * unit))
    return _Layout(look, Head(spec, side, look, inset=inset), foot, parts(spec.blocks, inner, look), wide)


def _too_much(spec: Infographic, over: int, look: Look, width: int) -> DoesNotFit:
    """Say that the whole is too long, pointing at the longest text: there it is easiest to save."""
    texts = {f"blocks.{n}": getattr(b, "detail", "") or getattr(b, "text", "") for n, b in enumerate(spec.blocks)}
    texts["subtitle"] = spec.subtitle
    where = max(texts, key=lambda name: len(texts[name]))
    style = look.style(Weight.REGULAR, 30)
    letters_a_line = width * 2 // style.size  # a letter is about half an em wide
    excess = -(-over // style.leading) * letters_a_line * 3 // 4
    return DoesNotFit(text=texts[where] or spec.title, excess=excess, where=where)


def _draw_tall(canvas: Canvas, layout: _Layout, _width: int, height: int) -> None:
    spare = -layout.overflow(height)
    head = layout.head.height + min(spare // 6, layout.look.px(60))
    layout.head.draw(canvas, 0, 0, head)
    foot = layout.foot.height
    layout.foot.draw(canvas, 0, height - foot, foot)
    _draw_body(canvas, layout, (layout.head.inset, head), height - head - foot)


def _draw_wide(canvas: Canvas, layout: _Layout, _width: int, height: int) -> None:
    foot = layout.foot.height
    layout.head.draw(canvas, 0, 0, height - foot)
    layout.foot.draw(canvas, 0, height - foot, foot)
    _draw_body(canvas, layout, (layout.head.width + layout.head.inset, 0), height)


def _draw_body(canvas: Canvas, layout: _Layout, corner: tuple[int, int], height: int) -> None:
    """Draw the parts down ``height`` pixels; room to spare goes two thirds into the parts, one third between them."""
    body = layout.body
    if not body:
        return
    spare = height - _stack(body, layout.gap)
    stretch = min(spare * 2 // 3 // len(body), layout.look.px(150))
    gap = (height - sum(part.height for part in body) - stretch * len(body)) // (len(body) + 1)
    x, y = corner[0], corner[1] + gap
    for part in body:
        part.draw(canvas, x, y, part.height + stretch)
        y += part.height + stretch + gap

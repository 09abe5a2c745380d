"""A sheet to draw on: smooth shapes, soft shadows, icons and lines of text. Pixels from the top left corner."""

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from io import BytesIO
from threading import RLock
from typing import ParamSpec, TypeVar

from PIL import Image, ImageColor, ImageDraw, ImageFilter

from media.drawing.fonts import ICONS, font, icon_font
from media.drawing.text import Style

_FINER = 4  # shapes are drawn this many times larger and scaled down, because Pillow's own have jagged edges


_easel = RLock()
P = ParamSpec("P")
R = TypeVar("R")


def one_at_a_time(draws: Callable[P, R]) -> Callable[P, R]:
    """Let one thread draw at a time: a frame of a large screen takes some ten times its pixels in memory."""

    @wraps(draws)
    def waiting(*args: P.args, **options: P.kwargs) -> R:
        with _easel:
            return draws(*args, **options)

    return waiting


def rgb(colour: str) -> tuple[int, int, int]:
    """Return ``colour`` ("#rrggbb") as red, green and blue."""
    return ImageColor.getrgb(colour)[:3]


def mixed(one: str, other: str, share: float) -> str:
    """Return ``one`` with ``share`` (0 to 1) of ``other`` mixed in, as "#rrggbb"."""
    parts = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


_KEPT_MASK = 250_000
"""Pixels of a mask that is worth keeping; 64 of them take 16 MB."""


def _rounded_mask(width: int, height: int, radius: int) -> Image.Image:
    drawn = _kept_mask if width * height <= _KEPT_MASK else _drawn_mask
    return drawn(width, height, radius)


def _drawn_mask(width: int, height: int, radius: int) -> Image.Image:
    big = Image.new("L", (2 * radius * _FINER,) * 2, 0)
    ImageDraw.Draw(big).ellipse((0, 0, big.width - 1, big.height - 1), fill=255)
    disc = big.resize((2 * radius, 2 * radius), Image.Resampling.BOX)
    mask = Image.new("L", (width, height), 255)
    for left, top in ((0, 0), (1, 0), (0, 1), (1, 1)):
        corner = disc.crop((left * radius, top * radius, (left + 1) * radius, (top + 1) * radius))
        mask.paste(corner, (left * (width - radius), top * (height - radius)))
    return mask


_kept_mask = lru_cache(maxsize=64)(_drawn_mask)


class Canvas:
    """An RGB picture being drawn."""

    def __init__(self, width: int, height: int, background: str) -> None:
        self.image = Image.new("RGB", (width, height), background)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: int, y: int, width: int, height: int, colour: str, *, radius: int = 0, opacity: float = 1) -> None:
        """Fill a rectangle with round corners; ``opacity`` 0 to 1."""
        radius = max(0, min(radius, width // 2, height // 2))
        mask = _rounded_mask(width, height, radius) if radius else Image.new("L", (width, height), 255)
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        self.image.paste(rgb(colour), (x, y), mask)

    def disc(self, x: int, y: int, size: int, colour: str, *, opacity: float = 1) -> None:
        """Fill a circle in the square at (x, y); what lies outside the sheet is cut."""
        self.box(x, y, size, size, colour, radius=size // 2, opacity=opacity)

    def card(self, x: int, y: int, width: int, height: int, colour: str, *, radius: int, shadow: str) -> None:
        """Fill a round rectangle that seems to float above the sheet."""
        spread = radius
        shape = Image.new("L", (width + 4 * spread, height + 4 * spread), 0)
        shape.paste(70, (2 * spread, 2 * spread), _rounded_mask(width, height, min(radius, width // 2, height // 2)))
        soft = shape.filter(ImageFilter.GaussianBlur(spread * 0.6))
        self.image.paste(rgb(shadow), (x - 2 * spread, y - 2 * spread + spread // 3), soft)
        self.box(x, y, width, height, colour, radius=radius)

    def gradient(self, x: int, y: int, width: int, height: int, start: str, end: str) -> None:
        """Fill a rectangle with colours running from its top left to its bottom right corner."""
        across = Image.linear_gradient("L").rotate(90).resize((width, height))
        down = Image.linear_gradient("L").resize((width, height))
        self.image.paste(rgb(start), (x, y, x + width, y + height))
        self.image.paste(rgb(end), (x, y), Image.blend(across, down, 0.6))

    def lines(
        self, x: int, y: int, lines: Sequence[str], style: Style, colour: str, *, align: str = "left", width: int = 0
    ) -> int:
        """Write ``lines`` with their first line box at ``y``; return the y below the last. ``align`` uses ``width``."""
        anchor = {"left": "ls", "center": "ms", "right": "rs"}[align]
        at = x + {"left": 0, "center": width // 2, "right": width}[align]
        letters = font(style.weight, style.size)
        for number, line in enumerate(lines):
            baseline = y + number * style.leading + round(style.size * 1.03)
            self._draw.text((at, baseline), line, font=letters, fill=rgb(colour), anchor=anchor)
        return y + len(lines) * style.leading

    def icon(self, x: int, y: int, size: int, name: str, colour: str) -> None:
        """Draw the icon called ``name`` in the square at (x, y)."""
        self._draw.text(
            (x + size // 2, y + size // 2), ICONS[name], font=icon_font(size), fill=rgb(colour), anchor="mm"
        )

    def paste(self, picture: Image.Image, x: int, y: int) -> None:
        """Put a picture on the sheet."""
        self.image.paste(picture, (x, y))

    def png(self) -> bytes:
        """Return the sheet as PNG."""
        out = BytesIO()
        self.image.save(out, "PNG", optimize=True)
        return out.getvalue()

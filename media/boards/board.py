"""What an LED board is: its pixels, its colours, and the smallest letters that people can read on it."""

from dataclasses import dataclass
from enum import StrEnum

from media.drawing.fonts import Weight

SMALLEST_EM = 13
"""Pixels an em at which Open Sans with all Vietnamese marks takes 16 rows: fewer rows run the marks together."""


class Colours(StrEnum):
    """What the lamps can show: one colour, red-green-yellow, or everything."""

    MONO = "mono"
    TRI = "tri"
    FULL = "full"


class Role(StrEnum):
    """What a text is to the reader; decides its colour, weight and relative size."""

    HEADLINE = "headline"
    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    HOTLINE = "hotline"
    PLACE = "place"


LETTERS = {
    Role.HEADLINE: (Weight.BOLD, 1.0),
    Role.TEXT: (Weight.SEMIBOLD, 0.8),
    Role.NAME: (Weight.BOLD, 1.0),
    Role.ADDRESS: (Weight.SEMIBOLD, 0.9),
    Role.HOTLINE: (Weight.BOLD, 1.15),
    Role.PLACE: (Weight.SEMIBOLD, 0.8),
}
"""Weight and relative size of each role."""

_YELLOW, _GREEN, _WHITE = "#ffff00", "#00ff00", "#ffffff"
INK = {
    Colours.MONO: dict.fromkeys(Role, _WHITE),
    Colours.TRI: {
        **dict.fromkeys(Role, _GREEN),
        Role.HEADLINE: _YELLOW,
        Role.NAME: _YELLOW,
        Role.HOTLINE: _YELLOW,
    },
    Colours.FULL: {
        Role.HEADLINE: "#ffd60a",
        Role.TEXT: _WHITE,
        Role.NAME: "#ffd60a",
        Role.ADDRESS: _WHITE,
        Role.HOTLINE: "#5dff9b",
        Role.PLACE: "#c9dcff",
    },
}
"""Colours on black: lamps that are off are the best ground outdoors."""


@dataclass(frozen=True, slots=True)
class Board:
    """A board of ``width`` by ``height`` lamps. ``sign`` is the owner's name, shown where there is room for it."""

    width: int
    height: int
    colours: Colours = Colours.FULL
    sign: str = ""

    @property
    def roomy(self) -> bool:
        """Whether the board is a screen rather than a strip of lamps: room for a ground, a sign and pictures."""
        return self.colours is Colours.FULL and self.height >= 360

    @property
    def floor(self) -> int:
        """The smallest em in pixels: 3.5 % of the height (the floor of the signage system Concerto), 13 at least."""
        return max(SMALLEST_EM, round(self.height * 0.035))

    @property
    def preferred(self) -> int:
        """The em in pixels that is aimed at: 6 % of the height, 16 on boards of 96 rows or more."""
        return max(self.floor, round(self.height * 0.06), 16 if self.height >= 96 else 0)

    @property
    def margin(self) -> tuple[int, int]:
        """Lamps left dark at each side and at top and bottom."""
        return max(2, self.width // 28), max(1, self.height // 22)

    def crisp(self, em: int) -> bool:
        """Whether letters have hard edges: always where lamps are on or off, and where grey edges would blur."""
        return self.colours is not Colours.FULL or em < 24

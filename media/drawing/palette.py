"""The colours of an infographic. Every pair used for text has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """``dark`` and ``primary`` carry white text, ``accent`` carries dark text, ``tint`` is a light wash of primary."""

    dark: str
    primary: str
    accent: str
    tint: str
    white: str = "#ffffff"
    page: str = "#f2f5fa"
    ink: str = "#14213d"
    muted: str = "#4d5b75"


PALETTES = {
    "blue": Palette("#0a2a62", "#1156c8", "#ffc83a", "#e6effd"),
    "teal": Palette("#053b45", "#0a7580", "#ffd166", "#e0f3f4"),
    "green": Palette("#0a3b28", "#12794b", "#ffd84d", "#e2f4ea"),
    "red": Palette("#5c0a12", "#c1151c", "#ffd54a", "#fdeaea"),
    "orange": Palette("#532705", "#b4510a", "#ffdf80", "#fdf0e3"),
    "purple": Palette("#2a1456", "#6633c4", "#ffcb47", "#efe8fb"),
}

"""Which letters the PDF's font has: a page with empty boxes for letters must never reach a presenter."""

import unicodedata
from functools import cache
from importlib.resources import as_file, files

from reportlab.pdfbase.ttfonts import TTFontFile


def printable(text: str) -> bool:
    """Whether the PDF shows every letter of ``text``.

    Open Sans has those of Vietnamese and of most languages in Latin letters, none of Khmer, Cham or Tai Viet. Marks
    that stand alone are not placed over their letters, and letters that join are not joined, so both count as missing.
    """
    letters = set(unicodedata.normalize("NFC", text)) - set("\n\r\t")
    return not any(unicodedata.combining(letter) or ord(letter) not in _glyphs() for letter in letters)


@cache
def _glyphs() -> frozenset[int]:
    """Code points that both weights have."""
    found: list[set[int]] = []
    for weight in ("Regular", "Bold"):
        with as_file(files("ttf_opensans") / "ttf" / f"OpenSans-{weight}.ttf") as path:
            found.append(set(TTFontFile(str(path)).charToGlyph))
    return frozenset(found[0] & found[1])

"""The fonts that everything is drawn with: Open Sans, which has every Vietnamese letter, and a set of icons."""

from enum import StrEnum
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from PIL import ImageFont, features

from media.errors import NoRaqm

_GLYPHS = Path(__file__).with_name("glyphs") / "bootstrap-icons.ttf"


class Weight(StrEnum):
    """How heavy the letters are; the value is the name of Open Sans's file."""

    REGULAR = "Regular"
    SEMIBOLD = "SemiBold"
    BOLD = "Bold"
    EXTRABOLD = "ExtraBold"


def require_raqm() -> None:
    """Raise ``NoRaqm`` unless Pillow shapes text with raqm; without it decomposed marks are misplaced."""
    if not features.check("raqm"):
        raise NoRaqm


@cache
def _letters(weight: Weight) -> bytes:
    return files("ttf_opensans").joinpath("ttf", f"OpenSans-{weight}.ttf").read_bytes()


@cache
def font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    """Return Open Sans at ``size`` pixels an em."""
    return ImageFont.truetype(BytesIO(_letters(weight)), size, layout_engine=ImageFont.Layout.RAQM)


@cache
def icon_font(size: int) -> ImageFont.FreeTypeFont:
    """Return the icons at ``size`` pixels an em."""
    return ImageFont.truetype(BytesIO(_GLYPHS.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _drawable(letter: str) -> bool:
    """Tell whether Open Sans has a glyph for ``letter``, by comparing it with the box drawn for a missing one."""
    if letter.isspace():
        return True
    here = font(Weight.REGULAR, 32)
    return bytes(here.getmask(letter)) != bytes(here.getmask("\uffff"))


def missing(text: str) -> str:
    """Return the letters of ``text`` that would show as empty boxes (an emoji, say), each once, in order."""
    return "".join(dict.fromkeys(letter for letter in text if not _drawable(letter)))


ICONS = {
    "bell": "\uf189",
    "book": "\uf192",
    "building": "\uf876",
    "calendar": "\uf1e1",
    "camera": "\uf219",
    "card": "\uf2d9",
    "cart": "\uf23d",
    "chat": "\uf249",
    "check": "\uf26a",
    "child": "\uf324",
    "clock": "\uf291",
    "computer": "\uf455",
    "document": "\uf38a",
    "download": "\uf294",
    "eye": "\uf33f",
    "graph": "\uf673",
    "health": "\uf76e",
    "heart": "\uf415",
    "hospital": "\uf773",
    "house": "\uf424",
    "id": "\uf8c8",
    "idea": "\uf468",
    "info": "\uf430",
    "key": "\uf44e",
    "lightning": "\uf46c",
    "like": "\uf406",
    "lock": "\uf47a",
    "mail": "\uf32c",
    "megaphone": "\uf483",
    "mobile": "\uf4e2",
    "money": "\uf632",
    "no": "\uf622",
    "office": "\uf62f",
    "pen": "\uf4c9",
    "people": "\uf4cf",
    "percent": "\uf4d1",
    "person": "\uf4da",
    "phone": "\uf5b4",
    "place": "\uf3e7",
    "qr": "\uf6ad",
    "question": "\uf504",
    "school": "\uf6fd",
    "search": "\uf52a",
    "shield": "\uf531",
    "shop": "\uf543",
    "signal": "\uf1d6",
    "sim": "\uf54b",
    "star": "\uf586",
    "tree": "\uf5e1",
    "truck": "\uf5ea",
    "video": "\uf21c",
    "wallet": "\uf615",
    "warning": "\uf33a",
    "web": "\uf3ef",
    "wifi": "\uf61c",
}
"""The icons by name, each a letter of the icon font."""

"""Pictures as Zalo takes them: JPEG or PNG, up to 1 MB, at a public address in plain ASCII."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from channels.contract import Picture, RenditionFile
from channels.zalo_oa.api.addresses import encoded
from media.errors import CannotShrink
from media.pictures import pictures

WELCOME = frozenset({"image/jpeg", "image/png"})
BYTES_MAX = 950_000
"""Documented as 1 MB; pictures of about 1 MB were seen to fail, so a little less."""
WIDTHS = (1280, 1080, 960, 800, 640)
NARROW = (480, 320, 160)
"""For what is many times taller than wide."""
COVER_WIDTH = 1280
INFOGRAPHIC_FOCUS = (0.5, 0.0)
"""An infographic says what it is about at its top."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture's address for Zalo, and the file behind it if it had to be made."""

    url: str
    file: RenditionFile | None = None


def is_welcome(picture: Picture) -> bool:
    """Whether Zalo takes the picture as it is stored."""
    return picture.mime in WELCOME and picture.size <= BYTES_MAX


def can_be_remade(picture: Picture) -> bool:
    """Whether a lighter copy would have a public address: the store's addresses name a file by its hash."""
    return picture.sha256 in picture.url


def shown(picture: Picture) -> Shown:
    """Return the picture as it goes into an article; remade as JPEG if Zalo would not take it."""
    return Shown(encoded(picture.url)) if is_welcome(picture) else _at_its_address(picture, _lighter(picture))


def cover_crop(picture: Picture) -> Shown:
    """Return a 16:9 cover cut from an infographic, or the picture itself if it has no address to be remade at."""
    return _at_its_address(picture, _crop(picture)) if can_be_remade(picture) else shown(picture)


def _at_its_address(picture: Picture, file: RenditionFile) -> Shown:
    """The remade file lives where the store serves it: at the picture's address with its own hash."""
    base = picture.url.partition(picture.sha256)[0]
    return Shown(encoded(f"{base}{file.sha256}.jpg"), file)


@lru_cache(maxsize=32)
def _lighter(picture: Picture) -> RenditionFile:
    """The whole picture, narrower and lighter until it fits. Kept, because every preview asks for it again."""
    data = picture.read()
    widths = [width for width in WIDTHS if width < picture.width] or [picture.width]
    return RenditionFile.of("anh.jpg", "image/jpeg", _first_that_fits(data, picture, widths))


def _first_that_fits(data: bytes, picture: Picture, widths: Sequence[int]) -> bytes:
    *wide, last = dict.fromkeys((*widths, *(width for width in NARROW if width < widths[-1])))
    for width in wide:
        with suppress(CannotShrink):
            return _at_width(data, picture, width)
    return _at_width(data, picture, last)


def _at_width(data: bytes, picture: Picture, width: int) -> bytes:
    height = max(1, round(picture.height * width / picture.width))
    return pictures.rendition(data, width, height, fit="contain", max_bytes=BYTES_MAX)


@lru_cache(maxsize=32)
def _crop(picture: Picture) -> RenditionFile:
    width = min(picture.width, COVER_WIDTH)
    data = pictures.rendition(
        picture.read(), width, max(1, round(width * 9 / 16)), focus=INFOGRAPHIC_FOCUS, max_bytes=BYTES_MAX
    )
    return RenditionFile.of("bia.jpg", "image/jpeg", data)

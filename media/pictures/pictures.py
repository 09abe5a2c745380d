"""Pictures that people upload: looked at, cleaned, and cut to what a channel wants.

Nothing is decoded in the calling process: ``media.pictures.decoders`` does it, one picture at a time and within hard
limits.
"""

from dataclasses import dataclass
from typing import Literal

from media.errors import PictureTooHeavy
from media.pictures import decoders
from media.pictures.decoders import Source
from media.pictures.kinds import MAX_PIXELS

MAX_BYTES = 8_000_000

Fit = Literal["cover", "contain"]
Mime = Literal["image/jpeg", "image/png"]


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """What a picture is: MIME type, sides in pixels as people see it (turned upright), size in bytes."""

    mime: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture fit to publish: upright, in sRGB, without any metadata (no place, camera or name)."""

    data: bytes
    info: PictureInfo


def inspect(data: Source, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> PictureInfo:
    """Return what ``data`` is, having read it to the end.

    Raises ``PictureTooHeavy``, ``NotAPicture``, ``PictureTooLarge``, ``PictureDamaged``, ``PictureTooDemanding`` or
    ``PicturesBusy``.
    """
    told, _none = decoders.ask("inspect", data, weight=_weight(data, max_bytes), max_pixels=max_pixels)
    return PictureInfo(**told)


def sides(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels as people see the picture, from its head alone. Raises as ``inspect``."""
    told, _none = decoders.ask("sides", data, weight=len(data), max_pixels=MAX_PIXELS)
    return told["width"], told["height"]


def normalise(data: Source, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> CleanPicture:
    """Return the picture upright, in sRGB, without metadata, no larger than pages can carry (``media.pictures.kinds``).

    JPEG stays JPEG and WebP stays WebP; HEIC and AVIF become JPEG; PNG, what is clear in parts, and the first frame of
    a GIF become PNG. Raises as ``inspect``.
    """
    told, clean = decoders.ask("normalise", data, weight=_weight(data, max_bytes), max_pixels=max_pixels)
    return CleanPicture(clean, PictureInfo(**told, size=len(clean)))


def rendition(
    data: bytes,
    width: int,
    height: int,
    *,
    fit: Fit = "cover",
    focus: tuple[float, float] = (0.5, 0.5),
    mime: Mime = "image/jpeg",
    max_bytes: int | None = None,
    background: str = "#ffffff",
) -> bytes:
    """Return the picture at exactly ``width`` by ``height`` pixels and at most ``max_bytes`` bytes.

    ``cover`` fills the frame and cuts what is over, keeping ``focus`` (0 to 1 from the left and from the top) as near
    the middle as it can; ``contain`` shows everything on ``background``. Bytes are saved by lowering the quality
    of a JPEG or the number of colours of a PNG; raises ``CannotShrink`` where that is not enough, else as ``inspect``.
    """
    _told, made = decoders.ask(
        "rendition", data, weight=len(data), width=width, height=height, fit=fit, focus=focus, mime=mime,
        max_bytes=max_bytes, background=background,
    )  # fmt: skip
    return made


def _weight(source: Source, most: int) -> int:
    size = decoders.weight(source)
    if size > most:
        raise PictureTooHeavy(size=megabytes(size), limit=megabytes(most))
    return size


def megabytes(size: int) -> str:
    """``size`` bytes as people here read it: 8,5."""
    return f"{size / 1_000_000:.1f}".replace(".", ",")

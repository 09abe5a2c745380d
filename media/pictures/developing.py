"""What the decoder does with a picture. Runs in its process alone (``media.pictures.decoder``)."""

import ctypes
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from PIL import Image

from media.drawing.printing import printed
from media.errors import CannotShrink
from media.pictures import encoding
from media.pictures.kinds import MAX_PIXELS, MIMES
from media.pictures.opening import opened

LARGEST_SIDE = 4096
LARGEST_CLEAN = 12_600_000
"""Pixels of a picture that pages are given: 4096 × 3072, what most cameras of phones give."""
KEPT = {"JPEG": "JPEG", "WEBP": "WEBP", "HEIC": "JPEG", "AVIF": "JPEG"}
QUALITIES = (90, 85, 80, 75, 70, 62, 54, 46)
COLOURS = (256, 128, 64, 32)
Image.MAX_IMAGE_PIXELS = None  # judged by ``media.pictures.kinds``, which names the figures


def inspect(picture: IO[bytes], _result: IO[bytes], *, weight: int, max_pixels: int) -> dict[str, Any]:
    """Read the picture to its end and tell what it is."""
    found = opened(picture, weight, max_pixels, clean_size)
    for top in range(0, found.height, 512):
        found.rows(top, min(top + 512, found.height))
    width, height = found.upright
    return {"mime": MIMES[found.kind], "width": width, "height": height, "size": weight}


def sides(picture: IO[bytes], _result: IO[bytes], *, weight: int, max_pixels: int) -> dict[str, Any]:
    """Tell the sides of the picture turned upright."""
    width, height = opened(picture, weight, max_pixels, clean_size).upright
    return {"width": width, "height": height}


def normalise(picture: IO[bytes], result: IO[bytes], *, weight: int, max_pixels: int) -> dict[str, Any]:
    """Write the picture upright, in sRGB, without metadata and at most of ``clean_size``."""
    found = opened(picture, weight, max_pixels, clean_size)
    form = KEPT.get(found.kind, "PNG")
    form = "PNG" if form == "JPEG" and found.clear else form
    sampling, whole = found.sampling, clean_size(*found.full) == found.full
    clean = printed(found, clean_size(*found.size))
    if form == "JPEG":
        encoding.clean_jpeg(clean, result, sampling, weight if whole and sampling is not None else None)
    else:
        encoding.save(clean, result, form)
    return {"mime": MIMES[form], "width": clean.width, "height": clean.height}


def rendition(
    picture: IO[bytes], result: IO[bytes], *, weight: int, width: int, height: int, fit: str, focus: list[float],
    mime: str, max_bytes: int | None, background: str,
) -> dict[str, Any]:  # fmt: skip
    """Write the picture at exactly ``width`` by ``height``; raise ``CannotShrink`` if it stays over ``max_bytes``."""
    found = opened(picture, weight, MAX_PIXELS, clean_size)
    upright = printed(found, clean_size(*found.size))
    if fit == "cover":
        framed = _covering(encoding.on(upright, background), width, height, (focus[0], focus[1]))
    else:
        framed = _contained(upright, width, height, background)
    for encoded in _lighter_and_lighter(framed, mime):
        if max_bytes is None or len(encoded) <= max_bytes:
            result.write(encoded)
            return {}
    raise CannotShrink(width=width, height=height, limit=(max_bytes or 0) // 1000)


def clean_size(width: int, height: int) -> tuple[int, int]:
    """Return the sides at which a picture is kept: the same, or smaller in proportion."""
    scale = min(1.0, LARGEST_SIDE / max(width, height), (LARGEST_CLEAN / (width * height)) ** 0.5)
    return (width, height) if scale == 1 else (max(1, round(width * scale)), max(1, round(height * scale)))


def _covering(picture: Image.Image, width: int, height: int, focus: tuple[float, float]) -> Image.Image:
    scale = min(picture.width / width, picture.height / height)
    box_width, box_height = width * scale, height * scale
    left = _within(focus[0] * picture.width - box_width / 2, picture.width - box_width)
    top = _within(focus[1] * picture.height - box_height / 2, picture.height - box_height)
    box = (left, top, left + box_width, top + box_height)
    return picture.resize((width, height), Image.Resampling.LANCZOS, box=box)


def _within(start: float, room: float) -> float:
    return max(0.0, min(start, room))


def _contained(picture: Image.Image, width: int, height: int, background: str) -> Image.Image:
    scale = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = encoding.on(picture.resize(size, Image.Resampling.LANCZOS), background)
    sheet = Image.new("RGB", (width, height), background)
    sheet.paste(small, ((width - size[0]) // 2, (height - size[1]) // 2))
    return sheet


def _lighter_and_lighter(picture: Image.Image, mime: str) -> Iterator[bytes]:
    if mime == "image/jpeg":
        for quality in QUALITIES:
            yield _encoded(encoding.jpeg, picture, quality)
        return
    yield _encoded(encoding.save, picture, "PNG")
    for colours in COLOURS:
        yield _encoded(encoding.save, picture.quantize(colours), "PNG")


def _encoded(save: Callable[..., None], picture: Image.Image, how: Any) -> bytes:
    out = BytesIO()
    save(picture, out, how)
    return out.getvalue()


def tidy() -> None:
    """Give memory that the last picture took back to the system."""
    ctypes.CDLL(None).malloc_trim(0)


WORKS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "inspect": inspect,
    "sides": sides,
    "normalise": normalise,
    "rendition": rendition,
}

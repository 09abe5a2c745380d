"""From an opened picture to one upright in sRGB, band by band, so that no second copy of the whole is ever held."""

from collections.abc import Callable, Iterator
from io import BytesIO
from math import ceil, floor

from PIL import Image, ImageCms

from media.pictures.modes import working
from media.pictures.opening import OpenedPicture

BAND = 128
"""Rows of the result made at a time."""
LOBES = 3
"""Pixels of the result that Lanczos looks at on either side."""

Colour = Callable[[Image.Image], Image.Image]


def printed(found: OpenedPicture, size: tuple[int, int]) -> Image.Image:
    """Return the picture at ``size`` (as stored, before it is turned), upright, in RGB or RGBA, nothing else attached.
    What ``found`` holds of the picture is given up on the way.
    """
    mode = "RGBA" if found.clear else "RGB"
    sheet, colour = Image.new(mode, size), _colour(found.profile, mode)
    for top, band in _bands(found, size):
        sheet.paste(colour(band), (0, top))
    found.release()
    return sheet.transpose(found.turn) if found.turn is not None else sheet


def _bands(found: OpenedPicture, size: tuple[int, int]) -> Iterator[tuple[int, Image.Image]]:
    """Bands of the result from its top to its bottom, each with its first row; whole rows around it are looked at, so
    that no seam shows."""
    scale = found.height / size[1]
    for top in range(0, size[1], BAND):
        bottom = min(top + BAND, size[1])
        if size == found.size:
            yield top, working(found.rows(top, bottom))
            continue
        first = max(0, floor((top - LOBES) * scale))
        last = min(found.height, ceil((bottom + LOBES) * scale))
        rows = working(found.rows(first, last))
        box = (0, top * scale - first, found.width, min(bottom * scale, found.height) - first)
        yield top, rows.resize((size[0], bottom - top), Image.Resampling.LANCZOS, box=box)


def _colour(profile: bytes | None, mode: str) -> Colour:
    """Return what brings a band into sRGB; a profile that cannot be read is ignored, as browsers do."""
    made: dict[str, ImageCms.ImageCmsTransform | None] = {}

    def into(band: Image.Image) -> Image.Image:
        if profile and band.mode not in made:
            made[band.mode] = _transform(profile, band.mode)
        if transform := made.get(band.mode):
            band = ImageCms.applyTransform(band, transform) or band
        return band if band.mode == mode else band.convert(mode)

    return into


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        out = "RGBA" if mode == "RGBA" else "RGB"
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, out)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None

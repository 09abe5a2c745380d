"""Writing a picture as JPEG, PNG or WebP."""

from io import BytesIO
from typing import IO

from PIL import Image

CLEAN_QUALITIES = (90, 85, 80, 75)
QUICK = 2_000_000
"""Pixels from which a PNG is packed in half the time, to as good as the same size."""
HEAVIER = 1.1
"""How much heavier than what was uploaded a cleaned JPEG may be before its quality is lowered."""


def on(picture: Image.Image, background: str) -> Image.Image:
    """Return the picture without alpha, on ``background``."""
    if picture.mode == "RGB":
        return picture
    sheet = Image.new("RGB", picture.size, background)
    sheet.paste(picture, mask=picture.getchannel("A"))
    return sheet


def save(picture: Image.Image, out: IO[bytes], form: str) -> None:
    """Write PNG or WebP."""
    quick = picture.width * picture.height > QUICK
    picture.save(out, form, **({"quality": 90} if form == "WEBP" else {"compress_level": 4 if quick else 6}))


def clean_jpeg(picture: Image.Image, out: IO[bytes], sampling: int | None, weight: int | None) -> None:
    """Write a JPEG of about ``weight`` bytes at most (None: as good as it gets), with its source's ``sampling``."""
    for quality in CLEAN_QUALITIES:
        out.seek(0)
        out.truncate()
        jpeg(picture, out, quality, sampling)
        if weight is None or out.tell() <= weight * HEAVIER + 20_000:
            return


def jpeg(picture: Image.Image, out: IO[bytes], quality: int, sampling: int | None = None) -> None:
    """Write a JPEG. Without ``sampling`` colour keeps its full resolution until bytes have to be saved."""
    # Coloured text smears under chroma subsampling, so it starts only where bytes have to be saved.
    kept = (0 if quality >= 85 else 2) if sampling is None else sampling
    try:
        made = BytesIO()
        picture.save(made, "JPEG", quality=quality, subsampling=kept, optimize=True, progressive=True)
    except OSError:  # Pillow's buffer for optimised files is too small for a picture that is all noise
        made = BytesIO()
        picture.save(made, "JPEG", quality=quality, subsampling=kept)
    out.write(made.getbuffer())

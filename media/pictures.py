"""Pictures that people upload: looked at, cleaned, and cut to what a channel wants."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import Image, ImageCms, UnidentifiedImageError

from media.errors import CannotShrink, NotAPicture, PictureDamaged, PictureTooHeavy, PictureTooLarge

_SIDEWAYS = frozenset(
    {Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270, Image.Transpose.TRANSPOSE, Image.Transpose.TRANSVERSE}
)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each value of EXIF's Orientation (0x0112)."""
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error)

MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
MAX_BYTES = 8_000_000
MAX_PIXELS = 50_000_000
MAX_SIDE = 4096
QUALITIES = (90, 85, 80, 75, 70, 62, 54, 46)
COLOURS = (256, 128, 64, 32)

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


def inspect(data: bytes, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> PictureInfo:
    """Return what ``data`` is, having read it to the end.

    Raises ``PictureTooHeavy``, ``NotAPicture``, ``PictureTooLarge`` or ``PictureDamaged``.
    """
    picture = _open(data, max_bytes, max_pixels)
    width, height = picture.size[::-1] if _turn(picture) in _SIDEWAYS else picture.size
    return PictureInfo(MIMES[str(picture.format)], width, height, len(data))


def normalise(data: bytes, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> CleanPicture:
    """Return the picture upright, in sRGB, without metadata and at most ``MAX_SIDE`` pixels a side.

    JPEG stays JPEG and WebP stays WebP; PNG and the first frame of a GIF become PNG. Raises as ``inspect``.
    """
    picture = _open(data, max_bytes, max_pixels)
    form = str(picture.format)
    upright = _plain(picture)
    upright.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    clean = _encoded(upright, {"JPEG": "JPEG", "WEBP": "WEBP"}.get(form, "PNG"), quality=90)
    mime = {"JPEG": "image/jpeg", "WEBP": "image/webp"}.get(form, "image/png")
    return CleanPicture(clean, PictureInfo(mime, *upright.size, len(clean)))


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
    of a JPEG or the number of colours of a PNG; raises ``CannotShrink`` where that is not enough.
    """
    upright = _plain(_open(data, max(len(data), MAX_BYTES), MAX_PIXELS))
    if fit == "cover":
        framed = _covering(_on(upright, background), width, height, focus)
    else:
        framed = _contained(upright, width, height, background)
    for encoded in _lighter_and_lighter(framed, mime):
        if max_bytes is None or len(encoded) <= max_bytes:
            return encoded
    raise CannotShrink(width=width, height=height, limit=(max_bytes or 0) // 1000)


def _open(data: bytes, max_bytes: int, max_pixels: int) -> Image.Image:
    """Return the first frame, read in full; the sides are judged before a single pixel is unpacked."""
    if len(data) > max_bytes:
        raise PictureTooHeavy(size=_megabytes(len(data)), limit=_megabytes(max_bytes))
    try:
        picture = Image.open(BytesIO(data), formats=list(MIMES))
    except UnidentifiedImageError:
        raise NotAPicture from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge(limit=max_pixels // 1_000_000) from None
    except _UNREADABLE:
        raise PictureDamaged from None
    if picture.width * picture.height > max_pixels:
        raise PictureTooLarge(limit=max_pixels // 1_000_000)
    try:
        picture.load()
    except _UNREADABLE:
        raise PictureDamaged from None
    return picture


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".replace(".", ",")


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """Return what turns the picture upright; broken EXIF data turns nothing."""
    try:
        return _TURNS.get(picture.getexif().get(0x0112, 1))
    except _UNREADABLE:
        return None


def _plain(picture: Image.Image) -> Image.Image:
    """Return the picture upright in 8-bit sRGB, with alpha only if it has any, and with nothing else attached."""
    turn = _turn(picture)
    profile = picture.info.get("icc_profile")
    clear = "A" in picture.getbands() or "transparency" in picture.info
    plain = _in_srgb(_eight_bits(picture), profile) if profile else _eight_bits(picture)
    plain = plain.convert("RGBA" if clear else "RGB")
    upright = plain.transpose(turn) if turn is not None else plain.copy()
    upright.info = {}
    return upright


def _eight_bits(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return picture


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture in sRGB; a profile that cannot be read is ignored, as browsers do."""
    mode = picture.mode if picture.mode in ("RGB", "RGBA", "CMYK", "L") else "RGBA"
    try:
        converted = ImageCms.profileToProfile(
            picture.convert(mode),
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, *_UNREADABLE):
        return picture
    return converted or picture


def _on(picture: Image.Image, background: str) -> Image.Image:
    """Return the picture without alpha, on ``background``."""
    if picture.mode == "RGB":
        return picture
    sheet = Image.new("RGB", picture.size, background)
    sheet.paste(picture, mask=picture.getchannel("A"))
    return sheet


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
    small = _on(picture.resize(size, Image.Resampling.LANCZOS), background)
    sheet = Image.new("RGB", (width, height), background)
    sheet.paste(small, ((width - size[0]) // 2, (height - size[1]) // 2))
    return sheet


def _lighter_and_lighter(picture: Image.Image, mime: Mime) -> Iterator[bytes]:
    if mime == "image/jpeg":
        for quality in QUALITIES:
            yield _encoded(picture, "JPEG", quality)
        return
    yield _encoded(picture, "PNG")
    for colours in COLOURS:
        yield _encoded(picture.quantize(colours), "PNG")


def _encoded(picture: Image.Image, form: str, quality: int = 90) -> bytes:
    if form == "JPEG":
        return _jpeg(_on(picture, "#ffffff"), quality)
    out = BytesIO()
    picture.save(out, form, **({"quality": quality} if form == "WEBP" else {}))
    return out.getvalue()


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    # Coloured text smears under chroma subsampling, so it starts only where bytes have to be saved.
    sampling = 0 if quality >= 85 else 2
    out = BytesIO()
    try:
        picture.save(out, "JPEG", quality=quality, subsampling=sampling, optimize=True, progressive=True)
    except OSError:  # Pillow's buffer for optimised files is too small for a picture that is all noise
        out = BytesIO()
        picture.save(out, "JPEG", quality=quality, subsampling=sampling)
    return out.getvalue()

"""Opening a picture of any accepted kind so that its rows can be had in bands, at the least memory its kind allows."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from PIL import AvifImagePlugin, GifImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from media.errors import PictureDamaged
from media.pictures import png_rows
from media.pictures.kinds import HELD_WHOLE, WHOLE_COLOUR, judge, kind_of

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each value of EXIF's Orientation (0x0112)."""
SIDEWAYS = frozenset(
    {Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270, Image.Transpose.TRANSPOSE, Image.Transpose.TRANSVERSE}
)
JPEG_MEMORY = 140_000_000
"""Bytes that a JPEG may take while it is decoded: its pixels, and the coefficients of a progressive one, which libjpeg
holds whole."""
HALF = 4
"""A JPEG decoded at half its sides has so many times fewer pixels."""
HEAD = 4096
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

Rows = Callable[[int, int], Image.Image]
Shrink = Callable[[int, int], tuple[int, int]]


@dataclass
class OpenedPicture:
    """A picture whose ``rows(top, bottom)`` can be read from top to bottom.

    ``full`` are the sides that the file says, ``size`` those at which it is decoded. ``turn`` makes it upright,
    ``clear`` tells that parts of it are, ``sampling`` is that of a JPEG (0: 4:4:4, 1: 4:2:2, 2: 4:2:0).
    """

    kind: str
    full: tuple[int, int]
    size: tuple[int, int]
    rows: Rows
    clear: bool = False
    turn: Image.Transpose | None = None
    profile: bytes | None = None
    sampling: int | None = None

    @property
    def width(self) -> int:
        return self.size[0]

    @property
    def height(self) -> int:
        return self.size[1]

    @property
    def upright(self) -> tuple[int, int]:
        """The full sides as people see them."""
        return (self.full[1], self.full[0]) if self.turn in SIDEWAYS else self.full

    def release(self) -> None:
        """Give the memory of the picture up; its rows cannot be read any more."""
        self.rows = _gone


def opened(file: IO[bytes], weight: int, most: int, shrink: Shrink) -> OpenedPicture:
    """Open a picture of ``weight`` bytes. ``shrink`` tells the sides at which it is wanted at most.

    Raises ``NotAPicture``, ``PictureTooLarge`` (judged before a pixel is unpacked) or what the libraries make of broken
    bytes, which is the caller's to tell as ``PictureDamaged``.
    """
    head = file.read(HEAD)
    file.seek(0)
    kind = kind_of(head)
    if weight <= len(head) and kind not in {"GIF", "PNG", "JPEG", "WEBP"} and weight < 32:
        raise PictureDamaged
    return OPENERS[kind](file, head, most, shrink)


def _jpeg(file: IO[bytes], _head: bytes, most: int, shrink: Shrink) -> OpenedPicture:
    picture = JpegImagePlugin.JpegImageFile(file)  # what other pictures an MPO holds is not asked for
    width, height = full = picture.size
    sampling, colours = JpegImagePlugin.get_sampling(picture), len(picture.getbands())
    pixel = 1 if colours == 1 else 4
    coefficients = 2 * _planes(colours, sampling) if picture.info.get("progressive") else 0
    judge("JPEG", width, height, min(most, int(JPEG_MEMORY / (coefficients + pixel / HALF))))
    crowded = width * height * (coefficients + pixel) > JPEG_MEMORY
    turn, profile = _turn(picture), picture.info.get("icc_profile")
    if crowded or all(side >= 2 * wanted for side, wanted in zip(full, shrink(*full), strict=True)):
        picture.draft(None, (width // 2, height // 2))
    found = _held("JPEG", picture, most)
    found.full, found.turn, found.profile = full, turn, profile
    found.sampling = sampling if sampling in (0, 1, 2) else None
    return found


def _planes(colours: int, sampling: int) -> float:
    """How many values a pixel has in a JPEG of ``colours`` components."""
    return {1: 2.0, 2: 1.5}.get(sampling, float(colours)) if colours == 3 else float(colours)


def _unread(stream: PngImagePlugin.PngStream, _at: int, length: int) -> bytes:
    """Pass over a chunk of text: it is not published, and may be packed to any length."""
    return ImageFile._safe_read(stream.fp, length)  # type: ignore[arg-type]  # open while chunks are read


def _profile_or_none(stream: PngImagePlugin.PngStream, at: int, length: int) -> bytes:
    try:
        return _read_profile(stream, at, length)
    except ValueError:  # it unpacks to more than any profile needs
        stream.fp.seek(at)  # type: ignore[union-attr]
        return ImageFile._safe_read(stream.fp, length)  # type: ignore[arg-type]


_read_profile = PngImagePlugin.PngStream.chunk_iCCP
for _name in ("chunk_tEXt", "chunk_zTXt", "chunk_iTXt"):
    setattr(PngImagePlugin.PngStream, _name, _unread)
PngImagePlugin.PngStream.chunk_iCCP = _profile_or_none  # type: ignore[method-assign,assignment]


def _png(file: IO[bytes], head: bytes, most: int, _shrink: Shrink) -> OpenedPicture:
    if head[12:16] != b"IHDR":
        raise PictureDamaged
    width, height, depth, colour, _method, _filter, interlaced = struct.unpack(">IIBBBBB", head[16:29])
    picture = PngImagePlugin.PngImageFile(file)
    if depth == 8 and not interlaced and colour in png_rows.CHANNELS:
        judge("PNG", width, height, most)
        found = _described("PNG", picture, _gone)
        found.rows = png_rows.PngRows(file, width, height, colour).rows
        return found
    held = most if picture.mode in {"L", "P", "1"} else WHOLE_COLOUR
    judge("PNG", width, height, min(most, held))
    return _held("PNG", picture, most)


def _gif(file: IO[bytes], _head: bytes, most: int, _shrink: Shrink) -> OpenedPicture:
    picture = GifImagePlugin.GifImageFile(file)
    judge("GIF", *picture.size, most)
    return _held("GIF", picture, most)


def _webp(file: IO[bytes], head: bytes, most: int, _shrink: Shrink) -> OpenedPicture:
    judge("WEBP", *_webp_sides(head), min(most, HELD_WHOLE["WEBP"]))  # the decoder takes its memory when it is made
    picture = WebPImagePlugin.WebPImageFile(file)
    judge("WEBP", *picture.size, min(most, HELD_WHOLE["WEBP"]))
    found = _described("WEBP", picture, _gone)
    data = picture._decoder.get_next()[0]
    picture._decoder = None
    found.rows = _packed(data, picture.size, picture.mode, picture.rawmode)
    return found


def _webp_sides(head: bytes) -> tuple[int, int]:
    """Width and height from the first chunk of a WebP (RFC 9649, 2.5 to 2.7)."""
    chunk = head[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise PictureDamaged


def _avif(file: IO[bytes], _head: bytes, most: int, _shrink: Shrink) -> OpenedPicture:
    picture = AvifImagePlugin.AvifImageFile(file)
    judge("AVIF", *picture.size, min(most, HELD_WHOLE["AVIF"]))
    found = _described("AVIF", picture, _gone)
    data = picture._decoder.get_frame(0)[0]
    picture._decoder = None
    found.rows = _packed(data, picture.size, picture.mode, picture.mode)
    return found


def _heic(file: IO[bytes], _head: bytes, most: int, _shrink: Shrink) -> OpenedPicture:
    import pi_heif

    for name, value in {"DECODE_THREADS": 1, "THUMBNAILS": False, "DEPTH_IMAGES": False, "AUX_IMAGES": False}.items():
        setattr(pi_heif.options, name, value)
    container = pi_heif.open_heif(file.read(), convert_hdr_to_8bit=True, remove_stride=False)
    picture: Any = container[container.primary_index]
    size: tuple[int, int] = picture.size  # libheif has turned it upright already
    judge("HEIC", *size, min(most, HELD_WHOLE["HEIC"]))
    data, stride = picture.data, picture.stride
    mode = "RGBA" if picture.has_alpha else "RGB"
    rows = _packed(data, size, mode, "RGBa" if picture.premultiplied_alpha else mode, stride, owner=container)
    return OpenedPicture("HEIC", size, size, rows, picture.has_alpha, None, picture.info.get("icc_profile"))


OPENERS: dict[str, Callable[[IO[bytes], bytes, int, Shrink], OpenedPicture]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "GIF": _gif,
    "WEBP": _webp,
    "AVIF": _avif,
    "HEIC": _heic,
}


def _held(kind: str, picture: Image.Image, _most: int) -> OpenedPicture:
    """A picture that Pillow holds whole."""
    found = _described(kind, picture, _gone)
    picture.load()
    found.size = picture.size
    found.clear = found.clear or "transparency" in picture.info
    found.rows = lambda top, bottom: picture.crop((0, top, picture.width, bottom))
    return found


def _described(kind: str, picture: Image.Image, rows: Rows) -> OpenedPicture:
    clear = "A" in picture.getbands() or "transparency" in picture.info
    profile = picture.info.get("icc_profile")
    return OpenedPicture(kind, picture.size, picture.size, rows, clear, _turn(picture), profile)


def _packed(data: Any, size: tuple[int, int], mode: str, raw: str, stride: int = 0, owner: object = None) -> Rows:
    """Rows of pixels that lie packed in memory, which ends with ``owner``."""
    held, width = memoryview(data), size[0]
    stride = stride or width * len(raw)

    def rows(top: int, bottom: int, _owner: object = owner) -> Image.Image:
        part = held[top * stride : bottom * stride]
        return Image.frombytes(mode, (width, bottom - top), part, "raw", raw, stride)

    return rows


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """Return what turns the picture upright; broken EXIF data turns nothing."""
    try:
        exif = Image.Exif()  # not picture.getexif(), for which a PNG would be unpacked whole
        exif.load(picture.info.get("exif", b""))
        return TURNS.get(exif.get(0x0112, 1))
    except Exception:
        return None


def _gone(_top: int, _bottom: int) -> Image.Image:
    raise PictureDamaged

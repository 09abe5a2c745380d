"""Which pictures are taken: known by their first bytes, and with as many pixels as fit into the decoder's memory."""

import struct

from media.errors import NotAPicture, OtherKind, PhoneTooLarge, PictureTooLarge, PictureTooLong

MIMES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "HEIC": "image/heic",
    "AVIF": "image/avif",
}
MAX_PIXELS = 50_000_000
"""The most of any kind: a JPEG is read at a fraction of its size, an 8-bit PNG in strips."""
LONGEST_SIDE = 30_000
"""Pixels of a side, before anything is decoded: a picture of one column costs memory for each of its rows."""
HELD_WHOLE = {"WEBP": 12_000_000, "HEIC": 25_000_000, "AVIF": 16_000_000}
"""The most of kinds whose decoders hold the whole picture in several forms at once."""
WHOLE_COLOUR = 24_000_000
"""The most of a picture in colour that Pillow has to hold whole, at four bytes a pixel."""

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
AVIF_BRANDS = frozenset({b"avif", b"avis"})
OTHERS = (
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF (RAW)"),
    (0, b"MM\0*", "TIFF (RAW)"),
    (0, b"II+\0", "TIFF"),
    (0, b"8BPS", "Photoshop (PSD)"),
    (0, b"%PDF", "PDF"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"PK\3\4", "ZIP/Office"),
    (4, b"ftyp", "video (MP4/MOV)"),
)


def kind_of(head: bytes) -> str:
    """Return the kind of a picture by its first bytes, a key of ``MIMES``; raise ``NotAPicture``."""
    for start, mark in (("JPEG", b"\xff\xd8\xff"), ("PNG", b"\x89PNG\r\n\x1a\n"), ("GIF", b"GIF8")):
        if head.startswith(mark):
            return start
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and (found := _boxed(head)):
        return found
    for at, mark, name in OTHERS:
        if head[at : at + len(mark)] == mark:
            raise OtherKind(kind=name)
    if b"<svg" in head[:1024].lower():
        raise OtherKind(kind="SVG")
    raise NotAPicture


def _boxed(head: bytes) -> str | None:
    """HEIC or AVIF, by the brands that an ISO base media file names (ISO/IEC 14496-12, 4.3)."""
    (length,) = struct.unpack(">I", head[:4])
    brands = {head[at : at + 4] for at in (8, *range(16, min(length, len(head)) - 3, 4))}
    if brands & AVIF_BRANDS:
        return "AVIF"
    return "HEIC" if brands & HEIC_BRANDS else None


def judge(kind: str, width: int, height: int, most: int) -> None:
    """Raise ``PictureTooLarge`` for a picture with more than ``most`` pixels or a side that is too long."""
    if max(width, height) > LONGEST_SIDE and width * height <= most:
        raise PictureTooLong(width=width, height=height, limit=LONGEST_SIDE)
    if width * height > most:
        values = {"width": width, "height": height, "pixels": millions(width * height, up=True)}
        refusal = PhoneTooLarge if kind == "HEIC" else PictureTooLarge
        raise refusal(**values, kind=kind.replace("WEBP", "WebP"), limit=millions(most))


def millions(pixels: int, *, up: bool = False) -> str:
    """``pixels`` in millions, one decimal if it has one; rounded ``up``, too many never read as just enough."""
    tenths = -(-pixels // 100_000) if up else pixels // 100_000
    whole, rest = divmod(tenths, 10)
    return f"{whole},{rest}" if rest else str(whole)

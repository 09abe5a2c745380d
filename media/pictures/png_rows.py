"""Reading a PNG in strips. Pillow decodes a PNG only whole, which takes four bytes for each pixel; here its rows are
unpacked a strip at a time, and each strip is given to Pillow as a small PNG of its own.

A row is filtered against the one above it (PNG specification, clause 9), so each strip begins with the last row of the
strip before, unfiltered. That row can be had back from Pillow for 8 bits a sample only.
"""

import struct
import zlib
from io import BytesIO
from typing import IO

from PIL import Image

from media.errors import PictureDamaged
from media.pictures.modes import working

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Bytes of a pixel by PNG's colour type, at 8 bits a sample."""
STRIP = 2 << 20
"""Bytes of unpacked rows in a strip, about."""
PIECE = 1 << 16
SIGNATURE = b"\x89PNG\r\n\x1a\n"


class PngRows:
    """The rows of a PNG of 8 bits a sample that is not interlaced, read once from its top to its bottom."""

    def __init__(self, file: IO[bytes], width: int, height: int, colour: int) -> None:
        self.width, self.height, self.colour = width, height, colour
        self._row = 1 + width * CHANNELS[colour]
        self._data = _Pixels(file)
        self._palette = self._data.before
        self._kept: list[tuple[int, Image.Image]] = []
        self._next = 0
        self._last: bytes | None = None

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return rows ``top`` to ``bottom`` in a mode that can be worked with; those above ``top`` are gone then."""
        while self._next < bottom:
            self._unpack()
        self._kept = [(at, strip) for at, strip in self._kept if at + strip.height > top]
        first = self._kept[0][1]
        if len(self._kept) == 1:
            at = self._kept[0][0]
            return first.crop((0, top - at, self.width, bottom - at))
        made = Image.new(first.mode, (self.width, bottom - top))
        for at, strip in self._kept:
            made.paste(strip, (0, at - top))
        return made

    def _unpack(self) -> None:
        count = min(max(1, STRIP // self._row), self.height - self._next)
        raw = self._data.read(count * self._row)
        if len(raw) < count * self._row:
            raise PictureDamaged
        led = 0 if self._last is None else 1
        above = b"" if self._last is None else b"\0" + self._last
        whole = Image.open(BytesIO(self._small(count + led, above + raw)))
        whole.load()
        strip = whole.crop((0, led, self.width, count + led)) if led else whole
        self._last = whole.crop((0, count + led - 1, self.width, count + led)).tobytes()
        self._kept.append((self._next, working(strip)))
        self._next += count

    def _small(self, height: int, raw: bytes) -> bytes:
        head = struct.pack(">IIBBBBB", self.width, height, 8, self.colour, 0, 0, 0)
        body = _chunk(b"IDAT", zlib.compress(raw, 0))
        return SIGNATURE + _chunk(b"IHDR", head) + self._palette + body + _chunk(b"IEND", b"")


class _Pixels:
    """The unpacked bytes of a PNG's image data. ``before`` are the chunks that give its samples a meaning."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._left, self._open = file, 0, zlib.decompressobj()
        self.before = b""
        file.seek(len(SIGNATURE))
        while (name := self._step_in()) != b"IDAT":
            if name == b"IEND":
                raise PictureDamaged
            if name in (b"PLTE", b"tRNS"):
                self.before += _chunk(name, self._file.read(self._left))
            else:
                file.seek(self._left, 1)
            file.seek(4, 1)

    def read(self, size: int) -> bytes:
        """Return ``size`` bytes, fewer only at the end of the data."""
        made = bytearray()
        while len(made) < size and not self._open.eof:
            packed = self._open.unconsumed_tail or self._packed()
            more = self._open.decompress(packed, size - len(made))
            if not packed and not more:
                break
            made += more
        return bytes(made)

    def _step_in(self) -> bytes:
        head = self._file.read(8)
        if len(head) < 8:
            raise PictureDamaged
        self._left, name = struct.unpack(">I4s", head)
        return bytes(name)

    def _packed(self) -> bytes:
        while not self._left:
            self._file.seek(4, 1)  # the checksum of the chunk before
            if self._step_in() != b"IDAT":
                return b""
        piece = self._file.read(min(PIECE, self._left))
        self._left -= len(piece)
        return piece


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

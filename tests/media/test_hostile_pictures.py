"""Any picture that people send, kind or hostile, costs bounded memory and gets an answer that names its own figures."""

import struct
import threading
import zlib
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media.drawing import printing
from media.errors import MediaError, PictureDamaged, PicturesBusy, PictureTooDemanding
from media.pictures import decoders, developing, opening, pictures, png_rows
from media.pictures.decoders import Decoders
from media.pictures.kinds import LONGEST_SIDE
from media.pictures.modes import working

MEGABYTE = 1 << 20
HEIC = b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAA"
    "AERAAAIAAQAAAAAB7AABAAAAAAAAAI0AAgAAAAACeQABAAAAAAAAAIAAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZl"
    "AgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH/"
    "/wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29s"
    "cm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAA"
    "AwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAARVtZGF0AAAAiSgBrwngOSMk"
    "v//5BH//+MRuQ/gUZcF//jBeff43IP/+6witcNaUEUqiGXyM6T1lCZfV45ditsH6c+2pMp9S6+xr5pggTori3GbeBwRZzFnBufe/fIQtwRg7lVPH"
    "isWG1ijUyz83uz/+uqxZShnKGthKbN4ARNbOYrFQsePznOyuH0o9ALmN+Q4eAAAABkV4aWYAAE1NACoAAAAIAAMBDwACAAAADQAAADIBEgADAAAA"
    "AQAGAACIJQAEAAAAAQAAAEAAAAAATWF5QW5oQ3VhVG9pAAAAAgABAAIAAAACTgAAAAACAAUAAAADAAAAXgAAAAAAAAAKAAAAAQAAACAAAAABAAAA"
    "BQAAAAE="
)
"""64 × 48 pixels, red on the left, blue on the right, to be turned by a quarter; with the place where it was taken."""


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *more: bytes, colour: int = 2, depth: int = 8) -> bytes:
    """Return a black PNG without ever holding its pixels; ``more`` are chunks before the data."""
    bits = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] * depth * width
    row, packer = bytes(1 + -(-bits // 8)), zlib.compressobj(1)
    body = b"".join([*(packer.compress(row * 64) for _ in range(-(-height // 64))), packer.flush()])
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return png_rows.SIGNATURE + b"".join([chunk(b"IHDR", head), *more, chunk(b"IDAT", body), chunk(b"IEND", b"")])


def saved(mode: str, size: tuple[int, int], form: str, **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size).save(out, form, **options)
    return out.getvalue()


def packed_bomb(name: bytes, kind: bytes = b"") -> bytes:
    return chunk(name, b"n\0" + kind + zlib.compress(bytes(60 * MEGABYTE), 9))


def hostile() -> dict[str, bytes]:
    return {
        "fifty million pixels": png(8660, 5773),
        "text bomb": png(60, 40, packed_bomb(b"zTXt", b"\0")),
        "animation": saved("P", (8000, 6250), "GIF"),
        "print colours": saved("CMYK", (5700, 4200), "JPEG", quality=30),
        "progressive": saved("RGB", (5000, 4000), "JPEG", quality=30, progressive=True, subsampling=0),
        "webp": saved("RGB", (4000, 3000), "WEBP", lossless=True, quality=0, method=0),
        "one column": png(1, 1_000_000),
        "profile bomb": png(60, 40, packed_bomb(b"iCCP", b"\0")),
    }


def peak_mb(pool: Decoders) -> int:
    """The most memory that the decoder ever had resident."""
    assert pool._process is not None
    told = Path(f"/proc/{pool._process.pid}/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) // 1024


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Decoders]:
    made = Decoders()
    monkeypatch.setattr(decoders, "_ours", made)
    yield made
    made.close()


@pytest.mark.measured
def test_eight_hostile_pictures_at_once_take_less_than_200_mb(pool: Decoders) -> None:
    def answer(data: bytes) -> str:
        try:
            return pictures.normalise(data).info.mime
        except MediaError as error:
            return error.code

    sent = hostile()
    with ThreadPoolExecutor(len(sent)) as threads:
        answers = dict(zip(sent, threads.map(answer, sent.values()), strict=True))
    assert peak_mb(pool) < 200
    assert answers == {
        "fifty million pixels": "image/png",
        "text bomb": "image/png",
        "animation": "image/png",
        "print colours": "image/jpeg",
        "progressive": "image/jpeg",
        "webp": "image/webp",
        "one column": "picture_too_large",
        "profile bomb": "image/png",
    }


def test_what_a_phone_calls_jpeg_stays_one_and_about_its_size() -> None:
    """MPO: a JPEG with a second picture behind it, as most phones write."""
    photo = Image.frombytes("RGB", (80, 60), Random(3).randbytes(80 * 60 * 3)).resize((1600, 1200))
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.save(out, "MPO", save_all=True, append_images=[photo.resize((400, 300))], quality=88, exif=exif)
    assert Image.open(BytesIO(out.getvalue())).format == "MPO"
    clean = pictures.normalise(out.getvalue())
    assert (clean.info.mime, clean.info.width, clean.info.height) == ("image/jpeg", 1200, 1600)
    assert clean.info.size < len(out.getvalue()) * 1.2
    assert pictures.inspect(out.getvalue()).mime == "image/jpeg"


def test_a_heic_picture_of_a_phone_becomes_a_jpeg_upright_and_without_its_place() -> None:
    clean = pictures.normalise(HEIC)
    assert (clean.info.mime, clean.info.width, clean.info.height) == ("image/jpeg", 48, 64)
    top, bottom = (Image.open(BytesIO(clean.data)).getpixel((24, y)) for y in (5, 58))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 150 > top[2], bottom[2] > 150 > bottom[0]) == (True, True)
    assert b"MayAnhCuaToi" in HEIC
    assert not {b"MayAnhCuaToi", b"Exif"} & {mark for mark in (b"MayAnhCuaToi", b"Exif") if mark in clean.data}
    with pytest.raises(PictureDamaged):
        pictures.normalise(HEIC[: len(HEIC) // 2])


@pytest.mark.parametrize(("mode", "mime"), [("RGB", "image/jpeg"), ("RGBA", "image/png")])
def test_an_avif_picture_is_read(mode: str, mime: str) -> None:
    assert pictures.normalise(saved(mode, (60, 40), "AVIF")).info.mime == mime


def test_a_png_with_much_text_beside_its_pixels_is_taken_without_it() -> None:
    texts = [packed_bomb(b"zTXt", b"\0"), packed_bomb(b"iTXt", b"\1\0\0\0"), chunk(b"tEXt", b"Comment\0nha rieng" * 9)]
    clean = pictures.normalise(png(60, 40, *texts))
    assert (clean.info.mime, clean.info.size < 1000) == ("image/png", True)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (png(9000, 9000), ["9000 × 9000", "81 triệu", "tối đa là 50 triệu"]),
        (png(7072, 7071), ["50,1 triệu", "tối đa là 50 triệu"]),
        (saved("I;16", (5000, 5000), "PNG"), ["25 triệu", "tối đa là 24 triệu"]),
        (png(LONGEST_SIDE + 1, 10), [f"{LONGEST_SIDE + 1} × 10", f"tối đa là {LONGEST_SIDE}"]),
        (png(1, 9_000_000), ["1 × 9000000", f"tối đa là {LONGEST_SIDE}"]),
        (saved("RGB", (4100, 3000), "WEBP", lossless=True, quality=0, method=0), ["WebP", "12,3 triệu", "12 triệu"]),
        (b"0" * 9_000_001, ["9,0 MB", "8,0 MB"]),
    ],
)
def test_a_refusal_names_the_limit_and_the_figure_of_the_file(data: bytes, named: list[str]) -> None:
    with pytest.raises(MediaError) as caught:
        pictures.normalise(data)
    assert [part for part in named if part not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (saved("RGB", (9, 9), "BMP"), "BMP"),
        (saved("RGB", (9, 9), "TIFF"), "TIFF"),
        (saved("RGB", (9, 9), "JPEG2000"), "JPEG 2000"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<SVG xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name_whatever_it_is_named(data: bytes, name: str) -> None:
    with pytest.raises(MediaError) as caught:
        pictures.normalise(data)
    assert (caught.value.code, name in str(caught.value)) == ("not_a_picture", True)


def test_after_a_decoder_died_the_next_picture_gets_another(pool: Decoders) -> None:
    small = png(60, 40)
    pictures.normalise(small)
    assert pool._process is not None
    pool._process.kill()
    pool._process.wait()
    assert pictures.normalise(small).info.width == 60


def test_a_picture_that_takes_too_long_is_given_up(pool: Decoders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "WALL_S", 0.001)
    with pytest.raises(PictureTooDemanding):
        pictures.normalise(png(60, 40))
    monkeypatch.setattr(decoders, "WALL_S", 60)
    assert pictures.normalise(png(60, 40)).info.width == 60


def test_more_pictures_than_may_wait_are_told_so_at_once(pool: Decoders) -> None:
    for _ in range(decoders.MOST_IN_LINE):
        pool._line.acquire()
    with pytest.raises(PicturesBusy):
        pictures.normalise(png(60, 40))
    for _ in range(decoders.MOST_IN_LINE):
        pool._line.release()
    done: list[int] = []
    waiting = threading.Thread(target=lambda: done.append(pictures.normalise(png(60, 40)).info.width))
    with pool._turn:
        waiting.start()
    waiting.join(60)
    assert done == [60]


@given(
    st.sampled_from(["L", "LA", "RGB", "RGBA", "P"]), st.integers(1, 40), st.integers(1, 60), st.integers(1, 300),
    st.integers(0, 9), st.booleans(),
)  # fmt: skip
@settings(max_examples=60)
def test_a_png_read_in_strips_is_the_same_as_one_read_whole(
    mode: str, width: int, height: int, strip: int, seed: int, clear: bool
) -> None:
    raw = Random(seed).randbytes(width * height * 4)
    picture = Image.frombytes("RGBA", (width, height), raw).resize((width, height)).convert("RGB").quantize(7)
    picture = picture if mode == "P" else picture.convert("RGB").convert(mode)
    out = BytesIO()
    more: dict[str, Any] = {"transparency": 1} if clear and mode == "P" else {}
    picture.save(out, "PNG", compress_level=seed, bits=8, **more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(png_rows, "STRIP", strip)
        out.seek(0)
        found = opening.opened(out, len(out.getvalue()), 10**6, developing.clean_size)
        whole = working(Image.open(BytesIO(out.getvalue())))
        for top in range(0, height, 7):
            box = (0, max(0, top - 2), width, min(top + 7, height))
            assert working(found.rows(box[1], box[3])).tobytes() == whole.crop(box).tobytes()


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 3))
@settings(max_examples=30)
def test_a_picture_made_smaller_band_by_band_shows_no_seam(width: int, height: int, seed: int) -> None:
    whole = Image.frombytes("RGB", (20, 50), Random(seed).randbytes(3000)).resize((width, 500))
    out = BytesIO()
    whole.save(out, "PNG")
    out.seek(0)
    size = (max(1, width // 2), height)
    found = opening.opened(out, len(out.getvalue()), 10**6, developing.clean_size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing, "BAND", 17)
        made = printing.printed(found, size)
    wanted = whole.resize(size, Image.Resampling.LANCZOS)
    worst = max(abs(a - b) for a, b in zip(made.tobytes(), wanted.tobytes(), strict=True))
    assert worst <= 4

"""Uploaded pictures are judged, cleaned and cut to size."""

import struct
import zlib
from io import BytesIO
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from media.errors import (
    CannotShrink,
    MediaError,
    NotAPicture,
    PictureDamaged,
    PictureTooHeavy,
    PictureTooLarge,
)
from media.pictures.pictures import PictureInfo, inspect, normalise, rendition

RED, BLUE = (220, 30, 30), (30, 30, 220)


def made(form: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    """Return a picture that is red on its left half and blue on its right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    out = BytesIO()
    picture.convert(mode).save(out, form, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def noise(side: int) -> bytes:
    out = BytesIO()
    Image.frombytes("RGB", (side, side), Random(7).randbytes(side * side * 3)).save(out, "PNG")
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims to be ``width`` by ``height``."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "MayAnhCuaToi"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (10.0, 32.0, 5.0)
    return made("JPEG", exif=exif, comment=b"nha rieng", quality=95)


@pytest.mark.parametrize(
    ("form", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")]
)
def test_the_four_kinds_of_picture_are_recognised_by_content(form: str, mime: str) -> None:
    data = made(form)
    assert inspect(data) == PictureInfo(mime, 60, 40, len(data))


@pytest.mark.parametrize(
    ("data", "refusal", "code"),
    [
        (b"", NotAPicture, "not_a_picture"),
        ("Đây là văn bản".encode(), NotAPicture, "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotAPicture, "not_a_picture"),
        (b"%PDF-1.7 ...", NotAPicture, "not_a_picture"),
        (made("BMP"), NotAPicture, "not_a_picture"),
        (made("TIFF"), NotAPicture, "not_a_picture"),
        (noise(64)[:2000], PictureDamaged, "picture_damaged"),
        (made("JPEG", (600, 400))[:1500], PictureDamaged, "picture_damaged"),
        (huge_png(8000, 8000), PictureTooLarge, "picture_too_large"),
        (huge_png(12_000, 12_000), PictureTooLarge, "picture_too_large"),
        (huge_png(60_000, 60_000), PictureTooLarge, "picture_too_large"),
        (huge_png(200, 200), PictureDamaged, "picture_damaged"),
        (b"\0" * 8_000_001, PictureTooHeavy, "picture_too_heavy"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_one_sentence(data: bytes, refusal: type[MediaError], code: str) -> None:
    for take in (inspect, normalise):
        with pytest.raises(refusal) as caught:
            take(data)
        assert caught.value.code == code
        assert str(caught.value).endswith(".")
        assert "%(" not in str(caught.value)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of broken EXIF data and reads on
@given(st.binary(max_size=400), st.integers(0, 1500))
@settings(max_examples=60, deadline=None)
def test_no_bytes_make_the_reader_fail_in_another_way(noise_bytes: bytes, cut: int) -> None:
    whole = with_exif(6)
    for data in (noise_bytes, whole[:cut] + noise_bytes + whole[cut + len(noise_bytes) :]):
        try:
            normalise(data)
        except MediaError as error:
            assert error.code  # noqa: PT017  the point is that nothing but a MediaError comes out


def test_a_photo_is_turned_upright_and_says_nothing_about_its_maker() -> None:
    for orientation, size in [(1, (60, 40)), (3, (60, 40)), (6, (40, 60)), (8, (40, 60))]:
        data = with_exif(orientation)
        assert (inspect(data).width, inspect(data).height) == size
        clean = normalise(data)
        assert (clean.info.width, clean.info.height) == opened(clean.data).size == size
        assert not opened(clean.data).getexif()
        assert not {b"MayAnhCuaToi", b"nha rieng", b"Exif"} & {
            t for t in (b"MayAnhCuaToi", b"nha rieng", b"Exif") if t in clean.data
        }
    right = opened(normalise(with_exif(3)).data).convert("RGB").getpixel((55, 20))
    assert isinstance(right, tuple)
    assert right[0] > 150 > right[2]


@pytest.mark.parametrize(
    ("form", "mode", "mime"),
    [
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("PNG", "P", "image/png"),
        ("PNG", "LA", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("PNG", "1", "image/png"),
        ("GIF", "P", "image/png"),
        ("WEBP", "RGBA", "image/webp"),
    ],
)
def test_every_colour_mode_comes_out_in_one_that_all_readers_show(form: str, mode: str, mime: str) -> None:
    clean = normalise(made(form, mode=mode))
    assert clean.info.mime == mime
    assert inspect(clean.data) == clean.info
    assert opened(clean.data).mode in ("RGB", "RGBA")


def test_a_wide_gamut_profile_is_applied_and_dropped() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clean = normalise(made("PNG", icc_profile=lab))
    assert "icc_profile" not in opened(clean.data).info
    assert normalise(made("PNG", icc_profile=b"rac")).info.width == 60


def test_a_picture_from_a_camera_is_brought_to_a_size_that_pages_can_carry() -> None:
    assert normalise(made("JPEG", (5000, 500))).info.width == 4096


@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.sampled_from(["cover", "contain"]),
    st.sampled_from(["image/jpeg", "image/png"]),
)
@settings(max_examples=60, deadline=None)
def test_a_rendition_has_exactly_the_size_asked_for(
    source: tuple[int, int], wanted: tuple[int, int], focus: tuple[float, float], fit: str, mime: str
) -> None:
    data = rendition(made("PNG", source), *wanted, fit=fit, focus=focus, mime=mime)  # type: ignore[arg-type]  # sampled
    assert (inspect(data).width, inspect(data).height, inspect(data).mime) == (*wanted, mime)


def test_cover_keeps_the_focus_and_contain_keeps_everything() -> None:
    wide = made("PNG", (200, 50))
    left = opened(rendition(wide, 50, 50, focus=(0.1, 0.5), mime="image/png")).convert("RGB")
    assert {left.getpixel((0, 25)), left.getpixel((49, 25))} == {RED}
    right = opened(rendition(wide, 50, 50, focus=(1.0, 0.5), mime="image/png")).convert("RGB")
    assert {right.getpixel((0, 25)), right.getpixel((49, 25))} == {BLUE}
    whole = opened(rendition(wide, 50, 50, fit="contain", mime="image/png")).convert("RGB")
    assert [whole.getpixel((x, y)) for x, y in [(5, 25), (45, 25), (25, 2)]] == [RED, BLUE, (255, 255, 255)]


def test_a_rendition_keeps_under_the_weight_the_provider_allows() -> None:
    heavy = rendition(noise(300), 300, 300)
    light = rendition(noise(300), 300, 300, max_bytes=len(heavy) * 2 // 3)
    assert len(light) <= len(heavy) * 2 // 3
    assert len(rendition(noise(300), 300, 300, mime="image/png", max_bytes=90_000)) <= 90_000
    with pytest.raises(CannotShrink, match="2 kB"):
        rendition(noise(300), 300, 300, max_bytes=2000)


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert rendition(noise(40), 80, 60) == rendition(noise(40), 80, 60)
    assert normalise(with_exif(6)) == normalise(with_exif(6))

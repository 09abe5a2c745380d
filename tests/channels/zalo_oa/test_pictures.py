"""Pictures made fit for Zalo, and an infographic's cover."""

from io import BytesIO

from PIL import Image

from channels.contract import Picture, StoryKind
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.settings import Settings
from tests.channels.zalo_oa.driving import picture, piece

REAL = Settings(api_url="https://openapi.zalo.me", oa_name="OA tỉnh Mẫu")


def drawn(width: int, height: int, form: str, sha: str) -> Picture:
    out = BytesIO()
    sheet = Image.new("RGB", (width, height), "#224466")
    sheet.paste("#cc3311", (0, 0, width, height // 4))
    sheet.save(out, form)
    data = out.getvalue()
    suffix = form.lower()
    return picture(
        sha256=sha, mime=f"image/{suffix}", width=width, height=height, size=len(data), read=lambda: data,
        url=f"https://tinh.example.vn/media/{sha}.{suffix}",
    )  # fmt: skip


def test_a_webp_becomes_a_jpeg_at_an_address_of_its_own() -> None:
    cover = drawn(1600, 900, "WEBP", "a1" * 32)
    rendition = ZaloOa().render(piece(cover=cover), REAL)
    (made,) = rendition.files
    assert rendition.document["article"]["cover"]["photo_url"] == f"https://tinh.example.vn/media/{made.sha256}.jpg"
    with Image.open(BytesIO(made.data)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (1280, 720))


def test_an_infographic_is_shown_whole_below_a_cover_cut_from_its_top() -> None:
    tall = drawn(1000, 3000, "PNG", "a2" * 32)
    rendition = ZaloOa().render(piece(kind=StoryKind.INFOGRAPHIC, cover=None, pictures=(tall,)), REAL)
    article = rendition.document["article"]
    (cover,) = rendition.files
    with Image.open(BytesIO(cover.data)) as opened:
        assert opened.size == (1000, 562)
        red, _, blue = opened.convert("RGB").getpixel((500, 100))  # type: ignore[misc]  # an RGB pixel is a triple
        assert red > blue
    assert article["body"][0] == {"type": "image", "url": tall.url, "caption": "Nộp hồ sơ tại nhà"}
    assert [block["type"] for block in article["body"]] == ["image", "text", "text"]


def test_a_picture_used_twice_is_one_file() -> None:
    cover = drawn(1600, 900, "WEBP", "a3" * 32)
    rendition = ZaloOa().render(piece(cover=cover, pictures=(cover,)), REAL)
    assert len(rendition.files) == 1


def test_remaking_happens_once_for_many_previews() -> None:
    reads = []
    cover = drawn(800, 450, "WEBP", "a4" * 32)

    def read() -> bytes:
        reads.append(1)
        return cover.read()

    for _ in range(3):
        ZaloOa().render(piece(cover=picture(**{**{n: getattr(cover, n) for n in cover.__slots__}, "read": read})), REAL)
    assert len(reads) == 1

"""What people really write and upload: published as it should be, or refused before approval with the reason."""

import unicodedata
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from channels.contract import Piece, Severity, StoryKind
from channels.zalo_oa.adapter import ZaloOa
from tests.channels.zalo_oa.driving import engine, picture, piece, settings_for
from tests.channels.zalo_oa.running import Running, serving
from tests.channels.zalo_oa.test_cuts import titled

FAMILY = "👨‍👩‍👧‍👦"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def refusals(made: Piece, simulator: Running) -> list[str]:
    """What is said before approval that stops the piece."""
    findings = ZaloOa().check(made, settings_for(simulator.url))
    return [f"{one.field}: {one.message} {one.remedy}" for one in findings if one.severity is Severity.ERROR]


def published(made: Piece, simulator: Running) -> Mapping[str, Any]:
    """The one article that the piece becomes, read back from Zalo."""
    assert refusals(made, simulator) == []
    assert engine(simulator, made).run() == "live"
    (article,) = simulator.articles()
    payload: Mapping[str, Any] = article["payload"]
    return payload


def require_whole_words(text: str, whole: str) -> None:
    """A cut text is a start of the whole one that ends with a word."""
    assert text.endswith("…")
    kept = text[:-1]
    assert whole.startswith(kept)
    assert whole[len(kept)] in " ,;:.–-—"


@pytest.mark.parametrize("count", [1, 139, 140, 141, 149, 150, 151, 400])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_title_of_any_length(simulator: Running, count: int, form: str) -> None:
    whole = titled(count)
    title = published(piece(title=unicodedata.normalize(form, whole)), simulator)["title"]  # type: ignore[arg-type]
    assert unicodedata.is_normalized("NFC", title)
    if count <= 140:
        assert title == whole
    else:
        assert 100 < units(title) <= 140
        require_whole_words(title, whole)


@pytest.mark.parametrize("count", [249, 250, 251, 299, 300, 301, 2_000])
def test_a_summary_of_any_length(simulator: Running, count: int) -> None:
    whole = titled(count)
    description = published(piece(summary=unicodedata.normalize("NFD", whole)), simulator)["description"]
    if count <= 250:
        assert description == whole
    else:
        assert 200 < units(description) <= 250
        require_whole_words(description, whole)


@pytest.mark.parametrize(
    "title", [f"Ngày hội gia đình {FAMILY} " * 8, "🎉" * 75, FAMILY * 40, "👍🏽" * 60, "e\u0301" * 200]
)
def test_emoji_and_marks_are_never_torn_apart(simulator: Running, title: str) -> None:
    sent = published(piece(title=title), simulator)["title"]
    assert units(sent) <= 140
    kept = sent.removesuffix("…").rstrip()
    assert unicodedata.normalize("NFC", title).startswith(kept)
    following = unicodedata.normalize("NFC", title)[len(kept) :][:1]
    assert following not in {"\u200d", "\ufe0f", "🏽"}
    assert not kept.endswith("\u200d")


def test_a_title_of_blanks_and_an_empty_body_are_refused_with_the_reason(simulator: Running) -> None:
    assert refusals(piece(title=" \u00a0\n"), simulator) == ["title: Tin chưa có tiêu đề. Hãy viết tiêu đề."]
    assert refusals(piece(body=""), simulator) == ["body: Bài chưa có nội dung. Hãy viết nội dung."]
    assert refusals(piece(body=" \n\n"), simulator) == ["body: Bài chưa có nội dung. Hãy viết nội dung."]
    assert simulator.calls() == []


def test_a_body_of_sixty_thousand_characters_is_refused_and_one_of_forty_thousand_arrives_whole(
    simulator: Running,
) -> None:
    paragraph = "Chuyển đổi số là việc của mọi nhà, từ tỉnh đến xã, từ cơ quan đến từng người dân trong ấp."
    long = "\n\n".join([paragraph] * (60_000 // len(paragraph) + 1))
    (said,) = refusals(piece(body=long), simulator)
    assert "kênh Zalo nhận tối đa 50.000" in said
    assert "dẫn liên kết tới bài đầy đủ" in said

    body = published(piece(body="\n\n".join([paragraph] * 430)), simulator)["body"]
    assert [block["content"] for block in body if block["type"] == "text"] == [paragraph] * 430


def test_tables_lists_quotes_and_links_are_read_as_text(simulator: Running) -> None:
    source = (
        "## Bốn bước\n\n1. Mở [Cổng dịch vụ công](https://dichvucong.gov.vn)\n2. Đăng nhập\n   - bằng VNeID\n\n"
        "> Không phải đi lại\n\n| Ngày | Nơi |\n|---|---|\n| 12/3 | Bến Lức |\n| 13/3 | Cần Đước |\n\n"
        "Kết **quan trọng** &amp; `mã` <script>x</script>"
    )
    blocks = [block["content"] for block in published(piece(body=source), simulator)["body"]]
    text = "\n".join(blocks)
    assert "BỐN BƯỚC" in text
    assert "Cổng dịch vụ công (dichvucong.gov.vn)" in text or "(https://dichvucong.gov.vn)" in text
    assert "“Không phải đi lại”" in text
    assert "12/3: Bến Lức" in text
    assert not any(sign in text for sign in ("**", "##", "|", "<", "&amp;", "]("))


class Portal:
    """Serves pictures under any path whose last part names a file it has, to anybody."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request.environ["REQUEST_URI"])
        data = self.files.get(request.path.rpartition("/")[2])
        return Response(data, content_type="image/jpeg") if data else Response(status=404)


@pytest.fixture
def portal() -> Iterator[tuple[str, Portal]]:
    one = Portal()
    server = make_server("127.0.0.1", 0, Request.application(one.answer), threaded=True)
    with serving(server):
        yield f"http://127.0.0.1:{server.port}", one


def noise(width: int, height: int, form: str = "PNG") -> bytes:
    out = BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(out, form)
    return out.getvalue()


@pytest.mark.parametrize(("width", "height"), [(2400, 1700), (700, 6000)])
def test_a_picture_of_five_megabytes_goes_out_light(
    simulator: Running, portal: tuple[str, Portal], width: int, height: int
) -> None:
    data = noise(width, height)
    assert len(data) > 5_000_000
    url, sha = f"{portal[0]}/ảnh phóng sự", "cd" * 32
    heavy = picture(sha256=sha, mime="image/png", width=width, height=height, size=len(data),
                    url=f"{url}/{sha}.png", read=lambda: data)  # fmt: skip
    made = piece(cover=heavy, kind=StoryKind.INFOGRAPHIC if height > width else StoryKind.ARTICLE)
    for file in ZaloOa().render(made, settings_for(simulator.url)).files:
        assert file.size <= 950_000
        portal[1].files[f"{file.sha256}.jpg"] = file.data
    payload = published(made, simulator)
    shown = [payload["cover"]["photo_url"], *(block["url"] for block in payload["body"] if block["type"] == "image")]
    assert all("/%E1%BA%A3nh%20ph%C3%B3ng%20s%E1%BB%B1/" in address for address in shown)
    assert {address.rpartition("/")[2] for address in shown} <= set(portal[1].files)


def test_a_picture_address_with_vietnamese_letters_is_fetched_as_it_is_meant(
    simulator: Running, portal: tuple[str, Portal]
) -> None:
    url, one = portal
    one.files["bìa.jpg"] = noise(640, 360, "JPEG")
    light = picture(url=f"{url}/Ảnh của tỉnh/bìa.jpg?cỡ=lớn", size=len(one.files["bìa.jpg"]))
    assert published(piece(cover=light), simulator)["cover"]["photo_url"].isascii()
    assert one.asked == ["/%E1%BA%A2nh%20c%E1%BB%A7a%20t%E1%BB%89nh/b%C3%ACa.jpg?c%E1%BB%A1=l%E1%BB%9Bn"]


def test_a_picture_that_nobody_can_remake_or_reach_is_refused(simulator: Running) -> None:
    heavy = picture(size=5_000_000, url="https://tinh.example.vn/bia.jpg")
    assert "không phải JPEG hoặc PNG dưới 1 MB" in refusals(piece(cover=heavy), simulator)[0]
    nowhere = refusals(piece(cover=picture(url="/media/a.jpg")), simulator)
    assert "Zalo không mở được ảnh" in nowhere[0]
    assert "không nhận bài không có ảnh bìa" in refusals(piece(cover=None), simulator)[0]

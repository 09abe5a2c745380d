"""A rendition is the frames themselves: drawn once, shown in preview, played on the board."""

from dataclasses import replace
from io import BytesIO

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from channels import registry
from channels.contract import Piece, PullAdapter, RenditionFile, Service, StoryKind
from channels.led_board.settings import Settings
from tests.channels.led_board.stories import ADAPTER, ARTICLE, NOTICE, SLOGAN, cover

SETTINGS = Settings()


def texts(piece: Piece, settings: Settings = SETTINGS) -> list[str]:
    return [page["text"] for page in ADAPTER.render(piece, settings).document["pages"]]


def test_the_registry_finds_the_adapter_as_a_pull_kind() -> None:
    assert isinstance(registry.pull("led_board"), PullAdapter)
    assert registry.pull("led_board").evidence == "play"


@pytest.mark.parametrize(
    ("piece", "shown"),
    [
        (ARTICLE, ["Nộp hồ sơ từ nhà: giảm nửa lệ phí\nNgười dân có VNeID mức 2 nộp được ngay."]),
        (NOTICE, ["Tổng đài 1022\n1022.longan.example\nHỗ trợ: 0272 1022\nSố 1 Đường 3/2"]),
        (replace(NOTICE, service=Service("", "", "Tổng đài 1022")), ["Tổng đài 1022\nTổng đài 1022"]),
        (SLOGAN, ["Mỗi người dân là một công dân số"]),
    ],
)
def test_each_kind_shows_what_it_is_about(piece: Piece, shown: list[str]) -> None:
    assert texts(piece) == shown


def test_a_summary_without_room_is_left_out_whole_and_never_cut() -> None:
    assert texts(replace(ARTICLE, summary="Câu dài. " * 90)) == [ARTICLE.title]
    assert texts(ARTICLE, Settings(show_summary=False)) == [ARTICLE.title]


def test_pages_and_files_go_together_at_the_boards_pixels() -> None:
    small = Settings(width=128, height=64)
    rendition = ADAPTER.render(NOTICE, small)
    pages = rendition.document["pages"]
    assert len(pages) == len(rendition.files) > 1
    for page, file in zip(pages, rendition.files, strict=True):
        assert (page["sha256"], page["bytes"]) == (file.sha256, file.size)
        assert Image.open(BytesIO(file.data)).size == (128, 64)
        assert 4000 <= page["dwell_ms"] <= 20_000


def test_equal_pieces_give_equal_renditions_and_another_word_another_one() -> None:
    assert ADAPTER.render(NOTICE, SETTINGS).sha256 == ADAPTER.render(replace(NOTICE), SETTINGS).sha256
    assert ADAPTER.render(replace(NOTICE, service=Service("1022", "", "1022")), SETTINGS) != ADAPTER.render(
        NOTICE, SETTINGS
    )


def test_only_what_introduces_a_service_is_evergreen() -> None:
    assert [ADAPTER.render(piece, SETTINGS).document["evergreen"] for piece in (NOTICE, ARTICLE, SLOGAN)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        ({}, "https://1022.longan.example/"),
        ({"show_qr": False}, ""),
        ({"viewing_m": 60}, ""),
        ({"width": 128, "height": 64}, ""),
        ({"pitch_mm": 2}, ""),
    ],
)
def test_a_notice_has_a_qr_code_only_where_a_phone_can_read_it(changes: dict[str, object], link: str) -> None:
    assert ADAPTER.render(NOTICE, Settings.model_validate(changes)).document["link"] == link


def test_a_screen_shows_the_infographic_itself_and_a_small_board_its_title() -> None:
    out = BytesIO()
    Image.new("RGB", (108, 135), "#ff0000").save(out, "PNG")
    piece = replace(ARTICLE, kind=StoryKind.INFOGRAPHIC, cover=cover(out.getvalue()), summary="")
    screen = ADAPTER.render(piece, Settings(width=1280, height=720, pitch_mm=1))
    assert Image.open(BytesIO(screen.files[0].data)).getpixel((1270, 360)) == (255, 0, 0)
    assert texts(piece) == [ARTICLE.title]


def test_the_preview_shows_the_frames_with_their_words_for_people_who_cannot_see_them() -> None:
    loader = Environment(
        loader=FileSystemLoader("channels/led_board/templates"), autoescape=True, undefined=StrictUndefined
    )
    rendition = ADAPTER.render(
        replace(NOTICE, service=Service('<b>"1022"', "", "1022")), Settings(width=128, height=64)
    )

    def address(file: RenditionFile) -> str:
        return f"/media/{file.sha256}.png"

    html = loader.get_template("preview.html").render(
        rendition=rendition, file_url=address, _=lambda text, **values: text % values
    )
    assert all(f'src="/media/{file.sha256}.png"' in html for file in rendition.files)
    assert "&lt;b&gt;" in html
    assert "128 × 64 điểm ảnh" in html
    assert "<b>" not in html
    assert "style=" not in html

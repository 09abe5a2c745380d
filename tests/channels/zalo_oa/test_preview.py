"""The preview: the article as on a phone, from the same rendition that is sent."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import channels.zalo_oa
from channels.contract import Piece, RenditionFile
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.settings import Settings
from tests.channels.zalo_oa.driving import picture, piece
from tests.channels.zalo_oa.test_cuts import titled
from tests.channels.zalo_oa.test_pictures import drawn

FOLDER = Path(channels.zalo_oa.__file__).parent / "templates"


def preview(made: Piece, **change: object) -> str:
    def file_url(file: RenditionFile) -> str:
        return f"/xem-truoc/{file.sha256}"

    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    settings = Settings(api_url="https://openapi.zalo.me", oa_name="OA").model_copy(update=change)
    rendition = ZaloOa().render(made, settings)
    return environment.get_template("preview.html").render(rendition=rendition, file_url=file_url, _=lambda text: text)


def test_it_shows_what_is_sent_and_what_was_cut() -> None:
    html = preview(piece(title=titled(160)))
    assert "…</h3>" in html
    assert titled(160) in html
    assert "Bước một: mở Cổng dịch vụ công." in html


def test_nothing_is_said_about_cuts_when_there_are_none() -> None:
    assert "dk-zalo-cuts" not in preview(piece())


def test_a_remade_picture_is_shown_from_the_rendition() -> None:
    html = preview(piece(cover=drawn(800, 450, "WEBP", "b1" * 32)))
    assert 'src="/xem-truoc/' in html
    assert ".webp" not in html


def test_a_text_cannot_bring_its_own_html() -> None:
    html = preview(piece(title="<script>1</script>", body="Chữ <b onclick=x>đậm</b>", cover=picture(caption='"><i>')))
    assert "<script>" not in html
    assert "onclick" not in html


@pytest.mark.parametrize("mark", ["<script", "style=", "onload="])
def test_it_needs_no_inline_code(mark: str) -> None:
    assert mark not in preview(piece())


def test_html_mode_shows_words_and_no_tags() -> None:
    html = preview(piece(body="- **một**\n- hai"), html_body=True)
    assert "&lt;" not in html
    assert "• một<br>" in html


def test_lists_tables_and_verses_stand_in_lines_as_in_the_article() -> None:
    html = preview(piece(body="- một\n  - nửa\n- hai\n\n| A | B |\n|---|---|\n| x | y |\n\nCâu sáu\ncâu tám"))
    for lines in ("• một<br>\u2003– nửa<br>• hai", "A – B:<br>• x: y", "Câu sáu<br>câu tám"):
        assert lines in html

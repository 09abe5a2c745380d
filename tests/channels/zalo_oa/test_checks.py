"""What an editor is told before approval, and what the article then is."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from channels.contract import Piece, PushAdapter, Service, Severity, StoryKind
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.settings import Settings
from channels.zalo_oa.simulator.answers import Refused
from channels.zalo_oa.simulator.rules import require_article
from tests.channels.zalo_oa.driving import engine, picture, piece
from tests.channels.zalo_oa.running import Running
from tests.channels.zalo_oa.test_cuts import titled

REAL = Settings(api_url="https://openapi.zalo.me", oauth_url="https://oauth.zaloapp.com", oa_name="OA tỉnh Mẫu")


def said(made: Piece, settings: Settings = REAL) -> list[tuple[str, str]]:
    return [(finding.severity.value, finding.field) for finding in ZaloOa().check(made, settings)]


def words(made: Piece, settings: Settings = REAL) -> str:
    return " ".join(f"{finding.message} {finding.remedy}" for finding in ZaloOa().check(made, settings))


def test_a_good_piece_raises_nothing() -> None:
    assert said(piece()) == []


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"title": " "}, [("error", "title")]),
        ({"title": titled(141)}, [("warning", "title")]),
        ({"title": titled(140)}, []),
        ({"summary": ""}, [("warning", "summary")]),
        ({"summary": "", "body": ""}, [("error", "summary"), ("error", "body")]),
        ({"summary": titled(251)}, [("warning", "summary")]),
        ({"body": ""}, [("error", "body")]),
        ({"body": "***"}, [("error", "body")]),
        ({"body": "Một câu.\n\n" * 1_400}, [("warning", "body")]),
        ({"body": "x" * 60_000}, [("error", "body")]),
        ({"body": "Chữ.\n\n![x](https://noi-khac.vn/a.jpg)"}, [("warning", "body")]),
        ({"cover": None}, [("error", "cover")]),
        ({"cover": picture(mime="image/webp")}, [("warning", "cover")]),
        ({"cover": picture(size=5_000_000)}, [("warning", "cover")]),
        ({"cover": picture(size=5_000_000, url="https://tinh.example.vn/bia.jpg")}, [("error", "cover")]),
        ({"cover": picture(url="http://127.0.0.1:8000/media/a.jpg")}, [("error", "cover")]),
        ({"cover": picture(url="http://tinh.example.vn/media/a.jpg")}, [("warning", "cover")]),
        ({"cover": picture(url="http://192.168.1.9/media/a.jpg")}, [("error", "cover")]),
        ({"cover": None, "pictures": (picture(size=2_000_000),)}, [("warning", "pictures")]),
        ({"kind": StoryKind.SLOGAN}, [("error", "kind")]),
        ({"kind": StoryKind.INFOGRAPHIC, "cover": None}, [("error", "cover"), ("error", "pictures")]),
    ],
)
def test_findings(change: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    assert said(piece(**change)) == wanted


def test_the_cut_is_shown_to_the_editor() -> None:
    text = words(piece(title=titled(151)))
    assert "Tiêu đề dài 151 ký tự" in text
    assert "…”" in text
    assert "tối đa 140 ký tự" in text


def test_a_default_cover_stands_in() -> None:
    settings = REAL.model_copy(update={"default_cover": "https://tinh.example.vn/bia.png"})
    assert said(piece(cover=None), settings) == []
    document = ZaloOa().render(piece(cover=None), settings).document
    assert document["article"]["cover"]["photo_url"] == "https://tinh.example.vn/bia.png"


def test_an_author_is_found_or_asked_for() -> None:
    nameless = piece(byline="", unit="")
    assert said(nameless, REAL.model_copy(update={"oa_name": ""})) == [("error", "byline")]
    for settings, wanted in (
        (REAL, "OA tỉnh Mẫu"),
        (REAL.model_copy(update={"author": "Ban biên tập"}), "Ban biên tập"),
    ):
        assert ZaloOa().render(nameless, settings).document["article"]["author"] == wanted


def test_an_address_with_vietnamese_letters_is_encoded() -> None:
    odd = picture(url=f"https://tinh.example.vn/ảnh bìa/{'ab' * 32}.jpg")
    article = ZaloOa().render(piece(cover=odd), REAL).document["article"]
    assert article["cover"]["photo_url"].startswith("https://tinh.example.vn/%E1%BA%A3nh%20b%C3%ACa/")


def test_a_notice_names_its_service() -> None:
    service = Service("Khai sinh trực tuyến", "https://dichvucong.gov.vn", "1022", "UBND xã Mẫu")
    notice = piece(kind=StoryKind.NOTICE, summary="", body="", service=service)
    assert said(notice) == [("warning", "summary")]
    assert ZaloOa().render(notice, REAL).document["article"]["body"] == [
        {
            "type": "text",
            "content": "Dịch vụ: Khai sinh trực tuyến\nĐịa chỉ: https://dichvucong.gov.vn\n"
            "Hỗ trợ: 1022\nNơi tiếp nhận: UBND xã Mẫu",
        }
    ]


@pytest.mark.parametrize(
    "change",
    [
        {},
        *({"title": titled(count)} for count in (149, 150, 151)),
        {"title": unicodedata.normalize("NFD", titled(150))},
        {"title": "Chuyển đổi số 👍👨‍👩‍👧 " * 9},
        {"summary": titled(300)},
        {"body": "x" * 49_000},
        {"byline": "Nguyễn Thị Ngọc Diệp, Trần Văn Mẫu và nhóm phóng viên thời sự"},
        {"kind": StoryKind.NOTICE, "service": Service("Khai sinh")},
        {"url": ""},
    ],
)
def test_whatever_passes_the_check_passes_zalos_rules(change: dict[str, Any]) -> None:
    made = piece(**change)
    assert "error" not in [severity for severity, _ in said(made)]
    require_article(ZaloOa().render(made, REAL).document["article"])


def test_the_simulators_rules_would_have_caught_an_uncut_title() -> None:
    article = dict(ZaloOa().render(piece(), REAL).document["article"]) | {"title": titled(150)}
    with pytest.raises(Refused):
        require_article(article)


def test_a_rendition_is_the_same_every_time_and_holds_no_secret(simulator: Running) -> None:
    first, second = (ZaloOa().render(piece(), REAL) for _ in range(2))
    assert first == second
    assert first.sha256 == second.sha256
    assert "access_token" not in str(first.document)
    assert engine(simulator).run() == "live"


def test_the_marker_tells_stories_and_revisions_apart() -> None:
    links = {
        ZaloOa().render(replace(piece(), story_id=story, revision=revision), REAL).document["article"]["tracking_link"]
        for story, revision in ((7, 1), (7, 2), (71, 1))
    }
    assert len(links) == 3


def test_the_adapter_is_a_push_adapter() -> None:
    assert isinstance(ZaloOa(), PushAdapter)
    assert {Severity.ERROR.value} == {severity for severity, _ in said(piece(kind=StoryKind.SLOGAN))}


@pytest.mark.parametrize(("url", "wanted"), [("http://127.0.0.1:9000", True), ("https://openapi.zalo.me/", False)])
def test_a_simulator_is_recognised(url: str, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAKENH_ZALO_API_URL", url)
    assert ZaloOa().is_simulated(Settings()) is wanted
    assert not Settings().api_url.endswith("/")


def test_without_the_environment_it_is_zalo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAKENH_ZALO_API_URL", raising=False)
    monkeypatch.delenv("DAKENH_ZALO_OAUTH_URL", raising=False)
    assert (Settings().api_url, Settings().oauth_url) == ("https://openapi.zalo.me", "https://oauth.zaloapp.com")

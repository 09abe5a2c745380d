"""An editor hears before approval what a board has no room for, which text it is and by how much."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from channels.contract import Piece, Service, Severity, StoryKind
from channels.led_board.settings import Settings
from tests.channels.led_board.stories import ADAPTER, ARTICLE, NOTICE, SLOGAN, cover

SMALL, LARGE = Settings(width=128, height=64), Settings(width=512, height=256)
LONG = "Người dân nộp hồ sơ trực tuyến tại nhà rồi nhận kết quả qua bưu chính. "


@pytest.mark.parametrize("piece", [ARTICLE, NOTICE, SLOGAN], ids=lambda piece: piece.kind)
def test_a_piece_that_fits_is_let_through_in_silence(piece: Piece) -> None:
    assert ADAPTER.check(piece, LARGE) == ()


@pytest.mark.parametrize(
    ("piece", "settings", "severity", "field", "said"),
    [
        (replace(ARTICLE, title=" "), LARGE, "error", "title", "chưa có tiêu đề"),
        (replace(ARTICLE, title="Tin 😀"), LARGE, "error", "title", "“😀”"),
        (replace(ARTICLE, summary="Xem → đây"), LARGE, "error", "summary", "“→”"),
        (replace(ARTICLE, title=LONG * 4, summary=""), SMALL, "error", "title", "khoảng "),
        (replace(ARTICLE, summary=LONG * 6), LARGE, "warning", "summary", "chỉ hiện tiêu đề"),
        (replace(NOTICE, title="", service=Service(hotline="1022")), LARGE, "error", "service", "chưa có tên dịch vụ"),
        (replace(NOTICE, service=Service("Tổng đài")), LARGE, "error", "service", "không biết tìm dịch vụ ở đâu"),
        (replace(NOTICE, service=Service("1022", "a.vn")), LARGE, "warning", "service", "chưa có số điện thoại"),
        (replace(NOTICE, service=Service("1022", "", "gọi ngay")), LARGE, "error", "service", "không có chữ số"),
        (
            replace(NOTICE, service=Service("1022", "", "0272382102220272382")),
            Settings(width=96, height=48),
            "error",
            "service",
            "“0272382102220272382” dài hơn chỗ của bảng",
        ),
        (replace(ARTICLE, kind=StoryKind.INFOGRAPHIC, cover=cover(b"")), LARGE, "warning", "cover", "chỉ hiện tiêu đề"),
        (
            replace(ARTICLE, title=LONG * 2 + LONG[:40], summary=""),
            Settings(width=128, height=64, road_facing=True),
            "warning",
            "title",
            "3 trang",
        ),
    ],
)
def test_what_hurts_is_said_with_its_field_and_a_remedy(
    piece: Piece, settings: Settings, severity: str, field: str, said: str
) -> None:
    found = ADAPTER.check(piece, settings)
    assert [(str(one.severity), one.field) for one in found] == [(severity, field)]
    assert said in str(found[0].message)
    assert str(found[0].remedy).startswith(("Hãy ", "Nên "))


def test_what_is_said_to_be_too_much_is_about_what_has_to_go() -> None:
    finding = ADAPTER.check(replace(ARTICLE, title=LONG * 4, summary=""), SMALL)[0]
    excess = int(str(finding.message.values["excess"]))
    assert ADAPTER.check(replace(ARTICLE, title=(LONG * 4)[: -excess - 25], summary=""), SMALL) == ()


def test_errors_of_check_are_exactly_what_render_refuses() -> None:
    for length in range(20, 300, 20):
        piece = replace(ARTICLE, title=(LONG * 5)[:length], summary="")
        if any(one.severity is Severity.ERROR for one in ADAPTER.check(piece, SMALL)):
            with pytest.raises(Exception, match="dài hơn"):
                ADAPTER.render(piece, SMALL)
        else:
            assert ADAPTER.render(piece, SMALL).files


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"evergreen_texts": [LONG * 2], "width": 64, "height": 32}, "bảng không đủ chỗ"),
        ({"evergreen_texts": ["Chào 😀"]}, "không hiện được ký tự “😀”"),
        ({"opens": "25:00"}, "pattern"),
        ({"width": 10}, "greater than or equal to 64"),
        ({"sang": 1}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused_when_they_are_entered(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings.model_validate(values)


def test_every_setting_explains_itself_to_the_admin() -> None:
    assert all(field.title and field.description for field in Settings.model_fields.values())

"""The quota board as people see it: what it shows, for whom, and how it is filtered."""

import csv
import io
import re

import pytest
from flask import Flask

from cms.core.database import db
from cms.models.roles import Role
from cms.models.story_states import StoryState
from scheduler.decisions.states import DeliveryState
from tests.cms.newsroom import counted, visitor
from tests.cms.quotas.pages import WEEK, browser, cell_address, cell_of, on_sqlite, page, words
from tests.cms.quotas.province import Province, at


@on_sqlite
def test_only_signed_in_people_see_the_board(app: Flask, there: Province) -> None:
    for address in ("/quotas", "/quotas.csv", "/plans", f"/quotas/{there.quotas['1'].id}/bao"):
        answer = visitor(app).get(address)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]


@on_sqlite
def test_a_cell_tells_figure_word_icon_and_tone(app: Flask, there: Province) -> None:
    there.on("bao", "newspaper", "2026-11-17")
    there.on("so", "portal", "2026-11-17")
    html = page(browser(app, there, Role.VIEWER), "/quotas")
    assert cell_of(html, there, "1", "bao") == "q q-plan 1/2 Kịp tiến độ"
    assert cell_of(html, there, "3", "so") == "q q-good 1/1 Đạt"
    assert cell_of(html, there, "4", "so") == "q q-bad 0/7 ngày Không đạt"
    assert cell_of(html, there, "3-zalo", "so") == "q q-draft 0 Thường xuyên"
    assert cell_of(html, there, "5-truong", "so") == "q q-draft 0 Theo tỷ lệ"
    assert cell_of(html, there, "1", "so") == ""
    assert "#x-circle" in html
    assert "#check-circle" in html


@on_sqlite
def test_a_cell_tells_what_is_on_its_way_and_what_was_called_back(app: Flask, there: Province) -> None:
    channel = there.channel("bao", "newspaper")
    there.delivery(there.story(), channel, at("2026-11-20"), DeliveryState.SCHEDULED)
    there.delivery(there.story(), channel, at("2026-11-16"), DeliveryState.WITHDRAWN)
    html = page(browser(app, there, Role.VIEWER), "/quotas")
    assert cell_of(html, there, "1", "bao") == "q q-plan 0/2 Kịp tiến độ +1 đã lên lịch −1 đã thu hồi"


@on_sqlite
def test_heads_sum_up_how_many_units_stand_where(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER), "/quotas?period=2026")
    head = next(one for one in re.findall(r"<th scope=\"col\"[^>]*>.*?</th>", html, re.S) if "5-nam" in one)
    assert words(head) == "5-nam 1 mỗi năm tin về an toàn 2 cần 50%"
    assert "Có nguy cơ" in head


@on_sqlite
def test_the_period_is_switched_and_stepped(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER), f"/quotas?period={WEEK}&unit=bao")
    links = re.findall(r'href="(/quotas\?[^"]*)"', html)
    for period in ("2026-W46", "2026-W48", "2026-11", "2026-Q4", "2026"):
        assert f"/quotas?period={period}&unit=bao" in links
    assert "Tuần 47, 16–22/11/2026" in html
    earlier = page(browser(app, there, Role.VIEWER, "so"), "/quotas?period=2026-03")
    assert "Tuần này" in earlier


@on_sqlite
def test_the_board_is_filtered_by_unit_and_group(app: Flask, there: Province) -> None:
    client = browser(app, there, Role.VIEWER)
    html = page(client, "/quotas?unit=huyen-b")
    assert re.findall(r'<th scope="row">([^<]+)</th>', html) == ["UBND huyện Bình", "UBND xã Bình"]
    assert "Không có chỉ tiêu nào khớp" in page(client, "/quotas?group=khac")


@on_sqlite
def test_people_see_their_own_units_only(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.EDITOR, "huyen-b"), "/quotas")
    assert "UBND huyện Bình" in html
    assert "Báo Sông Vàm" not in html
    answer = browser(app, there, Role.VIEWER, "bao").get(f"/quotas/{there.quotas['3'].id}/so")
    assert answer.status_code == 404


@on_sqlite
def test_the_list_of_those_behind_is_sorted_by_the_time_that_is_left(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER), "/quotas?status=behind")
    rows = [words(row) for row in re.findall(r"<tr>(.*?)</tr>", html, re.S)[1:]]
    assert all("Có nguy cơ" in row or "Không đạt" in row for row in rows)
    left = [re.search(r"(còn|quá hạn) .*$", row)[0] for row in rows]  # type: ignore[index]
    assert left[0] == "còn 4 ngày"
    assert [one.startswith("còn") for one in left] == sorted([one.startswith("còn") for one in left], reverse=True)
    assert "Cần thêm 1 tin, bài trước khi hết" in html


@on_sqlite
@pytest.mark.parametrize("status", ["met", "on_track", "at_risk", "missed", "no_number", "upcoming", "not_applicable"])
def test_every_status_can_be_asked_for(app: Flask, there: Province, status: str) -> None:
    page(browser(app, there, Role.VIEWER), f"/quotas?status={status}")


@on_sqlite
@pytest.mark.parametrize(
    ("address", "status", "about"),
    [
        ("/quotas?status=abc", 422, "tình trạng"),
        ("/quotas?period=abc", 422, "kỳ"),
        ("/quotas?unit=abc", 404, "đơn vị"),
        ("/quotas/1/abc", 404, "chỉ tiêu"),
        ("/plans/abc", 404, "kế hoạch"),
    ],
)
def test_what_makes_no_sense_is_answered_by_a_sentence(
    app: Flask, there: Province, address: str, status: int, about: str
) -> None:
    assert about in page(browser(app, there, Role.VIEWER), address, status)


@on_sqlite
def test_without_a_plan_the_board_says_so(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER), "/quotas?period=2024-W10")
    assert "Không có kế hoạch nào áp dụng trong kỳ này." in html


@on_sqlite
def test_the_board_for_a_spreadsheet_holds_every_cell_and_no_formula(app: Flask, there: Province) -> None:
    there.units["bao"].name = '=HYPERLINK("http://x.example")'
    db.session.commit()
    answer = browser(app, there, Role.VIEWER).get(f"/quotas.csv?period={WEEK}&unit=bao")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="chi-tieu-2026-W47.csv"'
    assert answer.mimetype == "text/csv"
    text = answer.data.decode()
    assert text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert lines[1][:9] == [
        "Sông Vàm 2026", "1", "1", "bài viết", "bao", "'=HYPERLINK(\"http://x.example\")", WEEK, "2", "0",
    ]  # fmt: skip
    assert all(not cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)


def test_a_page_asks_the_same_number_of_queries_whatever_there_is(app: Flask, there: Province) -> None:
    client = browser(app, there, Role.ADMIN)
    page(client, "/quotas")
    with counted() as few:
        page(client, "/quotas")
    for number in range(5):
        there.on("bao", "newspaper", f"2026-11-{14 + number}")
        there.on("so", "led_board", f"2026-11-{14 + number}", "led_board", kind="notice", topics=("cong-thong-tin",))
        there.story("bao", state=StoryState.SUBMITTED)
    with counted() as many:
        page(client, "/quotas")
    assert len(many) == len(few)


def test_the_pages_are_told_in_english_too(app: Flask, there: Province) -> None:
    client = browser(app, there, Role.VIEWER)
    client.set_cookie("language", "en")
    for address in ("/quotas", "/quotas?status=behind", "/plans", cell_address(there, "4", "so")):
        page(client, address)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/chi-tieu", "/quotas"),
        ("/chi-tieu?period=2026-W47&unit=3", "/quotas?period=2026-W47&unit=3"),
        ("/chi-tieu.csv?period=2026-W47", "/quotas.csv?period=2026-W47"),
        ("/chi-tieu/5/bao", "/quotas/5/bao"),
        ("/ke-hoach/song-vam-2026", "/plans/song-vam-2026"),
    ],
)
def test_an_address_of_before_leads_to_the_page(app: Flask, old: str, new: str) -> None:
    answer = visitor(app).get(old)
    assert (answer.status_code, answer.headers["Location"]) == (308, new)


@pytest.mark.parametrize("nowhere", ["/chi-tieux", "/ke-hoachs/1", "/chi"])
def test_what_only_begins_alike_leads_nowhere(app: Flask, nowhere: str) -> None:
    assert visitor(app).get(nowhere).status_code == 404

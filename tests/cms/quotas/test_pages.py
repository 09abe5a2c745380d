"""The pages of quotas and plans as people see them: what they show, for whom, and what their forms do."""

import csv
import io
import re
from datetime import date
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from cms.database import db
from cms.people.permissions import Role
from cms.quotas.tables import ManualRecord, Plan
from cms.stories.states import StoryState
from scheduler.states import DeliveryState
from scheduler.tables import Delivery
from tests.cms.newsroom import Browser, approved, counted, person, sign_in, visitor
from tests.cms.quotas.province import PLAN, Province, at, prepare
from tests.conftest import Clock

WEEK = "2026-W47"
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def there(app: Flask, clock: Clock) -> Province:
    """The province in the application's own database, on Wednesday noon."""
    clock.at = at("2026-11-18", "12:00")
    prepare(db.session())
    return Province.of(db.session())


def browser(app: Flask, province: Province, role: Role, unit: str = "tinh") -> Browser:
    return sign_in(app, person(f"{role.value}-{unit}", (role, province.units[unit])))


def page(client: Browser, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def words(html: str) -> str:
    """What a reader sees: no tags, single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def cell_of(html: str, province: Province, quota: str, unit: str) -> str:
    """The board's cell, as its reader sees it; empty if there is none."""
    address = f"/chi-tieu/{province.quotas[quota].id}/{unit}?period="
    found = re.search(rf'<td class="([^"]+)"[^>]*><a href="{re.escape(address)}[^"]*">(.*?)</a></td>', html)
    return f"{found[1]} {words(found[2])}" if found else ""


@on_sqlite
def test_only_signed_in_people_see_the_board(app: Flask, there: Province) -> None:
    for address in ("/chi-tieu", "/chi-tieu.csv", "/ke-hoach", f"/chi-tieu/{there.quotas['1'].id}/bao"):
        answer = visitor(app).get(address)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]


@on_sqlite
def test_a_cell_tells_figure_word_icon_and_tone(app: Flask, there: Province) -> None:
    there.on("bao", "newspaper", "2026-11-17")
    there.on("so", "portal", "2026-11-17")
    html = page(browser(app, there, Role.VIEWER), "/chi-tieu")
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
    html = page(browser(app, there, Role.VIEWER), "/chi-tieu")
    assert cell_of(html, there, "1", "bao") == "q q-plan 0/2 Kịp tiến độ +1 đã lên lịch −1 đã thu hồi"


@on_sqlite
def test_heads_sum_up_how_many_units_stand_where(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER), "/chi-tieu?period=2026")
    head = next(one for one in re.findall(r"<th scope=\"col\"[^>]*>.*?</th>", html, re.S) if "5-nam" in one)
    assert words(head) == "5-nam 1 mỗi năm tin về an toàn 2 cần 50%"
    assert "Có nguy cơ" in head


@on_sqlite
def test_the_period_is_switched_and_stepped(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER), f"/chi-tieu?period={WEEK}&unit=bao")
    links = re.findall(r'href="(/chi-tieu\?[^"]*)"', html)
    for period in ("2026-W46", "2026-W48", "2026-11", "2026-Q4", "2026"):
        assert f"/chi-tieu?period={period}&unit=bao" in links
    assert "Tuần 47, 16–22/11/2026" in html
    earlier = page(browser(app, there, Role.VIEWER, "so"), "/chi-tieu?period=2026-03")
    assert "Tuần này" in earlier


@on_sqlite
def test_the_board_is_filtered_by_unit_and_group(app: Flask, there: Province) -> None:
    client = browser(app, there, Role.VIEWER)
    html = page(client, "/chi-tieu?unit=huyen-b")
    assert re.findall(r'<th scope="row">([^<]+)</th>', html) == ["UBND huyện Bình", "UBND xã Bình"]
    assert "Không có chỉ tiêu nào khớp" in page(client, "/chi-tieu?group=khac")


@on_sqlite
def test_people_see_their_own_units_only(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.EDITOR, "huyen-b"), "/chi-tieu")
    assert "UBND huyện Bình" in html
    assert "Báo Sông Vàm" not in html
    answer = browser(app, there, Role.VIEWER, "bao").get(f"/chi-tieu/{there.quotas['3'].id}/so")
    assert answer.status_code == 404


@on_sqlite
def test_the_list_of_those_behind_is_sorted_by_the_time_that_is_left(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER), "/chi-tieu?status=behind")
    rows = [words(row) for row in re.findall(r"<tr>(.*?)</tr>", html, re.S)[1:]]
    assert all("Có nguy cơ" in row or "Không đạt" in row for row in rows)
    left = [re.search(r"(còn|quá hạn) .*$", row)[0] for row in rows]  # type: ignore[index]
    assert left[0] == "còn 4 ngày"
    assert [one.startswith("còn") for one in left] == sorted([one.startswith("còn") for one in left], reverse=True)
    assert "Cần thêm 1 tin, bài trước khi hết" in html


@on_sqlite
@pytest.mark.parametrize("status", ["met", "on_track", "at_risk", "missed", "no_number", "upcoming", "not_applicable"])
def test_every_status_can_be_asked_for(app: Flask, there: Province, status: str) -> None:
    page(browser(app, there, Role.VIEWER), f"/chi-tieu?status={status}")


@on_sqlite
@pytest.mark.parametrize(
    ("address", "status", "about"),
    [
        ("/chi-tieu?status=abc", 422, "tình trạng"),
        ("/chi-tieu?period=abc", 422, "kỳ"),
        ("/chi-tieu?unit=abc", 404, "đơn vị"),
        ("/chi-tieu/1/abc", 404, "chỉ tiêu"),
        ("/ke-hoach/abc", 404, "kế hoạch"),
    ],
)
def test_what_makes_no_sense_is_answered_by_a_sentence(
    app: Flask, there: Province, address: str, status: int, about: str
) -> None:
    assert about in page(browser(app, there, Role.VIEWER), address, status)


@on_sqlite
def test_without_a_plan_the_board_says_so(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER), "/chi-tieu?period=2024-W10")
    assert "Không có kế hoạch nào áp dụng trong kỳ này." in html


@on_sqlite
def test_the_board_for_a_spreadsheet_holds_every_cell_and_no_formula(app: Flask, there: Province) -> None:
    there.units["bao"].name = '=HYPERLINK("http://x.example")'
    db.session.commit()
    answer = browser(app, there, Role.VIEWER).get(f"/chi-tieu.csv?period={WEEK}&unit=bao")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="chi-tieu-2026-W47.csv"'
    assert answer.mimetype == "text/csv"
    text = answer.data.decode()
    assert text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert lines[1][:9] == [
        "Sông Vàm 2026", "1", "1", "bài viết", "bao", "'=HYPERLINK(\"http://x.example\")", WEEK, "2", "0",
    ]  # fmt: skip
    assert all(not cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)


# One number opened.


def cell_address(province: Province, quota: str, unit: str, more: str = "") -> str:
    return f"/chi-tieu/{province.quotas[quota].id}/{unit}{more}"


@on_sqlite
def test_a_cell_lists_its_items_with_their_evidence(app: Flask, there: Province) -> None:
    live = there.on("bao", "newspaper", "2026-11-17", title="Nộp hồ sơ từ nhà")
    live.link = "https://bao.example/1"
    db.session.commit()
    html = page(browser(app, there, Role.EDITOR, "bao"), cell_address(there, "1", "bao"))
    for there_is in (f"/stories/{live.story_id}", f"/deliveries/{live.id}", "https://bao.example/1"):
        assert f'href="{there_is}"' in html
    text = words(html)
    assert "1/2 Kịp tiến độ" in text
    assert "09:00 17/11/2026 GMT+7 Nộp hồ sơ từ nhà Kênh newspaper của bao" in text
    assert "Cần thêm 1 tin, bài trước khi hết Chủ nhật 22/11/2026" in text
    assert "Còn 4 ngày." in text


@on_sqlite
def test_a_cell_says_what_no_longer_counts(app: Flask, there: Province) -> None:
    channel = there.channel("bao", "newspaper")
    there.delivery(there.story(), channel, at("2026-11-17"), DeliveryState.WITHDRAWN, reason="Sai số liệu")
    text = words(page(browser(app, there, Role.VIEWER), cell_address(there, "1", "bao")))
    assert "đã thu hồi – không còn được tính: Sai số liệu" in text
    assert "1 tin, bài đã thu hồi nên không còn được tính." in text


@on_sqlite
def test_a_cell_tells_how_it_is_counted(app: Flask, there: Province) -> None:
    text = words(page(browser(app, there, Role.VIEWER), cell_address(there, "4", "so")))
    for told in (
        "Bảng điện tử",
        "Thông tin ngắn",
        "Cổng của tỉnh",
        "bảng điện tử báo đã chiếu",
        "mỗi tin, bài một lần",
    ):
        assert told in text
    times = words(page(browser(app, there, Role.VIEWER, "so"), cell_address(there, "5", "so")))
    assert "ghi nhận thủ công" in times


@on_sqlite
def test_a_result_is_recorded_by_hand_and_taken_back(app: Flask, there: Province) -> None:
    client = browser(app, there, Role.EDITOR, "so")
    address = cell_address(there, "5", "so", "/ghi-nhan?period=2026-Q4")
    answer = client.post(address, data={"day": "2026-11-17", "note": "500 tờ gấp"})
    assert (answer.status_code, answer.headers["Location"]) == (303, cell_address(there, "5", "so", "?period=2026-Q4"))
    html = page(client, answer.headers["Location"])
    assert "Đã ghi nhận 1 kết quả." in html
    assert "1/1 Đạt" in words(html)
    db.session.rollback()
    made = db.session.scalars(select(ManualRecord)).one()
    gone = client.post(f"/chi-tieu/ghi-nhan/{made.id}/huy", data={"reason": "Nhầm", "next": "/chi-tieu?period=2026-Q4"})
    assert gone.headers["Location"] == "/chi-tieu?period=2026-Q4"
    assert "0/1" in cell_of(page(client, "/chi-tieu?period=2026-Q4"), there, "5", "so")


@on_sqlite
@pytest.mark.parametrize(
    ("sent", "about"),
    [
        ({"day": "", "note": "500 tờ gấp"}, "Hãy chọn ngày thực hiện."),
        ({"day": "2026-11-31", "note": "500 tờ gấp"}, "không phải ngày hợp lệ"),
        ({"day": "2026-11-19", "note": "500 tờ gấp"}, "Chưa đến ngày này"),
        ({"day": "2026-11-17", "note": ""}, "Hãy ghi kết quả là gì"),
        ({"day": "2026-11-17", "note": "500 tờ gấp", "story": "mười"}, "không phải số hợp lệ"),
        ({"day": "2026-11-17", "note": "500 tờ gấp", "story": "999999"}, "Không có tin, bài này"),
    ],
)
def test_a_refused_record_keeps_what_was_typed(app: Flask, there: Province, sent: dict[str, str], about: str) -> None:
    answer = browser(app, there, Role.EDITOR, "so").post(cell_address(there, "5", "so", "/ghi-nhan"), data=sent)
    html = unescape(answer.text)
    assert answer.status_code == 422
    assert about in html
    assert sent["note"] in html
    assert sent["day"] in html
    db.session.rollback()
    assert db.session.scalars(select(ManualRecord)).all() == []


@on_sqlite
def test_voiding_without_a_reason_or_a_right_changes_nothing(app: Flask, there: Province) -> None:
    made = there.recorded("5", "so", "2026-11-17")
    editor, other = browser(app, there, Role.EDITOR, "so"), browser(app, there, Role.EDITOR, "bao")
    assert "lý do" in unescape(editor.post(f"/chi-tieu/ghi-nhan/{made.id}/huy", data={"reason": ""}).text)
    assert other.post(f"/chi-tieu/ghi-nhan/{made.id}/huy", data={"reason": "Nhầm"}).status_code == 403
    db.session.rollback()
    db.session.refresh(made)
    assert made.voided_at is None


@on_sqlite
def test_viewers_are_offered_no_forms(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER, "so"), cell_address(there, "5", "so"))
    assert "ghi-nhan" not in html
    answer = browser(app, there, Role.BROADCASTER, "so").post(
        cell_address(there, "5", "so", "/ghi-nhan"), data={"day": "2026-11-17", "note": "500 tờ gấp"}
    )
    assert answer.status_code == 403


@on_sqlite
def test_a_lead_schedules_a_story_for_the_quota_with_one_click(app: Flask, there: Province) -> None:
    channel = there.channel("bao", "newspaper")
    channel.weekly_slots = [{"weekday": 5, "time": "07:30"}]
    db.session.commit()
    editor, lead = (person(name, (role, there.units["bao"])) for name, role in (("an", Role.EDITOR), ("be", Role.LEAD)))
    story = approved(editor, lead, there.units["bao"], now=at("2026-11-17"), title="Bài sẵn sàng")
    client = sign_in(app, lead)
    html = page(client, cell_address(there, "1", "bao"))
    assert "Bài sẵn sàng" in html
    assert "07:30 20/11/2026" in html
    address = cell_address(there, "1", "bao", f"/len-lich?period={WEEK}")
    answer = client.post(address, data={"story": story.id, "channel": channel.id})
    assert answer.status_code == 303, unescape(answer.text)
    assert "Đã lên lịch lúc 07:30 20/11/2026 GMT+7." in page(client, answer.headers["Location"])
    db.session.rollback()
    assert db.session.scalars(select(Delivery.scheduled_at)).one() == at("2026-11-20", "07:30")


# Plans.


@on_sqlite
def test_the_plans_and_the_reports_that_are_due(app: Flask, there: Province) -> None:
    text = words(page(browser(app, there, Role.VIEWER), "/ke-hoach"))
    assert "Kế hoạch tuyên truyền của tỉnh Sông Vàm năm 2026" in text
    assert "Đang áp dụng" in text
    assert "6 nhiệm vụ, 9 chỉ tiêu, 2 văn bản cần tuyên truyền." in text
    assert "còn 11 ngày Báo cáo năm" in text
    assert "chậm nhất 29/11/2026 · gửi Sở Thông tin Sông Vàm" in text
    assert "Nạp kế hoạch" not in text


@on_sqlite
def test_one_plan_tells_which_documents_nobody_has_cited(app: Flask, there: Province) -> None:
    there.on("so", "portal", "2026-11-17", documents=("qd-06",))
    text = words(page(browser(app, there, Role.VIEWER), "/ke-hoach/song-vam-2026"))
    assert "1/2 văn bản chưa có tin, bài nào viện dẫn." in text
    assert "Quyết định 06/QĐ-TTg – Đề án 06 1 bài" in text
    assert "Kế hoạch 01/KH-UBND – Kế hoạch năm chưa có" in text
    assert text.index("Trung ương") < text.index("Địa phương")
    assert "2 mỗi tuần : bài viết" in text


@on_sqlite
def test_an_admin_loads_a_plan(app: Flask, there: Province) -> None:
    admin = browser(app, there, Role.ADMIN)
    text = PLAN.replace("song-vam-2026", "song-vam-2027").replace("valid_to: 2026-12-31", "valid_to: 2027-12-31")
    sent = {"file": (io.BytesIO(text.encode()), "moi.yaml"), "until": "2028-06-30"}
    answer = admin.post("/ke-hoach", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303, unescape(answer.text)
    assert "Đã nạp kế hoạch song-vam-2027: 7 đơn vị, 6 nhiệm vụ, 9 chỉ tiêu, 2 văn bản." in page(admin, "/ke-hoach")
    db.session.rollback()
    made = db.session.scalars(select(Plan).where(Plan.code == "song-vam-2027")).one()
    assert made.applies_to == date(2028, 6, 30)


@on_sqlite
def test_a_bad_plan_is_answered_with_every_line_and_reason(app: Flask, there: Province) -> None:
    text = PLAN.replace("per: week", "per: fortnight", 1).replace("issuer: UBND tỉnh Sông Vàm", "issuer: ''")
    answer = browser(app, there, Role.ADMIN).post(
        "/ke-hoach", data={"file": (io.BytesIO(text.encode()), "hong.yaml")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    told = words(unescape(answer.text))
    assert "Chưa nạp gì: tệp hong.yaml có 2 chỗ phải sửa." in told
    assert "Dòng 7: «issuer» không được để trống. plan.issuer" in told
    assert "«per» không nhận giá trị «fortnight»" in told


@on_sqlite
@pytest.mark.parametrize(
    ("sent", "about"),
    [
        ({}, "Hãy chọn tệp kế hoạch."),
        ({"file": (io.BytesIO(b"\xff\xfe"), "x.yaml")}, "UTF-8"),
        ({"file": (io.BytesIO(PLAN.encode()), "x.yaml"), "until": "2025-01-01"}, "Ngày kéo dài"),
    ],
)
def test_what_cannot_be_loaded_is_refused(app: Flask, there: Province, sent: dict[str, object], about: str) -> None:
    answer = browser(app, there, Role.ADMIN).post("/ke-hoach", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert about in unescape(answer.text)


@on_sqlite
def test_a_plan_is_prolonged_by_its_admin_alone(app: Flask, there: Province) -> None:
    admin, lead = browser(app, there, Role.ADMIN), browser(app, there, Role.LEAD)
    address = "/ke-hoach/song-vam-2026/keo-dai"
    assert lead.post(address, data={"until": "2027-06-30"}).status_code == 403
    assert lead.post("/ke-hoach", data={}).status_code == 403
    refused = admin.post(address, data={"until": "2026-06-30"})
    assert refused.status_code == 422
    assert "chỉ có thể kéo dài" in unescape(refused.text)
    assert admin.post(address, data={"until": "2027-06-30"}).status_code == 303
    assert "Kéo dài đến 30/06/2027." in words(page(admin, "/ke-hoach"))


def test_a_page_asks_the_same_number_of_queries_whatever_there_is(app: Flask, there: Province) -> None:
    client = browser(app, there, Role.ADMIN)
    page(client, "/chi-tieu")
    with counted() as few:
        page(client, "/chi-tieu")
    for number in range(5):
        there.on("bao", "newspaper", f"2026-11-{14 + number}")
        there.on("so", "led_board", f"2026-11-{14 + number}", "led_board", kind="notice", topics=("cong-thong-tin",))
        there.story("bao", state=StoryState.SUBMITTED)
    with counted() as many:
        page(client, "/chi-tieu")
    assert len(many) == len(few)


def test_the_pages_are_told_in_english_too(app: Flask, there: Province) -> None:
    client = browser(app, there, Role.VIEWER)
    client.set_cookie("language", "en")
    for address in ("/chi-tieu", "/chi-tieu?status=behind", "/ke-hoach", cell_address(there, "4", "so")):
        page(client, address)

"""One number of the board opened: its items, their evidence, and what people may do there."""

from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core.database import db
from cms.models.plans import ManualRecord
from cms.models.roles import Role
from cms.web.input.dates import as_typed
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Delivery
from tests.cms.newsroom import approved, person, sign_in
from tests.cms.quotas.pages import WEEK, browser, cell_address, cell_of, on_sqlite, page, words
from tests.cms.quotas.province import Province, at


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
    address = cell_address(there, "5", "so", "/records?period=2026-Q4")
    answer = client.post(address, data={"day": "2026-11-17", "note": "500 tờ gấp"})
    assert (answer.status_code, answer.headers["Location"]) == (303, cell_address(there, "5", "so", "?period=2026-Q4"))
    html = page(client, answer.headers["Location"])
    assert "Đã ghi nhận 1 kết quả." in html
    assert "1/1 Đạt" in words(html)
    db.session.rollback()
    made = db.session.scalars(select(ManualRecord)).one()
    gone = client.post(f"/quotas/records/{made.id}/void", data={"reason": "Nhầm", "next": "/quotas?period=2026-Q4"})
    assert gone.headers["Location"] == "/quotas?period=2026-Q4"
    assert "0/1" in cell_of(page(client, "/quotas?period=2026-Q4"), there, "5", "so")


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
    answer = browser(app, there, Role.EDITOR, "so").post(cell_address(there, "5", "so", "/records"), data=sent)
    html = unescape(answer.text)
    assert answer.status_code == 422
    assert about in html
    assert sent["note"] in html
    assert as_typed(sent["day"]) in html
    db.session.rollback()
    assert db.session.scalars(select(ManualRecord)).all() == []


@on_sqlite
def test_voiding_without_a_reason_or_a_right_changes_nothing(app: Flask, there: Province) -> None:
    made = there.recorded("5", "so", "2026-11-17")
    editor, other = browser(app, there, Role.EDITOR, "so"), browser(app, there, Role.EDITOR, "bao")
    assert "lý do" in unescape(editor.post(f"/quotas/records/{made.id}/void", data={"reason": ""}).text)
    assert other.post(f"/quotas/records/{made.id}/void", data={"reason": "Nhầm"}).status_code == 403
    db.session.rollback()
    db.session.refresh(made)
    assert made.voided_at is None


@on_sqlite
def test_viewers_are_offered_no_forms(app: Flask, there: Province) -> None:
    html = page(browser(app, there, Role.VIEWER, "so"), cell_address(there, "5", "so"))
    assert "/records" not in html
    answer = browser(app, there, Role.BROADCASTER, "so").post(
        cell_address(there, "5", "so", "/records"), data={"day": "2026-11-17", "note": "500 tờ gấp"}
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
    address = cell_address(there, "1", "bao", f"/schedule?period={WEEK}")
    answer = client.post(address, data={"story": story.id, "channel": channel.id})
    assert answer.status_code == 303, unescape(answer.text)
    assert "Đã lên lịch lúc 07:30 20/11/2026 GMT+7." in page(client, answer.headers["Location"])
    db.session.rollback()
    assert db.session.scalars(select(Delivery.scheduled_at)).one() == at("2026-11-20", "07:30")

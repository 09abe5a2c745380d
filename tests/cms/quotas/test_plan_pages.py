"""The pages of plans: what is due, which documents nobody has cited, loading and prolonging."""

import io
from datetime import date
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core.database import db
from cms.models.plans import Plan
from cms.models.roles import Role
from tests.cms.quotas.pages import browser, on_sqlite, page, words
from tests.cms.quotas.province import PLAN, Province


@on_sqlite
def test_the_plans_and_the_reports_that_are_due(app: Flask, there: Province) -> None:
    text = words(page(browser(app, there, Role.VIEWER), "/plans"))
    assert "Kế hoạch tuyên truyền của tỉnh Sông Vàm năm 2026" in text
    assert "Đang áp dụng" in text
    assert "6 nhiệm vụ, 9 chỉ tiêu, 2 văn bản cần tuyên truyền." in text
    assert "còn 11 ngày Báo cáo năm" in text
    assert "chậm nhất 29/11/2026 · gửi Sở Thông tin Sông Vàm" in text
    assert "Nạp kế hoạch" not in text


@on_sqlite
def test_one_plan_tells_which_documents_nobody_has_cited(app: Flask, there: Province) -> None:
    there.on("so", "portal", "2026-11-17", documents=("qd-06",))
    text = words(page(browser(app, there, Role.VIEWER), "/plans/song-vam-2026"))
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
    answer = admin.post("/plans", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303, unescape(answer.text)
    assert "Đã nạp kế hoạch song-vam-2027: 7 đơn vị, 6 nhiệm vụ, 9 chỉ tiêu, 2 văn bản." in page(admin, "/plans")
    db.session.rollback()
    made = db.session.scalars(select(Plan).where(Plan.code == "song-vam-2027")).one()
    assert made.applies_to == date(2028, 6, 30)


@on_sqlite
def test_a_bad_plan_is_answered_with_every_line_and_reason(app: Flask, there: Province) -> None:
    text = PLAN.replace("per: week", "per: fortnight", 1).replace("issuer: UBND tỉnh Sông Vàm", "issuer: ''")
    answer = browser(app, there, Role.ADMIN).post(
        "/plans", data={"file": (io.BytesIO(text.encode()), "hong.yaml")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    told = words(unescape(answer.text))
    assert "Chưa nạp gì: tệp hong.yaml có 2 chỗ phải sửa." in told
    assert "Dòng 7: “issuer” không được để trống. plan.issuer" in told
    assert "“per” không nhận giá trị “fortnight”" in told


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
    answer = browser(app, there, Role.ADMIN).post("/plans", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert about in unescape(answer.text)


@on_sqlite
def test_a_plan_is_prolonged_by_its_admin_alone(app: Flask, there: Province) -> None:
    admin, lead = browser(app, there, Role.ADMIN), browser(app, there, Role.LEAD)
    address = "/plans/song-vam-2026/extend"
    assert lead.post(address, data={"until": "2027-06-30"}).status_code == 403
    assert lead.post("/plans", data={}).status_code == 403
    refused = admin.post(address, data={"until": "2026-06-30"})
    assert refused.status_code == 422
    assert "chỉ có thể kéo dài" in unescape(refused.text)
    assert admin.post(address, data={"until": "2027-06-30"}).status_code == 303
    assert "Kéo dài đến 30/06/2027." in words(page(admin, "/plans"))

"""What cannot be: each answered by one clear sentence that names the field, and nothing is half-done."""

from typing import Any, ClassVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from cms.core.database import db
from cms.models.audit import AuditEntry
from cms.models.stories import Revision
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import ARTICLE, Machine, refusal
from tests.cms.newsroom import Newsroom, approved, channel, story, submitted
from tests.conftest import SUNDAY

PAPER = "unit-báo-sông-vàm"
NEW = {"unit": PAPER, "content": ARTICLE}


def changed(**fields: Any) -> dict[str, Any]:
    """The body of a new story with other fields."""
    return {**NEW, "content": {**ARTICLE, **fields}}


STORIES: list[tuple[object, str, str]] = [
    ({"content": ARTICLE}, "unit", "Thiếu “unit”; hãy bổ sung."),
    ({"unit": PAPER}, "content", "Thiếu “content”; hãy bổ sung."),
    ({**NEW, "unit": "khong-co"}, "unit", "Không có đơn vị “khong-co”; hãy xem danh sách đơn vị."),
    ({**NEW, "titel": "x"}, "titel", "Không có trường “titel”; hãy bỏ đi hoặc xem lại tài liệu API."),
    (changed(titel="x"), "content.titel", "Không có trường “content.titel”; hãy bỏ đi hoặc xem lại tài liệu API."),
    (changed(title=7), "content.title", "“content.title” phải là chuỗi ký tự."),
    (changed(title="x" * 301), "content.title", "“content.title” quá dài, tối đa 300."),
    (changed(kind="poem"), "content.kind", "“content.kind” phải là một trong: article, infographic, notice, slogan."),
    (
        changed(column="khong-co"), "column",
        "Không có chuyên mục “khong-co”; hãy chọn chuyên mục trong danh sách.",
    ),
    (changed(topics="dich-vu-cong"), "content.topics", "“content.topics” phải là danh sách."),
    (changed(cover={"sha256": "x"}), "content.cover.sha256",
     "“content.cover.sha256” không đúng định dạng; hãy xem lại tài liệu API."),
    (changed(service=[]), "content.service", "“content.service” phải là một đối tượng JSON."),
    ({**NEW, "planned_for": "25/11/2026"}, "planned_for", "“planned_for” phải là ngày, ví dụ 2026-11-22."),
    ({**NEW, "planned_for": "1999-01-01"}, "planned_for", "“planned_for” phải nằm trong các năm 2000 đến 2199."),
    ([], "", "“nội dung gửi lên” phải là một đối tượng JSON."),
]  # fmt: skip


def test_a_bad_story_is_refused_with_the_field_and_a_sentence(room: Newsroom, machines: Machines) -> None:
    for body, field, sentence in STORIES:
        told = refusal(machines.editor.call("POST", "/stories", json=body), 422, "invalid")
        assert told["errors"][0] == {"field": field, "message": sentence}
        assert told["detail"] == sentence
    assert machines.editor.get("/stories")["items"] == []


def test_every_bad_field_is_told_at_once(room: Newsroom, machines: Machines) -> None:
    told = refusal(machines.editor.call("POST", "/stories", json=changed(title=7, body=8, kind="poem")), 422)
    assert [one["field"] for one in told["errors"]] == ["content.kind", "content.title", "content.body"]


def test_sentences_are_english_for_who_asks_for_english(room: Newsroom, machines: Machines) -> None:
    for asked, sentence in (
        ("en-GB,en;q=0.9", "“unit” is missing; add it."),
        ("vi", "Thiếu “unit”; hãy bổ sung."),
        ("fr", "Thiếu “unit”; hãy bổ sung."),
    ):
        answer = machines.editor.call("POST", "/stories", json={}, headers={"Accept-Language": asked})
        assert refusal(answer, 422)["detail"] == sentence
    answer = machines.editor.call("GET", "/me", headers={"Accept-Language": "en"})
    assert answer.headers["Content-Language"] == "en"
    assert "Accept-Language" in answer.vary


NO_JSON = [
    (b'{"unit": "a",', "application/json", 400, "bad-json"),
    (b"\xff\xfe", "application/json", 400, "bad-json"),
    (b'{"unit": "\\ud800"}', "application/json", 400, "bad-json"),
    (b"[" * 5_000, "application/json", 400, "bad-json"),
    (b"", "application/json", 400, "no-body"),
    (b"title=x", "application/x-www-form-urlencoded", 415, "not-json"),
    (b"{}", "text/plain", 415, "not-json"),
]


def test_what_is_no_json_is_refused(room: Newsroom, machines: Machines) -> None:
    for data, kind, status, code in NO_JSON:
        refusal(machines.editor.call("POST", "/stories", data=data, content_type=kind), status, code)


def test_the_place_in_bad_json_is_told(room: Newsroom, machines: Machines) -> None:
    answer = machines.editor.call("POST", "/stories", data=b'{\n "unit": x}', content_type="application/json")
    assert "dòng 2, cột 10" in refusal(answer, 400)["detail"]


def test_ten_megabytes_are_too_much(room: Newsroom, machines: Machines) -> None:
    large = b"x" * 10_000_000
    for path, kind in (("/stories", "application/json"), ("/assets", "multipart/form-data; boundary=x")):
        told = refusal(machines.editor.call("POST", path, data=large, content_type=kind), 413)["detail"]
        assert "10,0 MB" in told
        assert "tối đa là" in told


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({"stage": "published"}, "stage"),
    ({"limit": "0"}, "limit"),
    ({"limit": "201"}, "limit"),
    ({"limit": "many"}, "limit"),
    ({"unit": "khong-co"}, "unit"),
    ({"after": "khong-phai-con-tro"}, "after"),
    ({"after": "MjAyNi0xMS0yMnww"}, "after"),
    ({"page": "2"}, "page"),
    ({"stage": ["draft", "live"]}, "stage"),
]


def test_a_bad_filter_is_refused_and_never_ignored(room: Newsroom, machines: Machines) -> None:
    for query, field in FILTERS:
        told = refusal(machines.editor.call("GET", "/stories", query_string=query), 422)
        assert told["errors"][0]["field"] == field


ODD: list[tuple[str, dict[str, str]]] = [
    ("/stories", {"q": "\x00 ' \" * ( ) & | ! <-> \ud7ff"}),
    ("/stories", {"column": "a\x00b"}),
    ("/deliveries", {"kind": "\x00"}),
    ("/deliveries", {"channel": "\x00"}),
]


def test_odd_signs_in_a_filter_do_no_harm(room: Newsroom, machines: Machines) -> None:
    for path, query in ODD:
        assert machines.lead.get(path, **query)["items"] == []


TIMES: list[tuple[str, dict[str, str]]] = [
    ("/deliveries", {"since": "22/11/2026"}),
    ("/deliveries", {"until": "9999-12-31"}),
    ("/deliveries", {"state": "lost"}),
    ("/deliveries", {"after": "20261122T000000000000"}),
    ("/deliveries", {"story": "99999999999999999999"}),
    ("/radio/scripts", {"since": "2026-11-22"}),
    ("/radio/scripts", {"since": "2026-11-22T08:00:00"}),
    ("/radio/scripts", {"since": "1763773200"}),
    ("/radio/scripts", {"since": "2026-11-31T08:00:00Z"}),
    ("/radio/scripts", {"since": "2199-12-31T23:59:59+99:99"}),
]


def test_a_bad_time_or_number_in_a_filter_is_refused(room: Newsroom, machines: Machines) -> None:
    for path, query in TIMES:
        assert refusal(machines.admin.call("GET", path, query_string=query), 422)["errors"], query


ADDRESSES = [
    ("GET", "/nothing", 404),
    ("GET", "/stories/", 404),
    ("GET", "/stories/1.5", 404),
    ("GET", "/radio/scripts/1.exe", 404),
    ("DELETE", "/stories", 405),
    ("POST", "/me", 405),
    ("OPTIONS", "/me", 405),
]


def test_an_unknown_address_or_method_is_a_problem_document(app: Flask) -> None:
    for method, path, status in ADDRESSES:
        answer = Machine(app).call(method, path)
        refusal(answer, status)
        assert status != 405 or "GET" in answer.headers["Allow"]


def test_an_unknown_address_is_told_where_the_known_ones_are(app: Flask) -> None:
    assert "/api/v1/openapi.json" in refusal(Machine(app).call("GET", "/nowhere"), 404)["detail"]


def test_a_number_or_sign_that_nothing_has_finds_nothing(room: Newsroom, machines: Machines) -> None:
    for path in (
        "/stories/0",
        "/stories/99999999999999999999",
        "/channels/%00",
        "/assets/%00",
        "/quotas/1/%00",
        "/stories/1/preview/%0A",
    ):
        refusal(machines.admin.call("GET", path), 404)


class TestFlow:
    """Steps that the state does not allow."""

    def steps(self, machine: Machine, path: str, body: object, status: int, sentence: str) -> None:
        db.session.rollback()
        before = [db.session.scalar(select(func.count()).select_from(of)) for of in (AuditEntry, Revision)]
        told = refusal(machine.call("POST", path, json=body), status)
        assert sentence in told["detail"]
        db.session.rollback()
        assert [db.session.scalar(select(func.count()).select_from(of)) for of in (AuditEntry, Revision)] == before

    def test_a_story_without_a_title_is_not_handed_in(self, room: Newsroom, machines: Machines) -> None:
        made = story(room.editor, room.paper, now=SUNDAY, title="")
        self.steps(machines.editor, f"/stories/{made.id}/submit", None, 422, "chưa có tiêu đề")

    def test_handing_in_twice(self, room: Newsroom, machines: Machines) -> None:
        made = submitted(room.editor, room.paper, now=SUNDAY)
        self.steps(machines.editor, f"/stories/{made.id}/submit", None, 409, "không cần gửi lại")

    def test_approving_twice(self, room: Newsroom, machines: Machines) -> None:
        made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
        self.steps(machines.lead, f"/stories/{made.id}/approve", {}, 409, "đã có quyết định")

    def test_approving_another_revision_than_the_newest(self, room: Newsroom, machines: Machines) -> None:
        made = submitted(room.editor, room.paper, now=SUNDAY)
        self.steps(machines.lead, f"/stories/{made.id}/approve", {"revision": 2}, 422, "không có bản 2")

    def test_approving_ones_own(self, room: Newsroom, machines: Machines) -> None:
        made = submitted(room.lead, room.paper, now=SUNDAY)
        self.steps(machines.lead, f"/stories/{made.id}/approve", {}, 403, "không tự duyệt")

    def test_returning_without_a_reason(self, room: Newsroom, machines: Machines) -> None:
        made = submitted(room.editor, room.paper, now=SUNDAY)
        self.steps(machines.lead, f"/stories/{made.id}/return", {"reason": " "}, 422, "lý do trả lại")

    def test_scheduling_what_is_not_approved(self, room: Newsroom, machines: Machines) -> None:
        made = submitted(room.editor, room.paper, now=SUNDAY)
        body = {"channels": [{"channel": "bao-song-vam"}]}
        self.steps(machines.lead, f"/stories/{made.id}/schedule", body, 409, "chưa được duyệt")

    WISHES: ClassVar[list[tuple[dict[str, object], int, str]]] = [
        ({"at": "2026-11-21T08:00:00+07:00"}, 409, "đã qua"),
        ({"at": "2026-11-23T08:00:00+07:00", "until": "2026-11-23T07:00:00+07:00"}, 409, "phải sau giờ đăng"),
        ({"at": "2026-11-23T08:00:00+07:00", "next_slot": True}, 422, "không chọn cả hai"),
        ({"at": "2026-11-23T08:00:00"}, 422, "kèm múi giờ"),
        ({"at": 1763859600}, 422, "kèm múi giờ"),
        ({"next_slot": True}, 422, "chưa có khung giờ"),
        ({"channel": "khong-co"}, 422, "Không có kênh “khong-co”"),
    ]

    def test_a_time_or_channel_that_cannot_be(self, room: Newsroom, machines: Machines) -> None:
        path = f"/stories/{approved(room.editor, room.lead, room.paper, now=SUNDAY).id}/schedule"
        for wish, status, sentence in self.WISHES:
            body = {"channels": [{"channel": "bao-song-vam", **wish}]}
            self.steps(machines.lead, path, body, status, sentence)

    def test_one_channel_in_the_way_stops_all(self, room: Newsroom, machines: Machines) -> None:
        made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
        body = {"channels": [{"channel": "bao-song-vam"}, {"channel": "truyen-thanh"}]}
        self.steps(machines.lead, f"/stories/{made.id}/schedule", body, 403, "Chỉ lãnh đạo duyệt bài")
        assert machines.lead.get("/deliveries")["items"] == []

    def test_no_channel_and_a_closed_one(self, room: Newsroom, machines: Machines) -> None:
        channel("portal_rss", room.paper, "da-ngung", active=False)
        made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
        path = f"/stories/{made.id}/schedule"
        self.steps(machines.lead, path, {"channels": []}, 422, "quá ngắn")
        self.steps(machines.lead, path, {"channels": [{"channel": "da-ngung"}]}, 404, "kênh đã ngừng")

    def test_calling_back_what_is_nowhere_or_gone(self, room: Newsroom, machines: Machines) -> None:
        made = story(room.lead, room.paper, now=SUNDAY)
        path, why = f"/stories/{made.id}/retract", {"reason": "Sai số liệu"}
        self.steps(machines.lead, path, why, 409, "không có gì để thu hồi")
        out = approved(room.editor, room.lead, room.paper, now=SUNDAY)
        path = f"/stories/{out.id}/retract"
        machines.lead.post(f"/stories/{out.id}/schedule", {"channels": [{"channel": "bao-song-vam"}]})
        self.steps(machines.lead, path, {"reason": ""}, 422, "lý do thu hồi")
        machines.lead.post(path, why)
        self.steps(machines.lead, path, why, 409, "đã được thu hồi")
        self.steps(machines.lead, f"/stories/{out.id}/unschedule", None, 409, "không có lịch nào")

    def test_changing_what_waits_to_go_out(self, room: Newsroom, machines: Machines) -> None:
        made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
        machines.lead.post(f"/stories/{made.id}/schedule", {"channels": [{"channel": "bao-song-vam"}]})
        answer = machines.editor.call(
            "PATCH", f"/stories/{made.id}", json={"content": {"title": "Khác"}}, headers={"If-Match": "*"}
        )
        assert "đã khóa" in refusal(answer, 409)["detail"]


def test_a_fault_of_ours_is_told_briefly(app: Flask, room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(app, room.editor)
    monkeypatch.setattr("cms.api.resources.me.unit_names", lambda *_: 1 / 0)
    app.testing = False
    told = refusal(machine.call("GET", "/me"), 500)
    assert "division" not in str(told)


def test_free_values_hold_only_what_a_database_keeps(room: Newsroom, machines: Machines) -> None:
    body = changed(title="Tin\x00 mới", infographic={"title": "a\x00b", "blocks": [], "\x00x": [1.5]})
    content = machines.editor.post("/stories", body, 201)["content"]
    assert content["title"] == "Tin mới"
    assert content["infographic"] == {"title": "ab", "blocks": [], "x": [1.5]}
    data = b'{"unit": "unit-b\xc3\xa1o-s\xc3\xb4ng-v\xc3\xa0m", "content": {"infographic": {"x": NaN}}}'
    answer = machines.editor.call("POST", "/stories", data=data, content_type="application/json")
    assert refusal(answer, 422)["errors"][0]["field"] == "content.infographic"

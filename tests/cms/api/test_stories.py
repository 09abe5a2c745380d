"""Stories through the API: begun, read, changed, listed, previewed; every revision stays readable."""

import base64
import io

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from cms.core.database import db
from cms.models.audit import AuditEntry
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import ARTICLE, Machine, refusal
from tests.cms.newsroom import Newsroom, approved, channel, story, submitted
from tests.conftest import SUNDAY, Clock

PAPER = "unit-báo-sông-vàm"


def test_a_story_is_begun_and_read_back(room: Newsroom, machines: Machines) -> None:
    answer = machines.editor.call(
        "POST", "/stories", json={"unit": PAPER, "content": ARTICLE, "planned_for": "2026-11-25"}
    )
    assert answer.status_code == 201
    made = answer.json
    assert made is not None
    assert answer.headers["Location"] == f"/api/v1/stories/{made['id']}"
    assert made["stage"] == "draft"
    assert made["unit"] == {"code": PAPER, "name": "Báo Sông Vàm"}
    assert made["author"] == "Nguyễn Minh Khôi"
    assert made["revision"] == 1
    assert made["planned_for"] == "2026-11-25"
    assert {name: made["content"][name] for name in ARTICLE} == ARTICLE
    assert machines.editor.get(f"/stories/{made['id']}") == made
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "story.create")).one()
    assert (entry.via, entry.person_id, entry.origin) == ("api", room.editor.id, "127.0.0.1")


def test_text_becomes_nfc_on_entry(room: Newsroom, machines: Machines) -> None:
    decomposed = "Nộp hồ sơ từ nhà"
    made = machines.editor.post("/stories", {"unit": PAPER, "content": {"title": decomposed}}, 201)
    assert made["title"] == "Nộp hồ sơ từ nhà"


def test_put_replaces_the_whole_and_patch_the_fields_given(room: Newsroom, machines: Machines) -> None:
    made = machines.editor.post("/stories", {"unit": PAPER, "content": ARTICLE}, 201)
    path = f"/stories/{made['id']}"
    held = {"If-Match": f'"{made["version"]}"'}
    changed = machines.editor.call(
        "PATCH", path, json={"content": {"title": "Nộp hồ sơ lúc nửa đêm"}}, headers=held
    ).json
    assert changed is not None
    assert changed["title"] == "Nộp hồ sơ lúc nửa đêm"
    assert changed["content"]["body"] == ARTICLE["body"]
    assert changed["revision"] == 2
    short = {"content": {"title": "Chỉ còn tít"}}
    whole = machines.editor.call("PUT", path, json=short, headers={"If-Match": "*"}).json
    assert whole is not None
    assert whole["content"]["title"] == "Chỉ còn tít"
    assert whole["content"]["body"] == ""


def test_equal_content_makes_no_new_revision(room: Newsroom, machines: Machines) -> None:
    made = machines.editor.post("/stories", {"unit": PAPER, "content": ARTICLE}, 201)
    again = machines.editor.call(
        "PUT", f"/stories/{made['id']}", json={"content": ARTICLE}, headers={"If-Match": f'"{made["version"]}"'}
    ).json
    assert again == made


def test_the_planned_day_is_set_and_taken_away(room: Newsroom, machines: Machines) -> None:
    made = story(room.editor, room.paper, now=SUNDAY)
    path = f"/stories/{made.id}"
    for day in ("2026-12-01", None):
        answer = machines.editor.call("PATCH", path, json={"planned_for": day}, headers={"If-Match": "*"})
        assert answer.json is not None
        assert answer.json["planned_for"] == day
        assert answer.json["revision"] == 1


def test_blocks_of_an_infographic_become_its_cover(room: Newsroom, machines: Machines) -> None:
    blocks = [
        {"kind": "number", "value": "85%", "label": "hồ sơ nộp trực tuyến"},
        {"kind": "step", "text": "Đăng nhập bằng VNeID"},
    ]
    content = {
        "kind": "infographic", "title": "Nộp hồ sơ từ nhà", "column": "chuyen-doi-so",
        "infographic": {"title": "Nộp hồ sơ từ nhà", "blocks": blocks, "source": "Sở Thông tin Sông Vàm"},
    }  # fmt: skip
    made = machines.editor.post("/stories", {"unit": PAPER, "content": content}, 201)
    cover = made["content"]["cover"]
    picture = machines.editor.get(f"/assets/{cover['sha256']}")
    assert (picture["mime"], picture["unit"]["code"]) == ("image/png", PAPER)
    assert "85%" in cover["alt"]


def test_editing_what_is_approved_opens_approval_anew(room: Newsroom, machines: Machines) -> None:
    made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
    changed = machines.editor.call(
        "PATCH", f"/stories/{made.id}", json={"content": {"summary": "Nay đã khác."}}, headers={"If-Match": "*"}
    ).json
    assert changed is not None
    assert (changed["state"], changed["revision"], changed["approved_revision"]) == ("draft", 2, 1)


def test_a_returned_story_tells_why(room: Newsroom, machines: Machines) -> None:
    made = submitted(room.editor, room.paper, now=SUNDAY)
    machines.lead.post(f"/stories/{made.id}/return", {"reason": "Thiếu nguồn số liệu.", "revision": 1})
    review = machines.editor.get(f"/stories/{made.id}")["review"]
    assert review == {
        "decision": "returned", "reason": "Thiếu nguồn số liệu.", "by": "Lê Ngọc Diệp",
        "at": "2026-11-22T01:00:00Z", "revision": 1,
    }  # fmt: skip


def test_every_revision_stays_readable(room: Newsroom, machines: Machines) -> None:
    made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
    machines.editor.call(
        "PATCH", f"/stories/{made.id}", json={"content": {"title": "Bản hai"}}, headers={"If-Match": "*"}
    )
    found = machines.editor.get(f"/stories/{made.id}/revisions")["items"]
    assert [(one["number"], one["by"], one["approved"]) for one in found] == [
        (2, "Nguyễn Minh Khôi", False), (1, "Nguyễn Minh Khôi", True),
    ]  # fmt: skip
    assert machines.editor.get(f"/stories/{made.id}/revisions/1")["content"]["title"] == "Nộp hồ sơ từ nhà"
    refusal(machines.editor.call("GET", f"/stories/{made.id}/revisions/3"), 404)


class TestList:
    """The list, filtered and page by page."""

    @pytest.fixture
    def shelf(self, room: Newsroom, clock: Clock) -> list[int]:
        """Five stories, oldest first."""
        made = []
        for number in range(5):
            made.append(story(room.editor, room.paper, now=clock.turn(minutes=1), title=f"Tin số {number}").id)
        return made

    def test_pages_follow_each_other_without_gap_or_repeat(self, machines: Machines, shelf: list[int]) -> None:
        seen: list[int] = []
        path = "/api/v1/stories?limit=2"
        while path:
            answer = machines.editor.call("GET", path.removeprefix("/api/v1"))
            assert answer.json is not None
            seen += [row["id"] for row in answer.json["items"]]
            link = answer.headers.get("Link", "")
            assert bool(link) == bool(answer.json["next"])
            path = link.partition(">")[0].removeprefix("<")
        assert seen == shelf[::-1]

    def test_filters_narrow(self, room: Newsroom, machines: Machines, shelf: list[int]) -> None:
        sent = submitted(room.editor, room.paper, now=SUNDAY, title="Chuyển đổi số ở xã", column="doi-song-so")
        slogan = story(room.editor, room.paper, now=SUNDAY, kind="slogan", title="Một chạm, vạn việc").id
        found = [
            [row["id"] for row in machines.editor.get("/stories", **query)["items"]]
            for query in (
                {"q": "chuyen doi"}, {"stage": "submitted"}, {"column": "doi-song-so"}, {"kind": "slogan"},
                {"unit": "unit-tỉnh-sông-vàm", "q": "van viec"}, {"unit": "unit-huyện-bến-tre-xanh"},
            )
        ]  # fmt: skip
        assert found == [[sent.id], [sent.id], [sent.id], [slogan], [slogan], []]


class TestConditional:
    """What the caller holds already is not sent again."""

    def test_a_story_is_sent_once(self, room: Newsroom, machines: Machines) -> None:
        made = story(room.editor, room.paper, now=SUNDAY)
        first = machines.editor.call("GET", f"/stories/{made.id}")
        tag = first.headers["ETag"]
        assert first.json is not None
        assert tag.startswith(f'"{first.json["version"]}-')
        again = machines.editor.call("GET", f"/stories/{made.id}", headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)

    def test_the_tag_changes_when_a_delivery_does(self, room: Newsroom, machines: Machines) -> None:
        made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
        tag = machines.lead.call("GET", f"/stories/{made.id}").headers["ETag"]
        machines.lead.post(f"/stories/{made.id}/schedule", {"channels": [{"channel": "bao-song-vam"}]})
        changed = machines.lead.call("GET", f"/stories/{made.id}", headers={"If-None-Match": tag})
        assert changed.status_code == 200

    def test_head_tells_the_tag_without_the_body(self, room: Newsroom, machines: Machines) -> None:
        made = story(room.editor, room.paper, now=SUNDAY)
        head, get = (machines.editor.call(method, f"/stories/{made.id}") for method in ("HEAD", "GET"))
        assert head.data == b""
        assert head.headers["ETag"] == get.headers["ETag"]
        assert head.headers["Content-Length"] == get.headers["Content-Length"]

    def test_answers_are_kept_by_the_caller_alone(self, room: Newsroom, machines: Machines) -> None:
        answer = machines.editor.call("GET", "/stories")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert {"Authorization", "Accept-Language"} <= set(answer.vary.as_set(preserve_casing=True))


class TestPreview:
    """What each channel would carry."""

    def test_a_rendition_comes_with_its_hash_and_files(self, room: Newsroom, machines: Machines) -> None:
        made = story(room.editor, room.paper, now=SUNDAY)
        shown = machines.editor.get(f"/stories/{made.id}/preview/radio_script", files="inline")
        assert (shown["channel"], shown["revision"]) == ("truyen-thanh", 1)
        (text,) = shown["rendition"]["files"]
        assert (text["name"], text["mime"]) == ("script.txt", "text/plain; charset=utf-8")
        spoken = base64.b64decode(text["data"])
        assert len(spoken) == text["size"]
        assert "nộp hồ sơ" in spoken.decode().lower()
        sizes = machines.editor.get(f"/stories/{made.id}/preview/radio_script")
        assert sizes["rendition"]["files"][0]["data"] is None
        assert sizes["rendition"]["sha256"] == shown["rendition"]["sha256"]

    def test_what_stops_a_story_is_told_with_a_remedy(self, room: Newsroom, machines: Machines) -> None:
        made = story(room.editor, room.paper, now=SUNDAY, title="")
        shown = machines.editor.get(f"/stories/{made.id}/preview/portal_rss")
        assert shown["rendition"] is None
        wrong = [one for one in shown["findings"] if one["severity"] == "error"]
        assert wrong[0]["field"] == "title"
        assert wrong[0]["remedy"]

    def test_a_channel_can_be_named(self, room: Newsroom, machines: Machines) -> None:
        channel("portal_rss", room.province, "cong-tinh")
        made = story(room.editor, room.paper, now=SUNDAY)
        path = f"/stories/{made.id}/preview/portal_rss"
        assert machines.editor.get(path)["channel"] == "bao-song-vam"
        assert machines.editor.get(path, channel="cong-tinh")["channel"] == "cong-tinh"
        refusal(machines.editor.call("GET", path, query_string={"channel": "truyen-thanh"}), 422, "invalid")
        refusal(machines.editor.call("GET", f"/stories/{made.id}/preview/facebook"), 404, "not-found")


class TestAssets:
    """Pictures."""

    def test_a_picture_is_kept_once_and_served(self, room: Newsroom, machines: Machines) -> None:
        buffer = io.BytesIO()
        Image.new("RGB", (320, 200), "#1166aa").save(buffer, "PNG")
        answers = [
            machines.editor.call(
                "POST", "/assets", data={"unit": PAPER, "file": (io.BytesIO(buffer.getvalue()), "ảnh bìa.png")}
            )
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [201, 201]
        first, second = (answer.json for answer in answers)
        assert first is not None
        assert first == second
        assert (first["width"], first["height"], first["name"]) == (320, 200, "ảnh bìa.png")
        assert machines.viewer.get(f"/assets/{first['sha256']}") == first
        public = machines.editor.client.get(first["url"].removeprefix("http://127.0.0.1:8000"))
        assert (public.status_code, len(public.data)) == (200, first["size"])

    def test_what_is_no_picture_is_refused(self, room: Newsroom, machines: Machines) -> None:
        answer = machines.editor.call("POST", "/assets", data={"unit": PAPER, "file": (io.BytesIO(b"GIF?"), "a.gif")})
        refusal(answer, 422, "not_a_picture")
        answer = machines.editor.call("POST", "/assets", json={"unit": PAPER})
        refusal(answer, 415)
        refusal(machines.editor.call("GET", f"/assets/{'0' * 64}"), 404)


def test_channels_never_tell_a_secret(app: Flask, room: Newsroom, machines: Machines) -> None:
    listed = machines.lead.get("/channels")["items"]
    assert [one["slug"] for one in listed] == ["bao-song-vam", "truyen-thanh"]
    assert listed[0]["addresses"]["rss"] == "http://127.0.0.1:8000/feeds/bao-song-vam.rss"
    assert machines.lead.get("/channels", unit="unit-huyện-bến-tre-xanh", kind="radio_script")["items"] == listed[1:]
    assert machines.lead.get("/channels/bao-song-vam")["settings"] is None
    assert machines.admin.get("/channels/bao-song-vam")["settings"] == {}
    assert "secret" not in machines.admin.call("GET", "/channels/bao-song-vam").text
    refusal(machines.admin.call("GET", "/channels/khong-co"), 404)


def test_terms_and_units_are_listed(room: Newsroom, machines: Machines) -> None:
    columns = machines.editor.get("/terms", kind="column")["items"]
    assert [one["code"] for one in columns] == ["chuyen-doi-so", "doi-song-so"]
    kinds = {one["kind"] for one in machines.editor.get("/terms")["items"]}
    assert kinds == {"column", "topic", "audience", "document"}
    units = machines.editor.get("/units")["items"]
    assert [(one["code"], one["parent"]) for one in units[:2]] == [
        ("unit-tỉnh-sông-vàm", None), (PAPER, "unit-tỉnh-sông-vàm"),
    ]  # fmt: skip


def test_a_machine_without_roles_reads_nothing(app: Flask, room: Newsroom) -> None:
    from tests.cms.newsroom import person

    nobody = Machine(app, person("trong"))
    for path in ("/stories", "/terms", "/units", "/channels", "/deliveries", "/quotas", "/radio/scripts"):
        refusal(nobody.call("GET", path), 403, "not-allowed")

"""Writing a story: starting, keeping, saving, handing in; whatever is refused is said once and nothing is lost."""

from datetime import date

import pytest
from flask import Flask

from cms.core.database import changing
from cms.stories.editing import writing
from cms.stories.editing.content import parse
from cms.stories.review import review
from scheduler.decisions.states import DeliveryState
from tests.cms import newsroom
from tests.cms.newsroom import Browser, Newsroom
from tests.cms.stories.writing_desk import (
    article,
    body_of,
    post,
    revisions,
    saved,
    stories,
    text,
    working_copies,
)
from tests.conftest import Clock

pytestmark = pytest.mark.one_database


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@pytest.fixture
def editor(app: Flask, house: Newsroom) -> Browser:
    return newsroom.sign_in(app, house.editor)


def test_a_story_is_started_saved_and_handed_in(editor: Browser, house: Newsroom) -> None:
    answer = post(editor, "/stories/new", article(house, planned_for="2026-12-01"))
    assert answer.status_code == 303
    story_id = int(answer.location.rpartition("/")[2])
    assert (saved(story_id).state, saved(story_id).planned_for) == ("draft", date(2026, 12, 1))
    page = text(editor.get(answer.location))
    assert "Đã lưu bản 1 lúc 08:00:00." in page
    base = saved(story_id).current_id
    post(editor, answer.location, article(house, base=base, body="Bản mới.", then="submit"))
    assert saved(story_id).state == "submitted"
    assert (revisions(story_id), body_of(story_id)) == (2, "Bản mới.")
    assert "Đã gửi duyệt bản 2." in text(editor.get(answer.location))


def test_a_story_is_started_and_handed_in_at_once(editor: Browser, house: Newsroom) -> None:
    answer = post(editor, "/stories/new", article(house, then="submit"))
    assert saved(int(answer.location.rpartition("/")[2])).state == "submitted"


def test_the_script_is_told_where_the_story_is_now(editor: Browser, house: Newsroom) -> None:
    answer = post(editor, "/stories/new", article(house), script=True).json
    assert answer is not None
    assert answer["url"] == f"/stories/{answer['id']}"
    assert answer["base"] == saved(answer["id"]).current_id
    assert answer["words"] == "Đã lưu bản 1 lúc 08:00:00."
    assert answer["go"] is None
    handed_in = post(
        editor, answer["url"], article(house, base=answer["base"], title="Mới", then="submit"), script=True
    ).json
    assert handed_in is not None
    assert handed_in["go"] == answer["url"]


def test_saving_the_same_text_makes_no_new_revision(editor: Browser, house: Newsroom) -> None:
    answer = post(editor, "/stories/new", article(house))
    story_id = int(answer.location.rpartition("/")[2])
    post(editor, answer.location, article(house, base=saved(story_id).current_id))
    assert revisions(story_id) == 1


BAD: list[tuple[dict[str, str], str, str]] = [
    ({"title": ""}, "title", "Tin, bài chưa có tiêu đề; hãy viết tiêu đề rồi gửi duyệt."),
    ({"title": "   "}, "title", "Tin, bài chưa có tiêu đề; hãy viết tiêu đề rồi gửi duyệt."),
    ({"title": "x" * 301}, "title", "Tiêu đề quá dài, tối đa 300; hãy rút gọn rồi lưu lại."),
    ({"body": ""}, "body", "Bài chưa có nội dung; hãy viết nội dung rồi gửi duyệt."),
    ({"body": "x" * 100_001}, "body", "Nội dung quá dài, tối đa 100000; hãy rút gọn rồi lưu lại."),
    ({"column": ""}, "column", "Tin, bài chưa thuộc chuyên mục nào; hãy chọn chuyên mục."),
    (
        {"column": "khong-co"},
        "column",
        "Không có chuyên mục “khong-co”; hãy chọn chuyên mục trong danh sách.",
    ),
    ({"topics": "khong-co"}, "topics", "Không có chủ đề “khong-co”; hãy chọn chủ đề trong danh sách."),
    ({"kind": "poem"}, "kind", "Loại tin, bài không hợp lệ; hãy kiểm tra rồi lưu lại."),
    ({"unit": "999999"}, "unit", "Không có đơn vị này; hãy chọn đơn vị trong danh sách."),
    ({"unit": ""}, "unit", "Không có đơn vị này; hãy chọn đơn vị trong danh sách."),
    ({"planned_for": "mai"}, "planned_for", "“mai” không phải ngày hợp lệ; hãy nhập như 22/11/2026."),
    ({"kind": "infographic"}, "cover", "Infographic chưa có hình; hãy tải hình lên hoặc soạn các ô số liệu."),
    (
        {"kind": "notice"},
        "service",
        "Thông tin ngắn cần tên dịch vụ và ít nhất địa chỉ hoặc đường dây nóng.",
    ),
    (
        {"cover.sha256": "a" * 64},
        "cover",
        "Ảnh chưa có mô tả; hãy mô tả ảnh cho người khiếm thị hoặc đánh dấu là ảnh trang trí.",
    ),
    (
        {
            "kind": "infographic",
            "infographic.blocks.0.kind": "number",
            "infographic.blocks.0.label": "hồ sơ",
        },
        "infographic",
        "Infographic, ô 1, số hoặc liên hệ: còn thiếu, hãy bổ sung.",
    ),
]


@pytest.mark.both_databases
def test_what_cannot_be_handed_in_is_said_in_one_sentence_and_the_text_stays(editor: Browser, house: Newsroom) -> None:
    for fields, field, sentence in BAD:
        typed = {**article(house, summary="Câu chữ này phải còn nguyên.", then="submit"), **fields}
        answer = post(editor, "/stories/new", typed)
        page = text(answer)
        assert answer.status_code in {404, 409, 422}, sentence
        assert sentence in page
        assert "Câu chữ này phải còn nguyên." in page, sentence
        assert f'data-field="{field}"' in page, sentence
        problem = post(editor, "/stories/new", typed, script=True)
        assert problem.mimetype == "application/problem+json"
        assert problem.json is not None
        assert (problem.json["detail"], problem.json["field"]) == (sentence, field)
    assert stories() == 0


def test_a_draft_may_have_gaps(editor: Browser, house: Newsroom) -> None:
    answer = post(editor, "/stories/new", article(house, title="", column="", body=""))
    assert answer.status_code == 303
    assert "(chưa có tiêu đề)" in text(editor.get("/"))


def test_a_body_of_ten_megabytes_is_refused_and_the_story_stays_as_it_was(
    editor: Browser, house: Newsroom, clock: Clock
) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock())
    for script in (False, True):
        answer = post(editor, f"/stories/{made.id}", article(house, body="x" * 10_000_000), script=script)
        assert answer.status_code == 413
        assert "Nội dung gửi lên lớn quá mức cho phép" in (
            answer.json["detail"] if script and answer.json else text(answer)
        )
    assert revisions(made.id) == 1


def test_two_editors_the_second_sees_both_texts_and_saves_a_merged_one(
    app: Flask, house: Newsroom, editor: Browser, clock: Clock
) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock(), body="Đoạn chung.")
    base, url = made.current_id, f"/stories/{made.id}"
    colleague = newsroom.sign_in(app, house.colleague)
    post(colleague, url, article(house, base=base, body="Đoạn chung. Câu của Vy."))
    mine = article(house, base=base, body="Đoạn chung. Câu của Khôi.", title="Tiêu đề của Khôi")
    answer = post(editor, url, mine)
    page = text(answer)
    assert answer.status_code == 409
    assert "Trần Thảo Vy đã lưu bản 2 trong lúc bạn viết" in page
    assert "<del>Vy</del><ins>Khôi</ins>" in page
    assert ">Đoạn chung. Câu của Khôi.</textarea>" in page
    assert ">Đoạn chung. Câu của Vy.</textarea>" in page
    assert revisions(made.id) == 2
    [copy] = working_copies()
    assert copy.content["title"] == "Tiêu đề của Khôi"
    newest = saved(made.id).current_id
    assert f'name="base" value="{newest}"' in page
    merged = article(house, base=newest, body="Đoạn chung. Câu của Vy. Câu của Khôi.")
    assert post(editor, url, merged).status_code == 303
    assert body_of(made.id) == "Đoạn chung. Câu của Vy. Câu của Khôi."
    assert working_copies() == []


def test_the_script_is_told_that_it_was_overtaken(app: Flask, house: Newsroom, editor: Browser, clock: Clock) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock())
    url = f"/stories/{made.id}"
    post(newsroom.sign_in(app, house.colleague), url, article(house, base=made.current_id, body="Khác."))
    answer = post(editor, url, article(house, base=made.current_id, body="Của tôi."), script=True)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["type"] == "urn:dakenh:overtaken"
    assert [copy.content["body"] for copy in working_copies()] == ["Của tôi."]


@pytest.mark.both_databases
def test_what_is_typed_is_kept_and_shown_again_until_it_is_saved_or_dropped(
    editor: Browser, house: Newsroom, clock: Clock
) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock())
    url = f"/stories/{made.id}"
    clock.turn(seconds=5)
    typed = article(house, base=made.current_id, body="Mới gõ.", planned_for="2026-12-24")
    answer = post(editor, f"{url}/working-copy", typed, script=True)
    assert answer.json is not None
    assert answer.json["words"] == "Đã lưu tạm lúc 08:00:05"
    assert revisions(made.id) == 1
    page = text(editor.get(url))
    assert ">Mới gõ.</textarea>" in page
    assert 'name="planned_for" value="24/12/2026"' in page
    assert "Đang hiện bản tạm bạn gõ lúc 08:00 22/11/2026 (GMT+7)" in page
    assert editor.post(f"{url}/working-copy/drop").status_code == 303
    page = text(editor.get(url))
    assert "Mới gõ." not in page
    assert "2026-12-24" not in page
    assert "Đang hiện bản tạm" not in page


def test_a_kept_text_that_was_overtaken_is_compared_when_the_person_comes_back(
    app: Flask, house: Newsroom, editor: Browser, clock: Clock
) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock(), body="Cũ.")
    url = f"/stories/{made.id}"
    post(editor, f"{url}/working-copy", article(house, base=made.current_id, body="Của Khôi."), script=True)
    post(newsroom.sign_in(app, house.colleague), url, article(house, base=made.current_id, body="Của Vy."))
    page = text(editor.get(url))
    assert ">Của Khôi.</textarea>" in page
    assert "Trần Thảo Vy đã lưu bản 2" in page


def test_what_one_person_keeps_is_not_shown_to_another(
    app: Flask, house: Newsroom, editor: Browser, clock: Clock
) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock())
    post(editor, f"/stories/{made.id}/working-copy", article(house, body="Bí mật nháp."), script=True)
    assert "Bí mật nháp." not in text(newsroom.sign_in(app, house.colleague).get(f"/stories/{made.id}"))


def test_a_kept_text_may_be_anything_even_what_cannot_be_saved(editor: Browser, house: Newsroom, clock: Clock) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock())
    long = "rất dài " * 60
    post(editor, f"/stories/{made.id}/working-copy", article(house, title=long), script=True)
    assert long.strip() in text(editor.get(f"/stories/{made.id}"))


def test_a_story_that_waits_to_go_out_is_locked_and_the_text_typed_meanwhile_is_kept(
    editor: Browser, house: Newsroom, clock: Clock
) -> None:
    made = newsroom.approved(house.editor, house.lead, house.paper, now=clock())
    portal = newsroom.channel("portal_rss", house.paper, "bao")
    newsroom.delivery(made, portal, DeliveryState.SCHEDULED, now=clock())
    page = text(editor.get(f"/stories/{made.id}"))
    assert "Bài đang chờ phát hành nên đã khóa" in page
    assert "<textarea" not in page
    answer = post(editor, f"/stories/{made.id}", article(house, base=made.current_id, body="Muộn."))
    assert answer.status_code == 409
    assert "Bài đang chờ phát hành nên đã khóa; hãy bỏ lịch trước khi sửa." in text(answer)
    assert ">Muộn.</textarea>" in text(answer)
    assert [copy.content["body"] for copy in working_copies()] == ["Muộn."]


@pytest.mark.both_databases
def test_a_returned_story_says_why(app: Flask, house: Newsroom, editor: Browser, clock: Clock) -> None:
    made = newsroom.submitted(house.editor, house.paper, now=clock())
    with changing() as session:
        review.give_back(session, newsroom.actor(house.lead), made.id, reason="Thiếu <b>nguồn</b>.", now=clock())
    page = text(editor.get(f"/stories/{made.id}"))
    assert "Lê Ngọc Diệp trả lại" in page
    assert "Thiếu &lt;b&gt;nguồn&lt;/b&gt;." in page


@pytest.mark.parametrize("role", ["viewer", "broadcaster", "admin"])
def test_a_role_that_does_not_write_is_told_so_and_changes_nothing(
    app: Flask, house: Newsroom, clock: Clock, role: str
) -> None:
    made = newsroom.approved(house.editor, house.lead, house.paper, now=clock())
    client = newsroom.sign_in(app, getattr(house, role))
    sentence = "Bạn chưa được cấp quyền viết bài cho đơn vị này; hãy hỏi quản trị viên."
    assert client.get("/stories/new").status_code == 403
    for url, script in ((f"/stories/{made.id}", False), (f"/stories/{made.id}", True), ("/stories/new", False)):
        answer = post(client, url, article(house, body="Chen vào."), script=script)
        assert answer.status_code == 403
        assert sentence in (answer.json["detail"] if script and answer.json else text(answer))
    assert post(client, f"/stories/{made.id}/working-copy", article(house), script=True).status_code == 403
    assert (revisions(made.id), stories(), working_copies()) == (1, 1, [])
    assert "<textarea" not in text(client.get(f"/stories/{made.id}"))


def test_a_draft_of_another_unit_is_not_there(app: Flask, house: Newsroom, clock: Clock) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock())
    outsider = newsroom.sign_in(app, house.outsider)
    for url in (f"/stories/{made.id}", f"/stories/{made.id}/history", f"/stories/{made.id}/preview"):
        answer = outsider.get(url)
        assert answer.status_code == 404
        assert "Không có tin, bài này, hoặc bạn chưa được cấp quyền xem." in text(answer)


def test_nobody_writes_for_a_unit_that_is_not_theirs(app: Flask, house: Newsroom) -> None:
    answer = post(newsroom.sign_in(app, house.outsider), "/stories/new", article(house))
    assert answer.status_code == 403
    assert stories() == 0


NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.mark.both_databases
def test_hostile_text_is_shown_as_text_everywhere(app: Flask, house: Newsroom, clock: Clock) -> None:
    fields = dict.fromkeys(("title", "summary", "body", "byline"), NASTY)
    own = {"service": {"name": NASTY, "hotline": NASTY}, "variants": {"zalo_oa": {"title": NASTY, "body": NASTY}}}
    made = newsroom.submitted(house.editor, house.paper, now=clock(), kind="notice", **fields, **own)
    lead = newsroom.sign_in(app, house.lead)
    for url in ("/", f"/stories/{made.id}", "/inbox", f"/stories/{made.id}/history"):
        page = text(lead.get(url))
        assert "<script>alert" not in page, url
        assert "<img src=x" not in page, url
    viewer = newsroom.sign_in(app, house.viewer)
    assert "<script>alert" not in text(viewer.get(f"/stories/{made.id}"))


def test_a_form_without_its_token_changes_nothing_and_the_script_learns_why(
    app: Flask, house: Newsroom, clock: Clock
) -> None:
    made = newsroom.submitted(house.editor, house.paper, now=clock())
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        client = newsroom.sign_in(app, house.lead)
        for url in ("", "/approve", "/return", "/schedule", "/unschedule", "/retract", "/working-copy", "/preview"):
            answer = client.post(f"/stories/{made.id}{url}", data=article(house))
            assert answer.status_code == 400, url
        stale = post(client, f"/stories/{made.id}/working-copy", article(house), script=True)
        assert stale.json is not None
        assert stale.json["type"] == "urn:dakenh:stale-form"
        page = client.get(f"/stories/{made.id}")
        token = text(page).partition('name="csrf-token" content="')[2].partition('"')[0]
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        kept = client.post(f"/stories/{made.id}/working-copy", data=article(house), headers=headers)
        assert kept.status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert saved(made.id).state == "submitted"


def test_history_tells_what_changed_between_two_revisions(editor: Browser, house: Newsroom, clock: Clock) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock(), body="Một hai ba.")
    with changing() as session:
        content = parse({"title": "Nộp hồ sơ từ nhà", "body": "Một bốn ba.", "column": "doi-song-so"})
        writing.save(session, newsroom.actor(house.colleague), made.id, content, base_id=made.current_id, now=clock())
    page = text(editor.get(f"/stories/{made.id}/history"))
    assert "Từ bản 1 tới bản 2" in page
    assert "<del>hai</del><ins>bốn</ins>" in page
    assert "<del>Chuyển đổi số\n</del><ins>Đời sống số\n</ins>" in page
    assert "Trần Thảo Vy" in page
    assert editor.get(f"/stories/{made.id}/history?old=1&new=99").status_code == 404

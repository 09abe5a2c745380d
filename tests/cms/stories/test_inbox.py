"""Deciding in the inbox: what changed is shown, the decision binds to what was read, one sentence for each refusal."""

import pytest
from flask import Flask

from cms.core.database import changing
from cms.models.stories import Story
from cms.stories.editing import writing
from cms.stories.editing.content import parse
from cms.stories.review import review
from tests.cms import newsroom
from tests.cms.newsroom import Browser, Newsroom
from tests.cms.stories.writing_desk import saved, text
from tests.conftest import Clock

pytestmark = pytest.mark.one_database


@pytest.fixture
def house(app: Flask) -> Newsroom:
    made = newsroom.newsroom()
    newsroom.channel("portal_rss", made.paper, "bao", name="Báo điện tử")
    newsroom.channel("zalo_oa", made.paper, "zalo", name="Zalo của báo", settings={"app_id": "1", "oa_id": "2"})
    return made


@pytest.fixture
def lead(app: Flask, house: Newsroom) -> Browser:
    return newsroom.sign_in(app, house.lead)


@pytest.fixture
def waiting(house: Newsroom, clock: Clock) -> Story:
    return newsroom.submitted(house.editor, house.paper, now=clock(), body="Một **hai** ba.")


def rewritten(house: Newsroom, story: Story, clock: Clock, body: str) -> None:
    """Another revision, handed in again."""
    with changing() as session:
        content = parse({"title": "Nộp hồ sơ từ nhà", "body": body, "column": "chuyen-doi-so"})
        editor = newsroom.actor(house.editor)
        writing.save(session, editor, story.id, content, base_id=None, now=clock())
        review.submit(session, editor, story.id, now=clock())


def test_a_new_story_is_read_whole_with_what_every_channel_says(lead: Browser, waiting: Story) -> None:
    page = text(lead.get("/inbox"))
    assert "Một <strong>hai</strong> ba." in page
    assert "Bài mới, chưa từng duyệt" in page
    assert "Zalo không nhận bài không có ảnh bìa." in page
    assert "Duyệt bản 1" in page


def test_approving_leads_to_the_next_story(lead: Browser, house: Newsroom, waiting: Story) -> None:
    answer = lead.post(f"/stories/{waiting.id}/approve", data={"revision": waiting.current_id})
    assert (answer.status_code, answer.location) == (303, "/inbox")
    assert saved(waiting.id).approved_id == waiting.current_id
    page = text(lead.get("/inbox"))
    assert "Đã duyệt “Nộp hồ sơ từ nhà”." in page
    assert "Không có bài nào chờ bạn duyệt." in page


def test_approving_can_lead_on_to_scheduling(lead: Browser, waiting: Story) -> None:
    assert ">Duyệt rồi lên lịch<" in text(lead.get("/inbox"))
    data = {"revision": waiting.current_id, "then": "schedule"}
    answer = lead.post(f"/stories/{waiting.id}/approve", data=data)
    assert answer.location == f"/stories/{waiting.id}/schedule"
    assert "Khi nào" in text(lead.get(answer.location))


def test_a_rewritten_story_shows_what_changed_since_the_last_approval(
    lead: Browser, house: Newsroom, waiting: Story, clock: Clock
) -> None:
    lead.post(f"/stories/{waiting.id}/approve", data={"revision": waiting.current_id})
    rewritten(house, waiting, clock, "Một **hai** bốn.")
    page = text(lead.get("/inbox"))
    assert "Thay đổi so với bản 1 đã duyệt" in page
    assert "<del>ba</del><ins>bốn</ins>" in page


def test_a_newer_text_cannot_be_approved_unseen(lead: Browser, house: Newsroom, waiting: Story, clock: Clock) -> None:
    read = waiting.current_id
    rewritten(house, waiting, clock, "Thêm một câu chưa ai đọc.")
    answer = lead.post(f"/stories/{waiting.id}/approve", data={"revision": read})
    assert answer.status_code == 409
    assert "Bài vừa có bản mới hơn bản bạn đã đọc; hãy đọc bản mới rồi quyết định." in text(answer)
    assert "Thêm một câu chưa ai đọc." in text(answer)
    assert saved(waiting.id).state == "submitted"
    assert lead.post(f"/stories/{waiting.id}/approve", data={}).status_code == 409


def test_returning_needs_a_reason_and_keeps_it_when_refused(
    lead: Browser, house: Newsroom, waiting: Story, clock: Clock
) -> None:
    url = f"/stories/{waiting.id}/return"
    empty = lead.post(url, data={"revision": waiting.current_id, "reason": "  "})
    assert "Hãy ghi lý do trả lại để người viết biết cần sửa gì." in text(empty)
    read = waiting.current_id
    rewritten(house, waiting, clock, "Khác.")
    late = lead.post(url, data={"revision": read, "reason": "Thiếu nguồn số liệu."})
    assert late.status_code == 409
    assert ">Thiếu nguồn số liệu.</textarea>" in text(late)
    done = lead.post(url, data={"revision": saved(waiting.id).current_id, "reason": "Thiếu nguồn số liệu."})
    assert done.status_code == 303
    assert saved(waiting.id).state == "returned"


@pytest.mark.both_databases
def test_a_decision_is_not_taken_twice(lead: Browser, waiting: Story) -> None:
    data = {"revision": waiting.current_id, "reason": "Sửa lại."}
    lead.post(f"/stories/{waiting.id}/approve", data=data)
    answer = lead.post(f"/stories/{waiting.id}/return", data=data)
    assert answer.status_code == 409
    assert "Bài chưa được gửi duyệt hoặc đã có quyết định" in text(answer)
    assert saved(waiting.id).state == "approved"


def test_a_lead_reads_their_own_text_but_does_not_approve_it(lead: Browser, house: Newsroom, clock: Clock) -> None:
    own = newsroom.submitted(house.lead, house.paper, now=clock())
    page = text(lead.get("/inbox"))
    assert "Người viết không tự duyệt bài của mình; hãy nhờ lãnh đạo duyệt bài khác." in page
    assert "data-approve" not in page
    answer = lead.post(f"/stories/{own.id}/approve", data={"revision": own.current_id})
    assert answer.status_code == 403
    assert saved(own.id).state == "submitted"


@pytest.mark.parametrize("role", ["editor", "viewer", "broadcaster", "admin"])
def test_who_does_not_approve_has_no_inbox_and_no_decision(
    app: Flask, house: Newsroom, waiting: Story, role: str
) -> None:
    client = newsroom.sign_in(app, getattr(house, role))
    assert client.get("/inbox").status_code == 403
    data = {"revision": waiting.current_id, "reason": "Không."}
    for decision in ("approve", "return"):
        assert client.post(f"/stories/{waiting.id}/{decision}", data=data).status_code in {403, 404}
    assert saved(waiting.id).state == "submitted"


@pytest.mark.parametrize("chosen", ["?story=999999", "?story=abc", "?story="])
def test_an_odd_address_of_the_inbox_is_answered_calmly(lead: Browser, waiting: Story, chosen: str) -> None:
    assert lead.get("/inbox" + chosen).status_code in {200, 404}

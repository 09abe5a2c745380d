"""Who writes on a story that somebody else decides about meanwhile is told, in one sentence, and what to do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from cms.core.database import changing
from cms.models.stories import Story
from cms.models.story_states import Stage
from cms.stories.editing import writing
from cms.stories.editing.content import parse
from cms.stories.pages.meanwhile import SENTENCES
from cms.stories.publishing import scheduling
from cms.stories.review import review
from scheduler.decisions.states import DeliveryState
from tests.cms import newsroom
from tests.cms.newsroom import Browser, Newsroom, actor
from tests.cms.stories.test_editor_in_browser import signed_in
from tests.cms.stories.writing_desk import article, body_of, keep, post, text, working_copies
from tests.conftest import Clock

Event = Callable[[Newsroom, Story, Clock], None]


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


def approve(house: Newsroom, made: Story, clock: Clock) -> None:
    with changing() as session:
        review.approve(session, actor(house.lead), made.id, revision_id=None, now=clock())


def give_back(house: Newsroom, made: Story, clock: Clock) -> None:
    with changing() as session:
        review.give_back(session, actor(house.lead), made.id, reason="Thiếu 100% nguồn", now=clock())


def submit(house: Newsroom, made: Story, clock: Clock) -> None:
    with changing() as session:
        review.submit(session, actor(house.colleague), made.id, now=clock())


def on_channel(state: DeliveryState, *, elsewhere: bool = False) -> Event:
    def happen(house: Newsroom, made: Story, clock: Clock) -> None:
        approve(house, made, clock)
        channel = newsroom.channel("portal_rss", house.department if elsewhere else house.paper, "kenh")
        newsroom.delivery(made, channel, state, now=clock() + timedelta(hours=1))

    return happen


def retract(house: Newsroom, made: Story, clock: Clock) -> None:
    approve(house, made, clock)
    with changing() as session:
        scheduling.retract(session, actor(house.lead), made.id, reason="Sai", now=clock())


def save(house: Newsroom, made: Story, clock: Clock) -> None:
    with changing() as session:
        content = parse({"title": "Của Vy", "body": "Của Vy.", "column": "chuyen-doi-so"})
        writing.save(session, actor(house.colleague), made.id, content, base_id=None, now=clock())


EVENTS: list[tuple[str, Event, str]] = [
    ("approved", approve, "Lê Ngọc Diệp đã duyệt bản 1 và bản ấy chưa có chữ bạn đang gõ. Muốn đưa chữ mới vào bài"),
    ("returned", give_back, "Lê Ngọc Diệp đã trả lại bản 1: “Thiếu 100% nguồn”. Chữ bạn gõ vẫn được giữ; hãy sửa"),
    ("retracted", retract, "bài đã bị thu hồi khỏi mọi kênh. Chữ bạn gõ vẫn được giữ; muốn phát hành lại, hãy sửa"),
    ("locked", on_channel(DeliveryState.SCHEDULED), "đã khóa. Chữ bạn gõ vẫn được giữ nhưng chưa lưu thành bản mới"),
    ("scheduled", on_channel(DeliveryState.SCHEDULED, elsewhere=True), "bản 1 đã được lên lịch và chưa có chữ bạn"),
    ("live", on_channel(DeliveryState.LIVE), "bản 1 đã được phát hành và chưa có chữ bạn đang gõ. Muốn đính chính"),
    ("expired", on_channel(DeliveryState.EXPIRED), "bài đã hết hạn trên các kênh"),
    ("saved", save, "người khác đã lưu bản 2. Chữ bạn gõ vẫn được giữ; hãy bấm Lưu để so sánh hai bản."),
]


@pytest.mark.parametrize(("happen", "said"), [pytest.param(event, said, id=name) for name, event, said in EVENTS])
def test_who_types_is_told_what_became_of_the_story(
    app: Flask, house: Newsroom, clock: Clock, happen: Event, said: str
) -> None:
    made = newsroom.submitted(house.editor, house.paper, now=clock())
    url, base = f"/stories/{made.id}", made.current_id
    editor: Browser = newsroom.sign_in(app, house.editor)
    assert 'name="stood" value="submitted"' in text(editor.get(url))
    typed = article(house, base=base, body="Đang gõ.", stood="submitted")
    assert keep(editor, url, typed)["happened"] == ""
    happen(house, made, clock)
    told = keep(editor, url, typed)["happened"]
    assert told.startswith("Trong lúc bạn viết, ")
    assert said in told
    assert [copy.content["body"] for copy in working_copies()] == ["Đang gõ."]


def test_every_stage_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Stage)


def test_a_colleague_hands_in_what_is_being_written_on(app: Flask, house: Newsroom, clock: Clock) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock())
    editor = newsroom.sign_in(app, house.editor)
    submit(house, made, clock)
    typed = article(house, base=made.current_id, body="Đang gõ.", stood="draft")
    assert "bản 1 đã được gửi duyệt và chưa có chữ" in keep(editor, f"/stories/{made.id}", typed)["happened"]


def test_ones_own_saving_is_no_news_on_the_same_page_and_is_on_another(
    app: Flask, house: Newsroom, clock: Clock
) -> None:
    made = newsroom.submitted(house.editor, house.paper, now=clock())
    url, base = f"/stories/{made.id}", made.current_id
    editor = newsroom.sign_in(app, house.editor)
    answer = post(editor, url, article(house, base=base, body="Hai.", stood="submitted"), script=True).get_json()
    assert (answer["state"], answer["stage"]) == ("draft", "draft")
    typed = article(house, base=answer["base"], body="Ba.", stood=answer["stage"])
    assert keep(editor, url, typed)["happened"] == ""
    other = article(house, base=base, body="Bốn.", stood="submitted")
    assert keep(editor, url, other)["happened"].startswith("Bạn đã lưu bản 2 của bài này ở một thẻ hoặc máy khác.")


def test_text_kept_under_a_lock_is_named_there_and_comes_back(app: Flask, house: Newsroom, clock: Clock) -> None:
    made = newsroom.submitted(house.editor, house.paper, now=clock())
    url = f"/stories/{made.id}"
    editor = newsroom.sign_in(app, house.editor)
    keep(editor, url, article(house, base=made.current_id, body="Đang gõ.", stood="submitted"))
    on_channel(DeliveryState.SCHEDULED)(house, made, clock)
    page = text(editor.get(url))
    assert "bài đang chờ phát hành nên đã khóa" in page.lower()
    assert "Chữ bạn gõ lúc 08:00 22/11/2026 (GMT+7) mà chưa lưu vẫn được giữ" in page
    assert "vẫn được giữ, mở khóa" not in text(newsroom.sign_in(app, house.colleague).get(url))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_open_page_says_so(context: BrowserContext, house: Newsroom, clock: Clock) -> None:
    made = newsroom.submitted(house.editor, house.paper, now=clock())
    page = signed_in(context)
    page.goto(f"/stories/{made.id}", wait_until="networkidle")
    notice = page.locator("[data-happened]")
    page.fill("#body", "Một.")
    expect(page.locator("[data-kept-status]")).to_have_text("Đã lưu tạm lúc 08:00:00")
    expect(notice).to_be_hidden()
    expect(page.get_by_text("Bài đang chờ duyệt.")).to_be_visible()
    give_back(house, made, clock)
    page.fill("#body", "Một. Hai.")
    expect(notice).to_contain_text("Lê Ngọc Diệp đã trả lại bản 1: “Thiếu 100% nguồn”")
    assert page.input_value("#body") == "Một. Hai."
    for stale in ("[data-stage]", "[data-as-opened] .alert"):
        expect(page.locator(stale)).to_be_hidden()
    page.get_by_role("button", name="Lưu").click()
    page.wait_for_load_state("networkidle")
    expect(notice).to_be_hidden()
    assert body_of(made.id) == "Một. Hai."

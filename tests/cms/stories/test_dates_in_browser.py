"""In a real browser a day is typed as people here write it, tidied or told to be wrong, or taken from a calendar."""

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from cms.models.stories import Story
from tests.cms import newsroom
from tests.cms.newsroom import PASSWORD
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def story(app: Flask, clock: Clock) -> Story:
    """An approved story with a channel to go to."""
    made = newsroom.newsroom()
    newsroom.channel("portal_rss", made.paper, "bao", name="Báo điện tử")
    return newsroom.approved(made.editor, made.lead, made.paper, now=clock())


@pytest.fixture
def page(context: BrowserContext, story: Story) -> Page:
    """The lead's browser at the scheduling page."""
    made = context.new_page()
    made.goto("/sign-in")
    made.fill("#username", "diep")
    made.fill("#password", PASSWORD)
    made.click("main button")
    made.wait_for_load_state()
    made.goto(f"/stories/{story.id}/schedule")
    return made


@pytest.mark.parametrize("typed", ["23-11-2026 17h30", "5h30 chiều 23/11/2026", "2026-11-23T17:30"])
def test_what_is_typed_is_tidied_and_read_back_with_its_weekday(page: Page, typed: str) -> None:
    page.fill("#at", typed)
    page.press("#at", "Tab")
    expect(page.locator("#at")).to_have_value("23/11/2026 17:30")
    expect(page.locator("[data-said=at]")).to_have_text("Thứ Hai, 23/11/2026 17:30 GMT+7", ignore_case=True)
    expect(page.locator("[data-when-at]")).to_be_checked()


@pytest.mark.parametrize("typed", ["31/11/2026 17:30", "11/23/2026 17:30", "23/11/2026", "12h đêm 23/11/2026", "mai"])
def test_what_is_no_time_is_told_at_the_field(page: Page, typed: str) -> None:
    page.fill("#at", typed)
    page.press("#at", "Tab")
    expect(page.locator("#at:invalid")).to_have_count(1)
    assert page.locator("#at").evaluate("field => field.validationMessage") == "Hãy nhập như 22/11/2026 17:30."
    page.fill("#at", "")
    page.press("#at", "Tab")
    expect(page.locator("#at:valid")).to_have_count(1)


def test_a_day_from_the_calendar_is_written_like_a_typed_one(page: Page) -> None:
    native = page.locator("[data-dated]", has=page.locator("#at")).locator("[data-dated-native]")
    page.fill("#at", "23/11/2026 17:30")
    page.get_by_role("button", name="Chọn trong lịch").first.click()
    expect(native).to_have_value("2026-11-23T17:30")
    native.evaluate(
        "box => { box.value = '2026-11-24T06:15'; box.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    expect(page.locator("#at")).to_have_value("24/11/2026 06:15")
    expect(page.locator("[data-said=at]")).to_contain_text("24/11/2026 06:15 GMT+7")


def test_a_week_is_shown_as_soon_as_its_day_is_typed(page: Page) -> None:
    page.goto("/calendar")
    page.fill("#week", "2/12/2026")
    page.press("#week", "Enter")
    page.wait_for_url("**week=02%2F12%2F2026**")
    expect(page.locator("#week")).to_have_value("30/11/2026")


def test_nothing_but_the_typed_field_is_sent(page: Page) -> None:
    names = page.locator("[data-schedule] [data-dated] input").evaluate_all("all => all.map(one => one.name)")
    assert sorted(filter(None, names)) == ["at", "until"]


ROOM = """(box) => {
  const look = getComputedStyle(box), brush = document.createElement("canvas").getContext("2d");
  brush.font = getComputedStyle(box, "::placeholder").font;
  const room = box.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
  return room - brush.measureText(box.placeholder).width;
}"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("where", ["/stories/new", "/stories/1/schedule", "/deliveries", "/calendar"])
def test_what_a_field_asks_for_can_be_read_whole(page: Page, story: Story, where: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(where.replace("1", str(story.id)))
    boxes = page.locator(".dated input[placeholder]")
    assert boxes.count()
    for box in boxes.all():
        assert box.evaluate(ROOM) >= 0, box.get_attribute("name")

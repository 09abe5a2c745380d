"""The rundown in a real browser: items are dragged or moved with the arrow keys, and the order is kept at once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from cms.core.database import changing, db
from cms.models.radio import Programme
from cms.radio.bulletins import composing, rundown
from tests.cms.newsroom import PASSWORD, Newsroom, actor
from tests.cms.radio.conftest import Live
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def three(live: Live) -> list[int]:
    return [live(title) for title in ("Một", "Hai", "Ba")]


@pytest.fixture
def page(context: BrowserContext, news: Newsroom, programme: Programme, three: list[int], clock: Clock) -> Page:
    """The rundown of three items on the presenter's screen."""
    with changing() as session:
        composing.begin(
            session, actor(news.broadcaster), programme_id=programme.id, air_at=clock(), items=three, now=clock()
        )
    made = context.new_page()
    made.goto("/sign-in?next=/radio/bulletins/1")
    made.fill("#username", "phuong")
    made.fill("#password", PASSWORD)
    made.click("main button")
    made.wait_for_url(re.compile("/radio/bulletins/1"))
    return made


def kept() -> list[int]:
    db.session.rollback()
    return rundown.order(db.session(), 1)


def expect_version(page: Page, version: int) -> None:
    expect(page.locator("[data-rundown]")).to_have_attribute("data-version", str(version))


def test_an_item_is_dragged_to_its_place(page: Page, three: list[int]) -> None:
    one, two, last = three
    grip = page.locator("[data-grip]").first.bounding_box()
    goal = page.locator("li[data-item]").last.bounding_box()
    assert grip
    assert goal
    x = grip["x"] + grip["width"] / 2
    page.mouse.move(x, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, goal["y"] + goal["height"] - 3, steps=10)
    page.mouse.up()
    expect_version(page, 2)
    assert kept() == [two, last, one]
    expect(page.locator("li[data-item]").last).to_contain_text("Một")


def test_the_arrow_keys_move_the_item_whose_grip_has_the_focus(page: Page, three: list[int]) -> None:
    one, two, last = three
    page.locator("[data-grip]").last.focus()
    page.keyboard.press("ArrowUp")
    expect_version(page, 2)
    page.keyboard.press("ArrowUp")
    expect_version(page, 3)
    assert kept() == [last, one, two]
    expect(page.locator("[data-grip]").first).to_be_focused()


def test_the_total_changes_when_an_item_is_taken_out(
    page: Page, three: list[int], retract: Callable[[int], None]
) -> None:
    total = page.locator(".rundown-total").inner_text()
    page.locator("[data-key^=remove-]").first.click()
    expect_version(page, 2)
    assert page.locator(".rundown-total").inner_text() < total
    assert kept() == three[1:]
    boxes = page.locator("[name=items]")
    assert [boxes.nth(place).input_value() for place in range(boxes.count())] == [str(one) for one in three[1:]]
    retract(three[1])
    page.locator("[data-key=fill]").click()
    expect(page.get_by_text("1 tin đã thu hồi sau khi đưa vào bản tin")).to_be_visible()

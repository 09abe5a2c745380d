"""The schedule page as it is drawn: nothing lies over anything else, and the question stands before all."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext

from scheduler.decisions.states import DeliveryState
from tests.cms import newsroom
from tests.cms.stories.test_editor_in_browser import signed_in
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

OVERLAPPING = """() => {
  const all = "main :is(.check > span, .place-state > *, .place-slot, .findings li, h2, legend)";
  const drawn = [...document.querySelectorAll(all)]
    .map((one) => ({ text: one.innerText, box: one.getBoundingClientRect() }))
    .filter((one) => one.box.width && one.text);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  return drawn.flatMap((one, at) => drawn.slice(at + 1).filter((other) => over(one.box, other.box)
    && !one.text.includes(other.text) && !other.text.includes(one.text)).map((other) => [one.text, other.text]));
}"""


@pytest.mark.parametrize("width", [1280, 1000, 390])
def test_the_question_stands_first_and_nothing_lies_over_another(
    app: Flask, context: BrowserContext, clock: Clock, width: int
) -> None:
    house = newsroom.newsroom()
    made = newsroom.approved(house.editor, house.lead, house.paper, now=clock())
    waits = newsroom.channel("portal_rss", house.paper, "bao", name="Báo Sông Vàm điện tử – chuyên trang Chuyển đổi số")
    newsroom.channel("led_board", house.paper, "bang", name="Bảng điện tử trước cổng tòa soạn")
    newsroom.delivery(made, waits, DeliveryState.SCHEDULED, now=clock() + timedelta(hours=3))
    page = signed_in(context, "diep")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/stories/{made.id}/schedule")
    assert page.evaluate(OVERLAPPING) == []
    page.locator("[name=channels]:not(:disabled)").check()
    page.locator("[name=when][value=now]").check()
    page.get_by_role("button", name="Phát hành ngay trên 1 kênh…").click()
    asked, form = page.locator(".at-once").bounding_box(), page.locator("[data-schedule]").bounding_box()
    places = page.locator(".places").first.bounding_box()
    assert asked
    assert form
    assert places
    assert asked["width"] == pytest.approx(form["width"], abs=2)
    assert asked["y"] + asked["height"] <= places["y"]
    assert page.evaluate(OVERLAPPING) == []

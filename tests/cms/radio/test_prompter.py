"""The prompter in a real browser: it follows the read rate, the keyboard drives it, and it needs no network."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.cms.newsroom import PASSWORD, Browser, Newsroom
from tests.cms.radio.conftest import Live
from tests.conftest import SUNDAY

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
LONG = " ".join(f"Câu thứ {n} nói về việc nộp hồ sơ tại nhà, không phải đi lại." for n in range(1, 31))


@pytest.fixture
def script(live: Live) -> int:
    return live("Nộp hồ sơ từ nhà", body=f"{LONG}\n\n{LONG}")


@pytest.fixture
def desk(context: BrowserContext, news: Newsroom, script: int) -> BrowserContext:
    """A browser in which the presenter is signed in."""
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#username", "phuong")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(re.compile(r"/$"))
    page.close()
    return context


@pytest.fixture
def page(desk: BrowserContext, script: int) -> Iterator[Page]:
    """The prompter on a tablet; an error of its script fails the test."""
    wrong: list[str] = []
    made = desk.new_page()
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.set_viewport_size({"width": 1024, "height": 768})
    made.clock.install()
    made.goto(f"/radio/{script}/prompter")
    yield made
    assert wrong == []


def seconds(page: Page) -> int:
    minutes, rest = page.locator("[data-elapsed]").inner_text().split("'")
    return int(minutes) * 60 + int(rest)


def height(page: Page) -> float:
    return float(page.evaluate("document.querySelector('[data-text]').scrollTop"))


def run(page: Page, milliseconds: int) -> None:
    page.clock.run_for(milliseconds)


def test_it_scrolls_as_fast_as_the_script_is_read(page: Page) -> None:
    page.keyboard.press(" ")
    run(page, 20_000)
    first, at = height(page), seconds(page)
    assert at == pytest.approx(20, abs=1)
    run(page, 20_000)
    assert seconds(page) == pytest.approx(40, abs=1)
    assert height(page) > first > 0
    now = page.locator(".now")
    assert float(now.get_attribute("data-at") or 0) <= 40
    assert float(now.get_attribute("data-at") or 0) + float(now.get_attribute("data-seconds") or 0) >= 38


def test_speed_is_in_syllables_a_minute_and_plus_and_minus_change_it(page: Page) -> None:
    pace = int(page.locator("[data-speed]").inner_text())
    assert 180 <= pace <= 240
    for _ in range(4):
        page.keyboard.press("+")
    assert int(page.locator("[data-speed]").inner_text()) == round(pace * 1.2)
    page.keyboard.press(" ")
    run(page, 10_000)
    assert seconds(page) == pytest.approx(12, abs=1)
    page.keyboard.press("-")
    assert int(page.locator("[data-speed]").inner_text()) == round(pace * 1.15)


def test_the_keyboard_stops_steps_and_goes_home(page: Page) -> None:
    page.keyboard.press(" ")
    run(page, 12_000)
    page.keyboard.press(" ")
    stood = seconds(page)
    run(page, 5_000)
    assert seconds(page) == stood
    before = page.locator(".now").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator(".now").inner_text() != before
    page.keyboard.press("ArrowUp")
    assert page.locator(".now").inner_text() == before
    page.keyboard.press("Home")
    assert (seconds(page), page.locator(".now").inner_text()) == (0, "NHẠC HIỆU 10 giây")
    expect(page.locator("[data-progress]")).to_have_js_property("value", 0)


def test_it_goes_on_without_a_network(page: Page, desk: BrowserContext) -> None:
    desk.set_offline(True)
    page.keyboard.press(" ")
    run(page, 65_000)
    assert seconds(page) == pytest.approx(65, abs=1)
    expect(page.locator("[data-alarm]")).to_be_hidden()


def test_where_somebody_scrolls_the_clock_follows(page: Page) -> None:
    page.evaluate("document.querySelector('[data-text]').scrollTop = 1500")
    page.wait_for_function("document.querySelector('[data-elapsed]').textContent !== \"0'00\"")
    assert seconds(page) > 10


def test_who_wants_little_motion_gets_whole_sentences(desk: BrowserContext, script: int) -> None:
    page = desk.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.clock.install(time=SUNDAY)
    page.goto(f"/radio/{script}/prompter")
    page.clock.pause_at(SUNDAY + timedelta(minutes=5))  # how slow this machine is counts for nothing
    expect(page.locator("[data-do=steps]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(" ")
    seen = set()
    for _ in range(40):
        run(page, 500)
        seen.add(height(page))
    assert seconds(page) == pytest.approx(20, abs=1)
    assert len(seen) < 10


def test_letters_grow_and_nothing_runs_out_of_the_screen(page: Page) -> None:
    for width, tall in ((1280, 800), (768, 1024), (390, 844)):
        page.set_viewport_size({"width": width, "height": tall})
        page.keyboard.press("]")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.get_by_role("button", name=re.compile("Chạy"))).to_be_in_viewport()


def test_a_script_that_is_called_back_meanwhile_disappears(
    page: Page, script: int, retract: Callable[[int], None]
) -> None:
    retract(script)
    run(page, 31_000)
    expect(page.locator("[data-alarm]")).to_be_visible()
    expect(page.locator("[data-text]")).to_be_hidden()


def test_a_script_that_was_called_back_is_not_on_the_prompter(
    browser: Browser, script: int, retract: Callable[[int], None]
) -> None:
    assert "Câu thứ" in browser.get(f"/radio/{script}/prompter").text
    assert browser.get(f"/radio/{script}/standing").json["withdrawn"] is False  # type: ignore[index]
    retract(script)
    page = browser.get(f"/radio/{script}/prompter").text
    assert "Câu thứ" not in page
    assert "ĐÃ THU HỒI – KHÔNG ĐỌC TRÊN SÓNG" in page
    assert browser.get(f"/radio/{script}/standing").json["withdrawn"] is True  # type: ignore[index]

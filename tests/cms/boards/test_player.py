"""The player in a real browser shows what is valid, keeps on without a network, and never what was called back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Engine

from tests.cms.feeds.press import Press
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
PLATE = "Bảng cổng tòa soạn"


@pytest.fixture
def press(app: Flask, engine: Engine, clock: Clock) -> Iterator[Press]:
    made = Press(app, engine, clock)
    yield made
    made.scheduler.close()


@pytest.fixture
def player(press: Press, context: BrowserContext) -> Iterator[Page]:
    """A board's browser, whose clock stands still with the newsroom's."""
    wrong: list[str] = []
    page = context.new_page()
    page.clock.install(time=press.clock())
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert wrong == []


def opened(player: Page) -> None:
    with player.expect_response("**/playlist.json"):
        player.goto("/boards/cong-bao/player")
    player.wait_for_load_state("networkidle")


def shows(player: Page, what: str) -> Locator:
    """The board's picture if it is that of ``what``: an item's number, or ``plate``."""
    return player.locator(f"#frame[data-shows='{what}']")


def pass_time(player: Page, **time: float) -> None:
    player.clock.fast_forward(int(timedelta(**time).total_seconds() * 1000))


def test_a_board_shows_the_picture_of_its_item(press: Press, player: Page) -> None:
    press.publish(press.board)
    opened(player)
    expect(player.locator("#frame")).to_be_visible()
    playlist = player.request.get("/boards/cong-bao/playlist.json").json()
    size = player.locator("#frame").evaluate("frame => [frame.naturalWidth, frame.naturalHeight]")
    assert size == [playlist["width"], playlist["height"]]


def test_what_is_called_back_leaves_the_board_at_the_next_poll(press: Press, player: Page) -> None:
    story = press.publish(press.board)
    opened(player)
    expect(shows(player, "1")).to_be_visible()
    press.retract(story)
    with player.expect_response("**/playlist.json"):
        pass_time(player, minutes=2)
    expect(shows(player, "plate")).to_be_visible()


def test_without_a_network_the_item_goes_on_until_its_time_and_then_the_plate(
    press: Press, player: Page, context: BrowserContext
) -> None:
    press.publish(press.board)
    opened(player)
    expect(shows(player, "1")).to_be_visible()
    context.set_offline(True)
    pass_time(player, minutes=10)
    expect(player.locator("#frame[data-shows='1'][src^='blob:']")).to_be_visible()
    pass_time(player, days=2)
    expect(shows(player, "plate")).to_be_visible()


def test_a_clock_that_fell_back_shows_no_news(press: Press, player: Page, context: BrowserContext) -> None:
    press.publish(press.board)
    opened(player)
    expect(shows(player, "1")).to_be_visible()
    context.set_offline(True)
    player.clock.set_system_time(datetime(2020, 1, 1))
    pass_time(player, minutes=1)
    expect(shows(player, "plate")).to_be_visible()

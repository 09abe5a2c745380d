"""A server at rest stays alive: the same processes before and after a burst, a pause, and another burst.

The server ends threads that have been idle for a while. What ends the pause is shortened to the five seconds that it
takes at least; ``--rest 35`` with the server's own half a minute is the whole length of it.
"""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from cms.core.database import db
from tests.cms.feeds.press import Press
from tests.cms.newsroom import PASSWORD
from tests.cms.processes.house import House, family

CLIENTS, ROUNDS = 8, 3
PAGES = ("/", "/calendar", "/radio", "/quotas", "/healthz", "/metrics", "/feeds/bao.rss", "/feeds/bao.json")


def sign_in(house: House) -> requests.Session:
    """A browser of the editor."""
    browser = requests.Session()
    form = browser.get(f"{house.address}/sign-in", timeout=60)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)
    assert found
    sent = {"username": "khoi", "password": PASSWORD, "csrf_token": found[1]}
    assert browser.post(f"{house.address}/sign-in", sent, timeout=60, allow_redirects=False).status_code == 303
    return browser


def burst(house: House, browsers: list[requests.Session]) -> None:
    """Every client asks for feeds and pages at the same time as the others."""

    def ask(browser: requests.Session) -> list[int]:
        return [browser.get(house.address + page, timeout=60).status_code for page in PAGES * 4]

    with ThreadPoolExecutor(CLIENTS) as threads:
        answers = [code for codes in threads.map(ask, browsers) for code in codes]
    assert set(answers) == {200}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_same_processes_serve_before_and_after_a_rest(
    press: Press, open_house: Callable[..., House], request: pytest.FixtureRequest
) -> None:
    press.publish()
    db.session.remove()
    db.engine.dispose()
    rest = request.config.getoption("--rest", default=7)
    house = open_house("web", THREAD_IDLE_S=str(max(5, int(rest) - 5)), SIGN_IN_LIMIT="100 per minute").up()
    browsers = [sign_in(house) for _ in range(CLIENTS)]
    at_first = family(house.process.pid)
    assert len(at_first) >= 2
    for _ in range(ROUNDS):
        burst(house, browsers)
        time.sleep(rest)
        assert family(house.process.pid) == at_first, house.told()
    burst(house, browsers)
    assert house.health()["restarts"] == {}
    assert "Fatal Python error" not in house.told()

"""Dear requests run in helper processes: one that hangs, dies or is killed stops nobody else, and is replaced."""

import os
import re
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from cms.admission.gate import LIMITS_S
from cms.admission.lines import AdmissionLine
from cms.core.database import db
from tests.cms.feeds.press import Press
from tests.cms.processes.house import House, children, lives, until
from tests.cms.processes.test_rest import sign_in

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


class Writer:
    """An editor's browser."""

    def __init__(self, house: House, unit: int) -> None:
        self.house, self.unit, self.browser = house, unit, sign_in(house)
        page = self.browser.get(f"{house.address}/stories/new", timeout=60).text
        token = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert token
        self.browser.headers.update({"X-CSRFToken": token[1], "Accept": "application/json"})

    def preview(self) -> requests.Response:
        """Ask for the previews of a new story."""
        sent = {"kind": "article", "title": "Tin", "body": "Nội dung.", "unit": str(self.unit)}
        return self.browser.post(f"{self.house.address}/stories/preview", sent, timeout=120)


def worker(house: House) -> int:
    """The web worker of ``dakenh web``."""
    return int(until(lambda: children(house.process.pid), "the worker")[0])


def zygote(house: House) -> int:
    """The process that forks helpers."""
    return int(until(lambda: children(worker(house)), "the helpers' parent")[0])


def stop(pid: int) -> None:
    """Let a process hang; it does not even notice a signal that can be handled."""
    os.kill(pid, signal.SIGSTOP)
    until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T", "it to hang")


def test_a_hanging_helper_is_ended_and_polls_never_notice(press: Press, open_house: Callable[..., House]) -> None:
    press.publish()
    unit = press.room.paper.id
    db.session.remove()
    db.engine.dispose()
    house = open_house("web", HELPERS="1").up()
    writer = Writer(house, unit)
    assert writer.preview().status_code == 200
    (helper,) = children(zygote(house))
    stop(helper)
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(writer.preview)
        polls = 0
        while not asked.done():
            for address in ("/feeds/bao.rss", "/healthz", "/sign-in", "/static/dakenh.css"):
                assert requests.get(house.address + address, timeout=LIMITS_S[AdmissionLine.TYPED]).status_code == 200
                polls += 1
        answer = asked.result()
    assert polls >= 4
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:dakenh:too-slow")
    assert answer.headers["Retry-After"]
    until(lambda: not lives(helper), "the end of the helper")
    assert writer.preview().status_code == 200
    assert house.health()["restarts"] == {"helper": 1}


def test_a_killed_helper_and_the_killed_parent_of_helpers_are_replaced(
    press: Press, open_house: Callable[..., House]
) -> None:
    unit = press.room.paper.id
    db.session.remove()
    db.engine.dispose()
    house = open_house("web", HELPERS="1").up()
    writer = Writer(house, unit)
    assert writer.preview().status_code == 200
    (helper,) = children(zygote(house))
    os.kill(helper, signal.SIGKILL)
    until(lambda: not lives(helper), "the end of the helper")
    assert writer.preview().status_code == 200, "one that died at rest is noticed before it is asked"
    first, parent = worker(house), zygote(house)
    helpers = children(parent)
    os.kill(parent, signal.SIGKILL)
    until(lambda: not [pid for pid in (parent, *helpers) if lives(pid)], "the end of the helpers")
    assert writer.preview().status_code == 503
    until(lambda: worker(house) != first and house.health(), "a new worker")
    assert writer.preview().status_code == 200
    assert house.health()["restarts"] == {"web-worker": 1}


def test_what_goes_through_a_helper_is_what_the_application_answers(
    press: Press, open_house: Callable[..., House]
) -> None:
    """Cookies, redirects, files and forms, with helpers and without."""
    story = press.publish()
    unit = press.room.paper.id
    db.session.remove()
    db.engine.dispose()
    told = []
    for helpers in ("0", "1"):
        house = open_house("web", HELPERS=helpers, SIGN_IN_LIMIT="100 per minute").up()
        writer = Writer(house, unit)
        answers = [
            writer.browser.get(f"{house.address}{address}", timeout=60, allow_redirects=False)
            for address in (
                f"/stories/{story.id}/preview",
                "/quotas",
                "/?q=n%E1%BB%99p",
                "/audit.csv",
                "/radio/1.pdf",
            )
        ]
        sent = {"kind": "article", "title": "Tin “mới”", "body": "x" * 5000, "unit": str(unit)}
        answers.append(writer.browser.post(f"{house.address}/stories/new", sent, timeout=60))
        picture = {"file": ("a.png", b"no picture", "image/png")}
        answers.append(writer.browser.post(f"{house.address}/assets", files=picture, timeout=60))
        large = {"file": ("a.png", b"x" * 9_500_000, "image/png")}
        with suppress(requests.ConnectionError):  # refused before all of it was read
            assert writer.browser.post(f"{house.address}/assets", files=large, timeout=60).status_code == 413
        told.append([(one.status_code, one.headers.get("Content-Type"), bool(one.content)) for one in answers])
        house.end()
    assert told[0] == told[1]
    assert {200, 404} <= {status for status, _, _ in told[0]}

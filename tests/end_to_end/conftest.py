"""The whole product, running: web server, scheduler and Zalo simulator as processes, and a real Chromium."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect

from cms.app.demo.newsroom import PASSWORD
from cms.core.settings import Settings
from tests.end_to_end.furnishing import free_port, furnish
from tests.end_to_end.running import Running

SECRET = "end-to-end-secret-key-of-at-least-32"
START_S = 60


@pytest.fixture
def running(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """The plan, people and channels of the demonstration, no stories yet, served by real processes."""
    web, zalo = free_port(), free_port()
    environment = {
        "DAKENH_HOME": str(tmp_path),
        "DAKENH_SECRET_KEY": SECRET,
        "DAKENH_DATABASE_URL": url,
        "DAKENH_PUBLIC_URL": f"http://127.0.0.1:{web}",
        "DAKENH_PORT": str(web),
        "DAKENH_ZALO_API_URL": f"http://127.0.0.1:{zalo}",
        "DAKENH_ZALO_OAUTH_URL": f"http://127.0.0.1:{zalo}",
        "DAKENH_SIGN_IN_LIMIT": "1000 per minute",
        "DAKENH_LOG_LEVEL": "WARNING",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = Settings.model_validate({name.removeprefix("DAKENH_").lower(): v for name, v in environment.items()})
    furnish(settings)
    log = (tmp_path / "serve.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "cms.app.cli", "serve"], stdout=log, stderr=log)
    try:
        _wait_until_up(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{zalo}", process, tmp_path / "serve.log")
        yield Running(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{zalo}", settings)
    finally:
        process.terminate()
        process.wait(30)
        log.close()


@pytest.fixture
def person(running: Running, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Gives the page of a signed-in person, each in a browser of their own.

    The test fails on any error of a script or a broken rule of the content security policy.
    """
    wrong: list[str] = []

    def arrive(username: str) -> Page:
        size: ViewportSize = {"width": 1280, "height": 900}
        context = chromium.new_context(locale="vi-VN", base_url=running.address, viewport=size)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
        page.on("console", lambda message: wrong.append(_told(message)) if message.type == "error" else None)
        page.goto("/sign-in")
        page.get_by_label("Tên đăng nhập").fill(username)
        page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page.get_by_role("heading", name="Tin, bài")).to_be_visible()
        return page

    yield arrive
    assert wrong == []


def _told(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location['url']})"


def _wait_until_up(web: str, zalo: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            health = requests.get(f"{web}/healthz", timeout=2).json()
            requests.get(zalo, timeout=2)
            if health["heartbeat_age_s"] is not None:
                return
        except (requests.ConnectionError, requests.Timeout, ValueError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"the product did not start:\n{log.read_text(errors='replace')[-4000:]}")

"""Take the README's pictures of a running demonstration (``make run`` in another terminal)."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
PASSWORD = "chuyendoiso"  # noqa: S105 (of the demonstration's invented people)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main(address: str = "http://127.0.0.1:8000") -> None:
    """Save ``editor.png``, ``quota-board.png`` and ``phone.png`` into docs/images."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="vi-VN")
        _sign_in(page, address, "khoi")
        page.goto(f"{address}/?q=chu+ky+so")
        page.goto(f"{address}{_first_story(page)}")
        _save(page, "editor")
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(address)
        _save(page, "phone")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.context.clear_cookies()
        _sign_in(page, address, "quan")
        page.goto(f"{address}/quotas?group=ubnd-cap-huyen")
        _save(page, "quota-board")
        browser.close()


def _sign_in(page: Page, address: str, username: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def _first_story(page: Page) -> str:
    address = page.locator("main table a[href^='/stories/']").first.get_attribute("href")
    return address or "/"


def _save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_500)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:2])

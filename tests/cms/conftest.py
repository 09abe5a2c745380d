"""The pages in a real browser, against the application in this process."""

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import make_server


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served, form tokens and all."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(address: str, chromium: Browser) -> BrowserContext:
    """A browser of one person; leaving a page never asks back unless a test listens."""
    made = chromium.new_context(base_url=address, locale="vi-VN", viewport={"width": 1280, "height": 900})
    made.set_default_timeout(15_000)
    return made

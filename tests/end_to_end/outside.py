"""What people outside see: feed readers, boards, Zalo's followers, and whoever looks at the quota board."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import feedparser
import requests

from tests.end_to_end.running import Running

PATIENCE_S = 60
"""How long the world may take to change; it usually takes a second, and nothing is asserted about how fast."""

FEED, BOARD, RADIO, ZALO = "bao-long-an", "bang-ben-luc", "truyen-thanh-ben-luc", "zalo-bao-long-an"
"""Slugs of the four channels that the walk goes out on."""


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until ``holds``; fail with ``what`` if it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError(f"never seen: {what}")


def in_feed(running: Running, title: str) -> bool:
    """Whether a feed reader gets the story."""
    read = feedparser.parse(requests.get(f"{running.address}/feeds/{FEED}.rss", timeout=10).content)
    return any(entry.title == title for entry in read.entries)


def on_board(running: Running, story_id: int) -> bool:
    """Whether the board's playlist carries the story, with frames that can be fetched."""
    answer = requests.get(f"{running.address}/boards/{BOARD}/playlist.json", timeout=10)
    items = [item for item in answer.json()["items"] if item["story_id"] == story_id] if answer.ok else []
    for item in items:
        for page in item["pages"]:
            frame = requests.get(page["url"], timeout=10)
            assert (frame.status_code, frame.headers["Content-Type"]) == (200, "image/png")
    return bool(items)


def at_zalo(running: Running, title: str) -> bool:
    """Whether the simulator holds exactly one article with this title."""
    articles = requests.get(f"{running.zalo}/_sim/articles", timeout=10).json()
    found = [one for one in articles if one["payload"]["title"] == title and one["removed_ms"] is None]
    assert len(found) <= 1, "the article is there twice"
    return bool(found)


def counted(task: str, unit: str) -> int:
    """The number that ``dakenh quota`` shows this week."""
    shown = subprocess.run(
        [sys.executable, "-m", "cms.app.cli", "quota", "--format", "json"], capture_output=True, check=True, text=True
    )
    cells: list[dict[str, Any]] = json.loads(shown.stdout)["cells"]
    return next(int(cell["counted"]) for cell in cells if cell["task"] == task and cell["unit"] == unit)

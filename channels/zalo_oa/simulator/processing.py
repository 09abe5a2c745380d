"""What happens between ``create`` and the article: time passes, polls are answered, pictures are fetched."""

import ipaddress
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.zalo_oa.simulator.config import Config
from channels.zalo_oa.simulator.store import State, epoch_ms, read_config

PICTURE_MAX = 1024 * 1024
FETCH_SECONDS = 5.0


def settle(state: State, *, token: str = "", listing: bool = False) -> None:
    """Finish the jobs whose time has come: those that are asked for by ``token`` or by a list, or all of them.

    Pictures are fetched while no transaction is open.
    """
    with state.transaction() as db:
        config = read_config(db)
        due = db.execute(
            "SELECT token, payload FROM jobs WHERE outcome = 'pending' AND (polls >= ? OR accepted_ms <= ?)"
            " ORDER BY rowid",
            (config.processing_polls, epoch_ms(state.now(config)) - config.processing_seconds * 1000),
        ).fetchall()
        if listing:
            db.execute("UPDATE jobs SET polls = polls + 1 WHERE outcome = 'pending'")
    if config.jobs_end == "when asked" and not listing:
        due = [job for job in due if job["token"] == token]
    for job in due if config.jobs_end_in_order == "as sent" else due[::-1]:
        fetched = all(can_fetch(url, config) for url in picture_urls(json.loads(job["payload"])))
        with state.transaction() as db:
            _finish(db, job["token"], fetched, epoch_ms(state.now(config)))


def _finish(db: sqlite3.Connection, token: str, fetched: bool, now_ms: int) -> None:
    outcome = "done" if fetched else "image"
    job = db.execute(
        "UPDATE jobs SET outcome = ? WHERE token = ? AND outcome = 'pending' RETURNING *", (outcome, token)
    ).fetchone()
    if job is None or not fetched:
        return
    if job["operation"] == "create":
        db.execute(
            "INSERT INTO articles (id, oa_id, payload, created_ms, updated_ms) VALUES (?, ?, ?, ?, ?)",
            (job["article_id"], job["oa_id"], job["payload"], job["accepted_ms"], job["accepted_ms"]),
        )
    else:
        db.execute(
            "UPDATE articles SET payload = ?, updated_ms = ? WHERE id = ?", (job["payload"], now_ms, job["article_id"])
        )


def picture_urls(payload: Mapping[str, Any]) -> Iterator[str]:
    """Every address that Zalo would fetch for an article."""
    yield payload["cover"]["photo_url"]
    for block in payload["body"]:
        if block["type"] == "image":
            yield block["url"]
        elif block["type"] == "video":
            yield block["thumb"]


def is_loopback(url: str) -> bool:
    """Whether ``url`` names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def can_fetch(url: str, config: Config) -> bool:
    """Fetch a picture of this machine and look at it: JPEG or PNG, up to 1 MB. Others are taken on trust."""
    if config.fetch_images == "never" or not is_loopback(url):
        return True
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=FETCH_SECONDS) as answer:
            data: bytes = answer.read(PICTURE_MAX + 1)
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return len(data) <= PICTURE_MAX and data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))

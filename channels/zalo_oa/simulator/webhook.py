"""Events sent to the app's webhook: signed over the raw body, repeated when not answered."""

import hashlib
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from channels.zalo_oa.simulator.config import Config
from channels.zalo_oa.simulator.store import State, change_config, epoch_ms, read_config

RETRY_SECONDS = (30, 300, 900, 1800, 3600)
ANSWER_WITHIN = 2.0


def mac(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """Plain SHA-256 of app id, raw body, timestamp and the OA secret key; not an HMAC."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def emit(state: State, event: Mapping[str, Any]) -> None:
    """Queue ``event``; account, app and time are filled in where they are missing."""
    with state.transaction() as db:
        now_ms = epoch_ms(state.now(read_config(db)))
        account = db.execute("SELECT * FROM accounts LIMIT 1").fetchone()
        known = {"oa_id": account["oa_id"], "app_id": account["app_id"]} if account else {}
        body = json.dumps(known | {"timestamp": str(now_ms)} | dict(event), ensure_ascii=False)
        db.execute("INSERT INTO events (body, due_ms) VALUES (?, ?)", (body, now_ms))


def send_due(state: State) -> int:
    """Deliver every event that is due; return how many were answered with 200 in time."""
    with state.transaction() as db:
        config = read_config(db)
        now_ms = epoch_ms(state.now(config))
        due = db.execute(
            "SELECT * FROM events WHERE state = 'waiting' AND due_ms <= ? ORDER BY id", (now_ms,)
        ).fetchall()
    answered = 0
    for event in due if config.webhook_url else []:
        good = _post(config, event)
        answered += good
        _note(state, event, good, now_ms)
    return answered


def _post(config: Config, event: sqlite3.Row) -> bool:
    body = str(event["body"]).encode()
    said = json.loads(body)
    signature = mac(str(said.get("app_id", "")), body, str(said["timestamp"]), config.webhook_secret)
    headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={signature}"}
    if event["tries"]:
        headers["num_retry"] = str(event["tries"])
    request = urllib.request.Request(config.webhook_url, body, headers)  # noqa: S310 - the tester's own address
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=ANSWER_WITHIN
        ) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _note(state: State, event: sqlite3.Row, good: bool, now_ms: int) -> None:
    """Done, due again later, or given up: then the webhook is switched off."""
    tries = event["tries"] + 1
    given_up = not good and tries > len(RETRY_SECONDS)
    with state.transaction() as db:
        db.execute(
            "UPDATE events SET tries = ?, state = ?, due_ms = ? WHERE id = ?",
            (
                tries,
                "done" if good else "failed" if given_up else "waiting",
                now_ms if good or given_up else now_ms + RETRY_SECONDS[tries - 1] * 1000,
                event["id"],
            ),
        )
        if given_up:
            change_config(db, {"webhook_url": ""})

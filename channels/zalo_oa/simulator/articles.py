"""The Article API: jobs, articles and the slice of the list."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from channels.zalo_oa.simulator.answers import EMPTY_API, NOWHERE, Refused, success
from channels.zalo_oa.simulator.call import Call
from channels.zalo_oa.simulator.rules import require_article

SLICE_MAX = 10
DETAIL = ("type", "title", "author", "cover", "description", "status", "body", "comment", "cite", "tracking_link")


def create(call: Call) -> Response:
    """Take an article in; it exists once it has been processed."""
    payload = call.body()
    _require_permission(call)
    require_article(payload)
    _require_quota(call)
    return _accept(call, "create", secrets.token_hex(10), payload)


def update(call: Call) -> Response:
    """Take a whole new payload for an article."""
    payload = call.body()
    _require_permission(call)
    article = _article(call, payload.get("id"))
    require_article(payload)
    return _accept(call, "update", str(article["id"]), payload)


def _accept(call: Call, operation: str, article_id: str, payload: Mapping[str, Any]) -> Response:
    token = secrets.token_urlsafe(24)
    outcome = {"never_ready": "never", "image_fails": "image"}.get(call.fault, "pending")
    call.db.execute(
        "INSERT INTO jobs (token, oa_id, article_id, operation, payload, accepted_ms, outcome)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (token, call.oa_id, article_id, operation, json.dumps(payload, ensure_ascii=False), call.now_ms, outcome),
    )
    return success({"token": token})


def verify(call: Call) -> Response:
    """Say how far a job is: its article's id, -214 while it is processed, -200 when a picture could not be fetched."""
    token = call.body().get("token")
    job = call.db.execute("SELECT * FROM jobs WHERE token = ? AND oa_id = ?", (token, call.oa_id)).fetchone()
    if job is None:
        raise Refused(-201, "token is invalid")
    outcome = job["outcome"]
    if outcome == "pending" and call.fault in {"never_ready", "image_fails"}:
        outcome = "never" if call.fault == "never_ready" else "image"
    call.db.execute("UPDATE jobs SET polls = polls + 1, outcome = ? WHERE token = ?", (outcome, token))
    if outcome == "done":
        return success({"id": job["article_id"]})
    if outcome == "image":
        raise Refused(-200, "Upload media failed")
    raise Refused(-214, "Article is being processed")


def remove(call: Call) -> Response:
    """Delete an article; one that is gone is refused."""
    _require_permission(call)
    article = _article(call, call.body().get("id"))
    if not call.config.may_remove:
        raise Refused(-200, "Cannot remove this article")
    call.db.execute("UPDATE articles SET removed_ms = ? WHERE id = ?", (call.now_ms, article["id"]))
    return success()


def getdetail(call: Call) -> Response:
    """The stored article. No view counts and no public link, as documented."""
    if call.config.details == "none":
        raise Refused(NOWHERE, EMPTY_API)
    article = _article(call, call.request.args.get("id"))
    payload = json.loads(article["payload"])
    payload = {"status": "hide", "comment": "show", **payload}
    if call.config.details == "no tracking link":
        payload.pop("tracking_link", None)
    return success({"id": article["id"]} | {name: payload[name] for name in DETAIL if name in payload})


def getslice(call: Call) -> Response:
    """A slice of the list, newest first unless the switch says otherwise."""
    offset, limit = _number(call, "offset"), _number(call, "limit")
    if limit > SLICE_MAX:
        raise Refused(-201, "maximum limit is 10")
    if call.request.args.get("type") not in {"normal", "video"}:
        raise Refused(-201, "type accept only 2 value normal and video.")
    if offset == 0:
        _count_look(call)
    kept = (
        "FROM articles LEFT JOIN looks USING (id) WHERE oa_id = ? AND removed_ms IS NULL"
        " AND json_extract(payload, '$.type') = ? AND (? = 0 OR coalesce(seen, 0) > ?)"
    )
    late = call.config.listed_after_looks
    chosen = (call.oa_id, call.request.args["type"], late, late)
    order = "DESC" if call.config.newest_first else "ASC"
    total = call.db.execute(f"SELECT count(*) AS n {kept}", chosen).fetchone()["n"]
    rows = call.db.execute(
        f"SELECT articles.* {kept} ORDER BY created_ms {order}, articles.rowid {order} LIMIT ? OFFSET ?",
        (*chosen, limit, offset),
    ).fetchall()
    return success({"medias": [_media(call, row) for row in rows], "total": total})


def _count_look(call: Call) -> None:
    """Note that the list is looked at, for articles that show up late."""
    call.db.execute(
        "INSERT INTO looks (id, seen) SELECT id, 1 FROM articles WHERE oa_id = ?"
        " ON CONFLICT (id) DO UPDATE SET seen = seen + 1",
        (call.oa_id,),
    )


def _media(call: Call, row: sqlite3.Row) -> dict[str, object]:
    payload = json.loads(row["payload"])
    return {
        "id": row["id"],
        "type": payload["type"],
        "title": payload["title"],
        "status": payload.get("status", "hide"),
        "total_view": 0,
        "total_share": 0,
        "create_date": row["created_ms"],
        "update_date": row["updated_ms"],
        "thumb": payload["cover"]["photo_url"],
        "link_view": f"{call.request.host_url}bai/{row['id']}",
    }


def _number(call: Call, name: str) -> int:
    value = call.request.args.get(name, "")
    if not value.isdecimal():
        raise Refused(-201, f"{name} is invalid")
    return int(value)


def _article(call: Call, article_id: object) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM articles WHERE id = ? AND oa_id = ? AND removed_ms IS NULL", (str(article_id), call.oa_id)
    ).fetchone()
    if row is None:
        raise Refused(-201, "id is invalid")
    return row


def _require_permission(call: Call) -> None:
    if not call.config.may_manage_articles:
        raise Refused(-223, "OA has not authorized this API")


def _require_quota(call: Call) -> None:
    """Articles of the calendar month (UTC) against the package's quota."""
    start = call.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    made = call.db.execute(
        "SELECT count(*) AS n FROM jobs WHERE oa_id = ? AND operation = 'create' AND accepted_ms >= ?",
        (call.oa_id, start.timestamp() * 1000),
    ).fetchone()["n"]
    if call.config.articles_per_month is not None and made >= call.config.articles_per_month:
        raise Refused(-223, "Your OA has reach the limit quota create article")

"""What followers of the Official Account would see, in the browser. Every page says that this is not Zalo."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from werkzeug.wrappers import Response

from channels.localtime import ZONE
from channels.zalo_oa.simulator.call import Call
from channels.zalo_oa.simulator.oauth import account_of_app, refused_consent
from channels.zalo_oa.simulator.processing import is_loopback

TEMPLATES = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; style-src 'self'; form-action *; base-uri 'none';"
    " img-src 'self' http://127.0.0.1:* http://localhost:*"
)
"""The browser fetches nothing from the internet, whatever an article says."""

DIARY_LINES = 100


def _vietnam_time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZONE).strftime("%d/%m/%Y %H:%M")


def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"]), trim_blocks=True)
    made.filters["vietnam_time"] = _vietnam_time
    made.tests["on_this_machine"] = is_loopback
    return made


ENVIRONMENT = _environment()


def _page(template: str, **values: object) -> Response:
    html = ENVIRONMENT.get_template(template).render(**values)
    return Response(html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})


def _accounts(call: Call) -> list[sqlite3.Row]:
    return call.db.execute("SELECT * FROM accounts ORDER BY rowid").fetchall()


def _shown(row: sqlite3.Row) -> Mapping[str, Any]:
    payload = json.loads(row["payload"])
    return {"status": "hide", **dict(row), **payload, "id": row["id"]}


def home(call: Call) -> Response:
    """The list of articles of every account, newest first; hidden and pending ones apart."""
    rows = call.db.execute("SELECT * FROM articles WHERE removed_ms IS NULL ORDER BY created_ms DESC, rowid DESC")
    articles = [_shown(row) for row in rows]
    waiting = call.db.execute("SELECT count(*) AS n FROM jobs WHERE outcome IN ('pending', 'never')").fetchone()["n"]
    broadcasts = call.db.execute("SELECT * FROM broadcasts ORDER BY sent_ms DESC").fetchall()
    return _page(
        "home.html",
        accounts=_accounts(call),
        public=[one for one in articles if one["status"] == "show"],
        hidden=[one for one in articles if one["status"] != "show"],
        waiting=waiting,
        broadcasts=[{**dict(row), "articles": json.loads(row["articles"])} for row in broadcasts],
    )


def article(call: Call, article_id: str) -> Response:
    """One article as its readers see it; one that was removed answers 404."""
    row = call.db.execute("SELECT * FROM articles WHERE id = ?", (article_id,)).fetchone()
    if row is None or row["removed_ms"] is not None:
        gone = _page("gone.html", accounts=_accounts(call))
        gone.status_code = 404
        return gone
    return _page("article.html", accounts=_accounts(call), article=_shown(row))


def diary(call: Call) -> Response:
    """The latest calls, newest first."""
    rows = call.db.execute("SELECT * FROM calls ORDER BY id DESC LIMIT ?", (DIARY_LINES,)).fetchall()
    return _page("diary.html", accounts=_accounts(call), calls=rows)


def permission(call: Call) -> Response:
    """The page on which an account's admin lets an app in."""
    refused = refused_consent(call)
    if refused is not None:
        return refused
    account = account_of_app(call, call.request.args["app_id"])
    return _page("permission.html", accounts=_accounts(call), account=account)


def style(_call: Call) -> Response:
    """The one style sheet."""
    return Response((TEMPLATES / "style.css").read_bytes(), content_type="text/css; charset=utf-8")


def icon(_call: Call) -> Response:
    """No icon, without an error in the browser."""
    return Response(status=204)


PAGES: dict[str, Callable[..., Response]] = {
    "home": home, "article": article, "diary": diary, "style": style, "icon": icon,
}  # fmt: skip

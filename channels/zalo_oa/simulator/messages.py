"""Health, quota and the broadcast of articles to followers."""

import json
import secrets
from typing import Any

from werkzeug.wrappers import Response

from channels.localtime import ZONE
from channels.zalo_oa.simulator.answers import EMPTY_API, NOWHERE, Refused, success
from channels.zalo_oa.simulator.call import Call

FIRST_HOUR, END_HOUR = 6, 22
ARTICLES_MAX = 5


def getoa(call: Call) -> Response:
    """Who this Official Account is; free of side effects."""
    row = call.db.execute("SELECT * FROM accounts WHERE oa_id = ?", (call.oa_id,)).fetchone()
    return success(
        {
            "oaid": row["oa_id"],
            "name": row["name"],
            "description": "",
            "oa_alias": "",
            "is_verified": call.config.is_verified,
            "oa_type": call.config.oa_type,
            "cate_name": "Cơ quan nhà nước",
            "num_follower": call.config.followers,
            "avatar": "",
            "cover": "",
            "package_name": call.config.package,
            "package_valid_through_date": "31/12/2026",
            "package_auto_renew_date": "",
            "linked_zca": "",
        }
    )


def broadcast(call: Call) -> Response:
    """``POST /v2.0/oa/message`` with a target: one to five articles to the followers."""
    if not (call.config.may_send_messages and call.config.may_manage_articles):
        raise Refused(-223, "OA has not authorized this API")
    if not call.config.is_verified:
        raise Refused(-221, "OA is not verified")
    body = call.body()
    target, articles = _target(body), _articles(body)
    if not all(_is_live(call, article) for article in articles):
        raise Refused(-201, "attachment_id is invalid")
    if not FIRST_HOUR <= call.now.astimezone(ZONE).hour < END_HOUR:
        raise Refused(-234, "This message cannot be sent at night (10:00PM - 6:00AM)")
    _require_quota(call)
    message_id = secrets.token_hex(10)
    call.db.execute(
        "INSERT INTO broadcasts (message_id, oa_id, target, articles, sent_ms) VALUES (?, ?, ?, ?, ?)",
        (message_id, call.oa_id, json.dumps(target), json.dumps(articles), call.now_ms),
    )
    return success({"message_id": message_id})


def _target(body: Any) -> dict[str, Any]:
    recipient = body.get("recipient")
    target = recipient.get("target") if isinstance(recipient, dict) else None
    if not isinstance(target, dict):
        raise Refused(-201, "target is invalid")
    return target


def _articles(body: Any) -> list[str]:
    """The article ids of the message; any other shape of message is refused."""
    try:
        payload = body["message"]["attachment"]["payload"]
        elements = payload["elements"]
        ids = [str(element["attachment_id"]) for element in elements if element["media_type"] == "article"]
    except (KeyError, TypeError):
        raise Refused(-233, "message type is invalid") from None
    if payload.get("template_type") != "media" or len(ids) != len(elements):
        raise Refused(-233, "message type is invalid")
    if not 1 <= len(ids) <= ARTICLES_MAX:
        raise Refused(-201, "elements is invalid")
    return ids


def _is_live(call: Call, article_id: str) -> bool:
    found = call.db.execute(
        "SELECT 1 FROM articles WHERE id = ? AND oa_id = ? AND removed_ms IS NULL", (article_id, call.oa_id)
    ).fetchone()
    return found is not None


def _sent_this_month(call: Call) -> int:
    start = call.now.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    row = call.db.execute(
        "SELECT count(*) AS n FROM broadcasts WHERE oa_id = ? AND sent_ms >= ?",
        (call.oa_id, start.timestamp() * 1000),
    ).fetchone()
    return int(row["n"])


def _require_quota(call: Call) -> None:
    most = call.config.broadcasts_per_month
    if most is not None and _sent_this_month(call) >= most:
        raise Refused(-211, "Out of quota")


def quota(call: Call) -> Response:
    """``POST /v2.0/oa/quota/message``: broadcasts left this month."""
    if not call.config.tells_quota:
        raise Refused(NOWHERE, EMPTY_API)
    most = call.config.broadcasts_per_month
    total = 40 if most is None else most
    return success({"type": "broadcast", "remain": max(total - _sent_this_month(call), 0), "total": total})

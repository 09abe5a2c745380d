"""Who may call: token, package, proof and calls per minute, in the order in which Zalo seems to look."""

import hashlib
import hmac
import sqlite3

from werkzeug.datastructures import Headers

from channels.zalo_oa.simulator.answers import Refused
from channels.zalo_oa.simulator.call import Call
from channels.zalo_oa.simulator.config import API_PACKAGES


def admit(call: Call, headers: Headers) -> str:
    """Return the Official Account that calls, and write the rate headers; raise ``Refused`` if it may not."""
    token = call.request.headers.get("access_token", "")
    account = _account(call, token)
    oa_id = str(account["oa_id"])
    _count(call, oa_id, headers)
    if call.config.require_appsecret_proof:
        _prove(call, token, str(account["app_secret"]))
    if call.config.package not in API_PACKAGES:
        raise Refused(-224, "The OA needs to upgrade OA Tier Package to use this feature")
    return oa_id


def _account(call: Call, token: str) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT accounts.*, state, expires_ms FROM tokens JOIN accounts USING (oa_id)"
        " WHERE value = ? AND kind = 'access'",
        (token,),
    ).fetchone()
    if row is None:
        raise Refused(-216, "Access token is invalid")
    if row["state"] != "live" or row["expires_ms"] <= call.now_ms:
        raise Refused(-220, "access_token is expired or removed")
    return row


def _count(call: Call, oa_id: str, headers: Headers) -> None:
    """Take one call of this minute."""
    minute = call.now_ms // 60_000
    row = call.db.execute(
        "INSERT INTO rate (oa_id, minute, calls) VALUES (?, ?, 1)"
        " ON CONFLICT (oa_id, minute) DO UPDATE SET calls = calls + 1 RETURNING calls",
        (oa_id, minute),
    ).fetchone()
    limit = call.config.limit
    headers["X-RateLimit-Limit"] = str(limit)
    headers["X-RateLimit-Remain"] = str(max(limit - int(row["calls"]), 0))
    if row["calls"] > limit:
        raise Refused(-32, "Your application reached limit call api")


def _prove(call: Call, token: str, secret: str) -> None:
    wanted = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, call.request.headers.get("appsecret_proof", "")):
        raise Refused(-242, "appsecret_proof provided is invalid")

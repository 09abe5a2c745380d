"""OAuth v4 for Official Accounts: codes, and refresh tokens that work once."""

import base64
import hashlib
import secrets
import sqlite3
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from channels.zalo_oa.simulator.answers import as_json
from channels.zalo_oa.simulator.call import Call
from channels.zalo_oa.simulator.store import epoch_ms

ACCESS_TOKEN_LIFE = timedelta(hours=25)
REFRESH_TOKEN_LIFE = timedelta(days=90)
CODE_LIFE = timedelta(minutes=10)


def failure(code: int | str, name: str) -> Response:
    """A refusal of the OAuth server: HTTP 200, empty tokens."""
    body = {"error": code, "error_name": name, "message": "", "access_token": "", "refresh_token": ""}
    return as_json(body)


def access_token(call: Call) -> Response:
    """``POST /v4/oa/access_token``: exchange a code or a refresh token for a new pair."""
    form = call.request.form
    account = call.db.execute("SELECT * FROM accounts WHERE app_id = ? LIMIT 1", (form.get("app_id", ""),)).fetchone()
    if account is None:
        return failure(-14002, "Invalid app id")
    if not secrets.compare_digest(call.request.headers.get("secret_key", ""), account["app_secret"]):
        return failure(-14004, "Invalid secret key.")
    if form.get("grant_type") == "refresh_token":
        return _refresh(call, form.get("refresh_token", ""), account["app_id"])
    if form.get("grant_type") == "authorization_code":
        return _exchange(call, form.get("code", ""), form.get("code_verifier", ""), account["app_id"])
    return failure(-14005, "Invalid grant type.")


def _refresh(call: Call, value: str, app_id: str) -> Response:
    row = call.db.execute(
        "SELECT tokens.* FROM tokens JOIN accounts USING (oa_id) WHERE value = ? AND kind = 'refresh' AND app_id = ?",
        (value, app_id),
    ).fetchone()
    if row is not None and row["state"] == "used":
        return Response(b"") if call.config.refresh_reuse == "empty" else failure(-14020, "Refresh token is used.")
    if row is None or row["state"] != "live" or row["expires_ms"] <= call.now_ms:
        code: int | str = "-14014" if call.config.refresh_error_as_string else -14014
        return failure(code, "Invalid refresh token.")
    if call.config.rotate_refresh_token:
        call.db.execute("UPDATE tokens SET state = 'used' WHERE value = ?", (value,))
        return _issue(call, row["oa_id"])
    return _issue(call, row["oa_id"], rotate=False)


def _exchange(call: Call, code: str, verifier: str, app_id: str) -> Response:
    row = call.db.execute(
        "SELECT codes.* FROM codes JOIN accounts USING (oa_id) WHERE value = ? AND app_id = ? AND used = 0",
        (code, app_id),
    ).fetchone()
    if row is None or row["expires_ms"] <= call.now_ms:
        return failure(-14019, "Invalid authorization code.")
    call.db.execute("UPDATE codes SET used = 1 WHERE value = ?", (code,))
    if row["challenge"] != challenge_of(verifier):
        return failure(-14018, "Invalid code verifier.")
    call.db.execute("UPDATE tokens SET state = 'dead' WHERE oa_id = ? AND kind = 'refresh'", (row["oa_id"],))
    return _issue(call, row["oa_id"])


def challenge_of(verifier: str) -> str:
    """RFC 7636, S256: base64url without padding of the raw digest."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _issue(call: Call, oa_id: str, *, rotate: bool = True) -> Response:
    """Give out a new pair; every older access token of the account dies now."""
    call.db.execute("UPDATE tokens SET state = 'dead' WHERE oa_id = ? AND kind = 'access'", (oa_id,))
    body = {"access_token": _new_token(call, oa_id, "access", ACCESS_TOKEN_LIFE)}
    if rotate:
        body["refresh_token"] = _new_token(call, oa_id, "refresh", REFRESH_TOKEN_LIFE)
    return as_json(body | {"expires_in": str(round(ACCESS_TOKEN_LIFE.total_seconds()))})


def _new_token(call: Call, oa_id: str, kind: str, life: timedelta) -> str:
    value = secrets.token_urlsafe(48)
    call.db.execute(
        "INSERT INTO tokens (value, kind, oa_id, state, expires_ms) VALUES (?, ?, ?, 'live', ?)",
        (value, kind, oa_id, epoch_ms(call.now + life)),
    )
    return value


def refused_consent(call: Call) -> Response | None:
    """What the permission page answers to a wrong app or callback; None when all is well."""
    asked = call.request.args
    if account_of_app(call, asked.get("app_id", "")) is None:
        return as_json({"error": -14002, "error_name": "Invalid appId", "error_reason": "", "ref_doc": ""})
    registered = call.config.redirect_uri
    target = asked.get("redirect_uri", "")
    if urlsplit(target).scheme not in {"http", "https"} or (registered and target != registered):
        return as_json({"error": -14003, "error_name": "Invalid redirect uri", "error_reason": "", "ref_doc": ""})
    return None


def account_of_app(call: Call, app_id: str) -> sqlite3.Row | None:
    """The Official Account behind an app."""
    row: sqlite3.Row | None = call.db.execute("SELECT * FROM accounts WHERE app_id = ? LIMIT 1", (app_id,)).fetchone()
    return row


def consent(call: Call) -> Response:
    """``POST /v4/oa/permission``: the account's admin agrees; the browser goes back with a code."""
    refused = refused_consent(call)
    account = account_of_app(call, call.request.args.get("app_id", ""))
    if refused is not None or account is None:
        return refused or failure(-14002, "Invalid app id")
    code = secrets.token_urlsafe(32)
    call.db.execute(
        "INSERT INTO codes (value, oa_id, challenge, expires_ms) VALUES (?, ?, ?, ?)",
        (code, account["oa_id"], call.request.args.get("code_challenge", ""), epoch_ms(call.now + CODE_LIFE)),
    )
    query = {"code": code, "oa_id": account["oa_id"]}
    if state := call.request.args.get("state"):
        query["state"] = state
    target = call.request.args["redirect_uri"]
    return redirect(f"{target}{'&' if urlsplit(target).query else '?'}{urlencode(query)}")

"""Every call that came in, without tokens and secrets."""

import json
from typing import Any

from werkzeug.wrappers import Request, Response

from channels.zalo_oa.simulator.answers import error_of
from channels.zalo_oa.simulator.store import State, epoch_ms, read_config

SECRET = frozenset({"access_token", "refresh_token", "code", "code_verifier", "code_challenge", "secret_key", "token"})
HIDDEN = "•••"


def write(state: State, call: str, request: Request, response: Response | None, fault: str) -> None:
    """Keep a line about a call; ``response`` None means that nothing was answered."""
    body = json.dumps(visible_body(request), ensure_ascii=False)
    with state.transaction() as db:
        now_ms = epoch_ms(state.now(read_config(db)))
        db.execute(
            "INSERT INTO calls (at_ms, call, method, body, status, error, fault) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                now_ms,
                call,
                request.method,
                body,
                response.status_code if response else None,
                error_of(response) if response else None,
                fault,
            ),
        )


def visible_body(request: Request) -> dict[str, Any]:
    """Query, form or JSON of a request with every secret value hidden."""
    shown: dict[str, Any] = {**request.args.to_dict()}
    if request.mimetype == "application/json":
        try:
            body = json.loads(request.get_data())
        except ValueError:
            body = None
        shown |= body if isinstance(body, dict) else {}
    else:
        shown |= request.form.to_dict()
    return {name: HIDDEN if name in SECRET else value for name, value in shown.items()}


def read(state: State, call: str = "") -> list[dict[str, Any]]:
    """The calls so far, oldest first; only those to ``call`` if it is given."""
    with state.transaction() as db:
        rows = db.execute("SELECT * FROM calls WHERE ? IN ('', call) ORDER BY id", (call,)).fetchall()
    return [dict(row) | {"body": json.loads(row["body"])} for row in rows]


def clear(state: State) -> None:
    """Forget the calls so far."""
    with state.transaction() as db:
        db.execute("DELETE FROM calls")

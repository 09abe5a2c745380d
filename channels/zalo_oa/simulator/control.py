"""``/_sim/…``: faults, switches, the clock, the log and events, for tests and for the curious."""

import json
from typing import Any

from pydantic import ValidationError
from werkzeug.wrappers import Request, Response

from channels.zalo_oa.simulator import faults, log, webhook
from channels.zalo_oa.simulator.answers import as_json
from channels.zalo_oa.simulator.store import State, change_config, read_config


def control(state: State, request: Request, name: str) -> Response:
    """Serve one control address; a bad body is answered with 400 and its reason."""
    try:
        return _HANDLERS[name](state, request)
    except (KeyError, ValueError, ValidationError) as error:
        return as_json({"error": str(error)}, 400)


def _body(request: Request) -> dict[str, Any]:
    body = json.loads(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("a JSON object is wanted")
    return body


def _faults(state: State, request: Request) -> Response:
    if request.method == "POST":
        faults.add(state, faults.Fault.model_validate(_body(request)))
    elif request.method == "DELETE":
        faults.clear(state)
    return as_json(faults.planned(state))


def _config(state: State, request: Request) -> Response:
    with state.transaction() as db:
        change = _body(request) if request.method in {"PUT", "POST"} else {}
        return as_json((change_config(db, change) if change else read_config(db)).model_dump())


def _clock(state: State, request: Request) -> Response:
    """``{"advance": seconds}`` moves the simulator's time."""
    with state.transaction() as db:
        config = read_config(db)
        if request.method == "POST":
            offset = config.clock_offset + float(_body(request)["advance"])
            config = change_config(db, {"clock_offset": offset})
        return as_json({"now": state.now(config).isoformat(), "offset": config.clock_offset})


def _log(state: State, request: Request) -> Response:
    if request.method == "DELETE":
        log.clear(state)
    return as_json(log.read(state, request.args.get("call", "")))


def _articles(state: State, _request: Request) -> Response:
    """All articles with their full payload, the removed ones too."""
    with state.transaction() as db:
        rows = db.execute("SELECT * FROM articles ORDER BY created_ms, rowid").fetchall()
    return as_json([dict(row) | {"payload": json.loads(row["payload"])} for row in rows])


def _events(state: State, request: Request) -> Response:
    if request.method == "POST":
        if body := _body(request):
            webhook.emit(state, body)
        webhook.send_due(state)
    with state.transaction() as db:
        rows = db.execute("SELECT * FROM events ORDER BY id").fetchall()
    return as_json([dict(row) | {"body": json.loads(row["body"])} for row in rows])


_HANDLERS = {
    "faults": _faults,
    "config": _config,
    "clock": _clock,
    "log": _log,
    "articles": _articles,
    "events": _events,
}

"""The WSGI application: finds the call, plays planned faults, keeps the log."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from channels.zalo_oa.simulator import articles, faults, log, messages, oauth, pages
from channels.zalo_oa.simulator.access import admit
from channels.zalo_oa.simulator.answers import EMPTY_API, NOWHERE, Refused, refusal
from channels.zalo_oa.simulator.call import Call
from channels.zalo_oa.simulator.control import control
from channels.zalo_oa.simulator.processing import settle
from channels.zalo_oa.simulator.store import State, read_config, utc_now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Handler = Callable[[Call], Response]

API: dict[str, tuple[str, str, Handler]] = {
    "article/create": ("POST", "/v2.0/article/create", articles.create),
    "article/verify": ("POST", "/v2.0/article/verify", articles.verify),
    "article/update": ("POST", "/v2.0/article/update", articles.update),
    "article/remove": ("POST", "/v2.0/article/remove", articles.remove),
    "article/getdetail": ("GET", "/v2.0/article/getdetail", articles.getdetail),
    "article/getslice": ("GET", "/v2.0/article/getslice", articles.getslice),
    "oa/getoa": ("GET", "/v2.0/oa/getoa", messages.getoa),
    "oa/message": ("POST", "/v2.0/oa/message", messages.broadcast),
    "oa/quota": ("POST", "/v2.0/oa/quota/message", messages.quota),
}
REMOVED = ("/v2.0/article/upload_image", "/v3.0/oa/message/transaction", "/v3.0/oa/message/promotion")
TOKEN_CALL = "oauth/access_token"  # noqa: S105 - the name of a call

URLS = Map(
    [Rule(path, methods=[method], endpoint=f"api:{call}") for call, (method, path, _) in API.items()]
    + [Rule(path, endpoint="removed") for path in REMOVED]
    + [
        Rule("/v4/oa/access_token", methods=["POST"], endpoint="token"),
        Rule("/v4/oa/permission", methods=["GET", "POST"], endpoint="permission"),
        Rule("/_sim/<any(faults, config, clock, log, articles, events):name>", endpoint="control"),
        Rule("/_sim/style.css", endpoint="style"),
        Rule("/favicon.ico", endpoint="icon"),
        Rule("/", endpoint="home"),
        Rule("/bai/<article_id>", endpoint="article"),
        Rule("/nhat-ky", endpoint="diary"),
    ]
)


class Simulator:
    """The WSGI application over one state file."""

    def __init__(self, state: State) -> None:
        self.state = state

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request. A ``ConnectionError`` leaves it on purpose: the server then drops the line."""
        request = Request(environ)
        request.get_data(parse_form_data=False)  # a caller that is kept waiting has been read to the end
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            endpoint, values = URLS.bind_to_environ(request.environ).match()
        except HTTPException:
            return self._nowhere()
        kind, _, call = str(endpoint).partition(":")
        match kind:
            case "api":
                return self._play(request, call, self._api)
            case "token":
                return self._play(request, TOKEN_CALL, self._token)
            case "removed":
                return refusal(-209, "API is not support", 404)
            case "control":
                settle(self.state)
                return control(self.state, request, values["name"])
        return self._page(request, kind, values)

    def _nowhere(self) -> Response:
        with self.state.transaction() as db:
            status = read_config(db).unknown_path_status
        return refusal(NOWHERE, EMPTY_API, status)

    def _play(self, request: Request, name: str, carry_out: Callable[[Request, str, str], Response]) -> Response:
        """Carry a call out with the fault that is due, if any, and keep a line about it."""
        fault = faults.take(self.state, name)
        kind = fault.fault if fault else ""
        if fault and fault.when == "before" and kind not in faults.PLAYED_BY_HANDLER:
            if kind != "slow":
                log.write(self.state, name, request, None, f"{kind} before")
                return faults.strike(fault, request, None)
            faults.hold(request, fault.seconds)
        answer = carry_out(request, name, kind)
        log.write(self.state, name, request, answer, f"{kind} {fault.when}" if fault else "")
        return faults.strike(fault, request, answer) if fault and fault.when == "after" else answer

    def _api(self, request: Request, name: str, fault: str) -> Response:
        settle(self.state, token=_asked_for(request, name), listing=name == "article/getslice")
        headers = Headers()
        with self.state.transaction() as db:
            config = read_config(db)
            call = Call(request, db, config, self.state.now(config), fault)
            try:
                answer = API[name][2](replace(call, oa_id=admit(call, headers)))
            except Refused as refused:
                status = config.unknown_path_status if refused.code == NOWHERE else 200
                answer = refusal(refused.code, refused.message, status)
        answer.headers.extend(headers)
        return answer

    def _token(self, request: Request, _name: str, _fault: str) -> Response:
        with self.state.transaction() as db:
            config = read_config(db)
            return oauth.access_token(Call(request, db, config, self.state.now(config)))

    def _page(self, request: Request, kind: str, values: Mapping[str, Any]) -> Response:
        settle(self.state)
        with self.state.transaction() as db:
            config = read_config(db)
            call = Call(request, db, config, self.state.now(config))
            if kind == "permission":
                return oauth.consent(call) if request.method == "POST" else pages.permission(call)
            return pages.PAGES[kind](call, **values)


def _asked_for(request: Request, name: str) -> str:
    """The token of the job that a call asks for, if it asks for one."""
    if name != "article/verify":
        return ""
    try:
        body = json.loads(request.get_data())
    except ValueError:
        return ""
    return str(body.get("token", "")) if isinstance(body, dict) else ""


def make_app(state_path: Path, *, clock: Callable[[], datetime] = utc_now) -> Simulator:
    """Return the simulator as a WSGI application over ``state_path``; ``clock`` gives aware UTC."""
    state = State(state_path, clock)
    state.prepare()
    return Simulator(state)

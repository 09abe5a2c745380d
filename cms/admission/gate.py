"""WSGI middleware in front of the pages: each request waits in its line, dear ones go to a helper process."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from flask import Flask
from limits import parse_many
from werkzeug.exceptions import HTTPException

from cms.admission import refusing
from cms.admission.lines import HELPED, AdmissionLine, line_of, rooms
from cms.admission.people import who_asks
from cms.admission.turnstile import Full, TooMany, Turnstile
from cms.core.settings import Settings
from cms.processes.helpers import Broken, Helpers, TooSlow
from cms.processes.messages import Asked
from cms.processes.threads import Environ, StartResponse, WsgiApp
from cms.web.security import limiter

KEY = "dakenh-gate"

LIMITS_S = {AdmissionLine.TYPED: 8.0, AdmissionLine.DEAR: 20.0, AdmissionLine.DEED: 40.0}
"""How long a request may take in a helper. What is asked for again at the next pause of typing is not worth a wait."""


class AdmissionGate:
    """Lets requests in. ``helpers`` is set in a web worker; without it everything runs in the thread that came."""

    def __init__(self, inner: WsgiApp, app: Flask, settings: Settings) -> None:
        self.inner, self._app = inner, app
        self.helpers: Helpers | None = None
        self.turnstiles = {line: Turnstile(room) for line, room in rooms(settings.helpers).items()}
        self._typed_limits = parse_many(settings.preview_limit)
        self._largest = int(app.config["MAX_CONTENT_LENGTH"])

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        endpoint = self._endpoint(environ)
        line = line_of(endpoint, environ["REQUEST_METHOD"], environ.get("QUERY_STRING", ""))
        who = who_asks(self._app, environ) if line in HELPED else ""
        if line in HELPED and not who:
            line = AdmissionLine.PAGE  # it will be sent to sign in, which is not dear
        try:
            if line is AdmissionLine.TYPED:
                self._count_typed(who)
            with self.turnstiles[line].passing(who):
                return self._run(line, environ, start_response)
        except refusing.Refused as refused:
            return refusing.answer(self._app, refused, environ, start_response)
        except TooMany:
            return refusing.answer(self._app, refusing.too_many(), environ, start_response)
        except Full:
            return refusing.answer(self._app, refusing.full(), environ, start_response)

    def _endpoint(self, environ: Environ) -> str:
        try:
            rule, _ = self._app.url_map.bind_to_environ(environ).match(return_rule=True)
        except HTTPException:  # it is not there, or not for this method, or elsewhere: the application says so
            return ""
        return str(rule.endpoint)

    def _count_typed(self, who: str) -> None:
        if not self._app.config.get("RATELIMIT_ENABLED", True):
            return
        for limit in self._typed_limits:
            if not limiter.limiter.hit(limit, "typed", who):
                raise refusing.too_often(limiter.limiter.get_window_stats(limit, "typed", who).reset_time)

    def _run(self, line: AdmissionLine, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self.helpers is None or line not in HELPED:
            return self.inner(environ, start_response)
        body = _body(environ, self._largest)
        if len(body) > self._largest:
            return self.inner({**environ, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO()}, start_response)
        sent = {name: value for name, value in environ.items() if isinstance(value, str)}
        try:
            told = self.helpers.answer(Asked({**sent, "CONTENT_LENGTH": str(len(body))}, body), LIMITS_S[line])
        except TooSlow:
            raise refusing.too_slow(LIMITS_S[line]) from None
        except Broken:
            raise refusing.broken() from None
        start_response(told.status, told.headers)
        return [told.body]


def _body(environ: Environ, largest: int) -> bytes:
    """Read the body, but never more than one byte too many."""
    told = environ.get("CONTENT_LENGTH") or ""
    if told.isdecimal() and int(told) > largest:
        return b"x" * (largest + 1)
    source: Any = environ["wsgi.input"]
    if told.isdecimal():
        return bytes(source.read(int(told)))
    return bytes(source.read(largest + 1)) if environ.get("wsgi.input_terminated") else b""

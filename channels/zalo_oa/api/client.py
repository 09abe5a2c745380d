"""HTTP towards Zalo: one request, one decoded answer or one clear error. Never logs a token or a body."""

import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import requests
from urllib3.exceptions import NewConnectionError

from channels.contract import ChannelError, ErrorKind
from channels.words import Words
from channels.zalo_oa.api.errors import ODD_SECRET, RULES, TOO_MANY_CALLS, Refusal, not_sent, unclear
from channels.zalo_oa.settings import Settings
from media.characters import clean_values
from media.underlock import slow

CONNECT_SECONDS = 5.0
TOKEN_PATIENCE = 2.0
"""An answer of the OAuth server is waited for so many times longer than another: with it a pair would be lost."""
TOKEN_SECONDS = 45.0
"""… but not longer than the lock of a renewal lasts."""
ANSWER_MAX = 1_000_000
"""Bytes of an answer that are read; Zalo's own are a few thousand."""
STUMBLES = frozenset({408, 425})
"""Statuses below 500 that say nothing about the call: it took too long to arrive, or came too early."""
REMAINING = "X-RateLimit-Remain"
NOTHING = "empty answer"
ENVELOPE = frozenset({"error", "message", "data"})
LIST = ""
"""Where ``data`` that is no object stands."""


class NoToken(Exception):
    """The OAuth server gave no token. ``code`` is its error, empty for an empty body; ``name`` its words."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{code} {name}")
        self.code = code
        self.name = name


class Client:
    """Calls to the OA API and to OAuth; use it as a context manager, so that its connections are closed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.spent = False
        """Whether Zalo said with its last answer that no call of this minute is left."""
        self.session = requests.Session()
        self.session.trust_env = not settings.simulated
        self.session.headers["User-Agent"] = "dakenh"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def get(self, path: str, secrets: Mapping[str, str], **query: str | int) -> Mapping[str, Any]:
        """``GET`` an API path; return ``data``. Raises ``Refusal`` or ``ChannelError``."""
        return self._call("GET", path, secrets, once=False, params=query)

    def post(
        self, path: str, secrets: Mapping[str, str], body: Mapping[str, Any], *, once: bool = False
    ) -> Mapping[str, Any]:
        """``POST`` JSON to an API path; return ``data``. Raises ``Refusal`` or ``ChannelError``.

        ``once`` marks a call that must not be repeated when its outcome is lost: that outcome is then UNCERTAIN.
        """
        return self._call("POST", path, secrets, once=once, json=body)

    def _call(
        self, method: str, path: str, secrets: Mapping[str, str], *, once: bool, **parts: Any
    ) -> Mapping[str, Any]:
        url = f"{self.settings.api_url}/v2.0/{path}"
        status, headers, text = self._send(method, url, self._identity(secrets), once, parts)
        self.spent = headers.get(REMAINING, "").strip() == "0"
        if status == 429:
            raise _throttled(headers, once)
        if status == 401:
            raise Refusal(-216, "HTTP 401")
        if status >= 500 or 300 <= status < 400 or status in STUMBLES:
            raise unclear(once=once, detail=f"HTTP {status}")
        return _data(status, text, once)

    def _identity(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """The headers that say who calls; Zalo reads no ``Authorization``."""
        token = secrets.get("access_token", "")
        headers = {"access_token": token}
        if self.settings.appsecret_proof:
            key = secrets.get("app_secret", "").encode()
            headers["appsecret_proof"] = hmac.new(key, token.encode(), hashlib.sha256).hexdigest()
        return headers

    def token(self, app_secret: str, form: Mapping[str, str]) -> Mapping[str, str]:
        """Exchange a code or a refresh token; return the answer that holds ``access_token``, as strings.

        Raises ``NoToken`` for a refusal or an empty body, and a TRANSIENT ``ChannelError`` for everything that says
        nothing about the token: an unreachable server, a gateway's page, a broken answer.
        """
        url = f"{self.settings.oauth_url}/v4/oa/access_token"
        headers = {"secret_key": app_secret}
        parts = {"data": {"app_id": self.settings.app_id, **form}}
        patience = min(self.settings.timeout_s * TOKEN_PATIENCE, TOKEN_SECONDS)
        status, _, text = self._send("POST", url, headers, False, parts, patience)
        if status == 200 and not text.strip():
            raise NoToken("", NOTHING)
        body = _object(text)
        if status == 429 or status >= 500 or body is None or _code(body.get("error")) == TOO_MANY_CALLS:
            raise unclear(once=False, detail=f"HTTP {status}")
        if not body.get("access_token"):
            raise NoToken(str(body.get("error", "")), str(body.get("error_name") or body.get("message") or "")[:200])
        return {name: str(value) for name, value in body.items() if value is not None}

    @slow
    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        once: bool,
        parts: Mapping[str, Any],
        seconds: float | None = None,
    ) -> tuple[int, Mapping[str, str], str]:
        """Make one request; return status, headers and text. The whole answer has to come within the time-out."""
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise ChannelError(ErrorKind.AUTH, Words(ODD_SECRET))
        limit = seconds or self.settings.timeout_s
        ends = time.monotonic() + limit
        timeouts = (min(CONNECT_SECONDS, limit), limit)
        try:
            with self.session.request(
                method, url, headers=headers, timeout=timeouts, allow_redirects=False, stream=True, **parts
            ) as answer:
                return answer.status_code, answer.headers, _read(answer, ends)
        except requests.RequestException as error:
            name = type(error).__name__
            raise (not_sent(name) if _never_left(error) else unclear(once=once, detail=name)) from None


def _read(answer: requests.Response, ends: float) -> str:
    """Read the answer's text; an answer that drips or swells is given up as a broken one."""
    data = bytearray()
    for chunk in answer.iter_content(16_384):
        data += chunk
        if len(data) > ANSWER_MAX or time.monotonic() > ends:
            raise requests.ReadTimeout("answer too slow or too long")
    return data.decode("utf-8-sig", "replace")


def _never_left(error: requests.RequestException) -> bool:
    """Whether the request surely reached nobody: no connection, or a certificate that we did not believe."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    return any(isinstance(one, NewConnectionError | ssl.SSLCertVerificationError) for one in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    yield error
    inner = [*error.args, getattr(error, "reason", None)]
    for one in inner:
        if isinstance(one, BaseException):
            yield from _causes(one)


def _throttled(headers: Mapping[str, str], once: bool) -> ChannelError:
    wait = headers.get("Retry-After", "")
    seconds = float(wait) if wait.isdecimal() else 60.0
    if once:
        return unclear(once=True, detail="HTTP 429", retry_after=seconds)
    return ChannelError(
        ErrorKind.RATE_LIMITED, Words(RULES[TOO_MANY_CALLS].text), detail="HTTP 429", retry_after=seconds
    )


def _data(status: int, text: str, once: bool) -> Mapping[str, Any]:
    """Return ``data`` of the envelope; an answer that is none, or says nothing, has an unclear outcome.

    Whoever sends ``data`` along or says "Success" has not refused, even where ``error`` is missing. ``data`` that is
    a list stands under ``LIST``, and where there is none, what stands beside ``error`` is taken for it.
    """
    body = _object(text) or {}
    code = _code(body.get("error"))
    given = _given(body)
    speaks = body.get("message") == "Success" or (isinstance(body.get("data"), dict) and bool(given))
    if code is None and status < 400 and speaks:
        return given
    if code is None and status >= 400:
        raise Refusal(status, f"HTTP {status}")
    if code is None:
        raise unclear(once=once, detail=f"HTTP {status}, no envelope")
    if code != 0:
        raise Refusal(code, str(body.get("message") or body.get("error_name") or ""))
    return given


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    data = body.get("data")
    if data is None:
        return {name: value for name, value in body.items() if name not in ENVELOPE}
    return data if isinstance(data, dict) else {LIST: data} if data else {}


def _object(text: str) -> dict[str, Any] | None:
    try:
        body = clean_values(json.loads(text))
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _code(value: object) -> int | None:
    """Zalo writes error codes as numbers and sometimes as strings."""
    try:
        return int(str(value))
    except ValueError:
        return None

"""Headers, CSRF and limits that hold for every answer."""

from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from cms.core.settings import Settings

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True)

AGAIN_S = "5"
"""When to come back to a database that was busy, in seconds."""

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; form-action 'self'"
)

PUBLIC = frozenset({"static", "bootstrap.static", "boards.player"})
"""Whatever else says nothing about caching is somebody's own: no browser shows it again after signing out."""

ASK_LATER = frozenset({429, 503})
"""Only these answers tell a client to come back later; the limiter says it with every answer."""


def init_app(app: Flask, settings: Settings) -> None:
    """Deny by default: same-origin content only, no inline script, CSRF on every form, limits on every client."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        SESSION_COOKIE_NAME="dakenh",
        PERMANENT_SESSION_LIFETIME=settings.session_hours * 3600,
        MAX_CONTENT_LENGTH=(settings.max_upload_mb + 1) * 1_000_000,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        RATELIMIT_STORAGE_URI=settings.limits_url,
        RATELIMIT_STORAGE_OPTIONS=_counting(settings.limits_url),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=not settings.limits_url.startswith("memory:"),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.after_request(_headers)  # first, so that it runs last and sees what the limiter has set
    csrf.init_app(app)
    limiter.init_app(app)


def _counting(url: str) -> dict[str, Any]:
    """How a counting server is called: it is asked with every request, so it has a second and one more try. While it is
    away each process counts for itself: pages go on, and guessing a password stays slow.
    """
    if url.startswith("memory:"):
        return {}
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)}


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint not in PUBLIC:
        response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code not in ASK_LATER:
        response.headers.pop("Retry-After", None)
    elif response.status_code == 503:
        response.headers["Retry-After"] = AGAIN_S  # the limiter has put the end of its own minute there
    return response

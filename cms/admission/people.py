"""Whose request it is, as far as the request itself tells."""

from hashlib import sha256
from typing import Any

from flask import Flask, Request


def who_asks(app: Flask, environ: dict[str, Any]) -> str:
    """Return the person by their signed session cookie, or the bearer token; "" for somebody unknown.

    The database is not asked: who turns out to be nobody is sent away by the page itself, for little.
    """
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.casefold() == "bearer" and token.strip():
        return "token " + sha256(token.strip().encode("utf-8", "replace")).hexdigest()
    session = app.session_interface.open_session(app, Request(environ))
    signed_in = str(session.get("_user_id", "")) if session is not None else ""
    return f"person {signed_in.partition(':')[0]}" if signed_in else ""

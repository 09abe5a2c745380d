"""Pages that have moved: who kept an old address in a bookmark or a message still gets there."""

from flask import redirect, request
from werkzeug.wrappers import Response

MOVED = {"/chi-tieu": "/quotas", "/ke-hoach": "/plans"}
"""Beginnings of addresses, old to new."""


def moved() -> Response | None:
    """Where the page of this request has gone; None if it never was."""
    if request.method not in {"GET", "HEAD"}:
        return None
    for old, new in MOVED.items():
        rest = request.full_path.rstrip("?").removeprefix(old)
        if request.path.startswith(old) and rest[:1] in {"", "/", ".", "?"}:
            return redirect(new + rest, 308)
    return None

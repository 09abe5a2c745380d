"""From a handler's reply to a response: JSON, ETag, 304, links."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from cms.api.kit.calls import File, Reply
from cms.web.output.language import choose_language

CACHING = "private, no-store"
"""An answer is one caller's and may be withdrawn at any time: nothing on the way keeps it. A caller that keeps one
itself may ask by its ETag whether it changed."""


def made(reply: Reply[Any] | File) -> Response:
    """Return the response; a GET whose answer the caller holds already is answered by 304."""
    response = _file(reply) if isinstance(reply, File) else _json(reply)
    response.headers["Cache-Control"] = CACHING
    response.headers["Vary"] = "Authorization, Accept-Language"
    response.headers["Content-Language"] = choose_language()
    if reply.modified is not None:
        response.last_modified = reply.modified
    if response.status_code == 200:
        response.make_conditional(request)
    return response


def _json(reply: Reply[Any]) -> Response:
    data = reply.body.model_dump_json().encode()
    response = Response(data, status=reply.status, mimetype="application/json")
    tag = hashlib.sha256(data).hexdigest()[:16]
    response.set_etag(tag if reply.version is None else f"{reply.version}-{tag}")
    if reply.location:
        response.headers["Location"] = reply.location
    if reply.next:
        response.headers["Link"] = f'<{_page_after(reply.next)}>; rel="next"'
    return response


def _file(reply: File) -> Response:
    response = Response(reply.data, status=reply.status, content_type=reply.mime)
    response.set_etag(reply.tag)
    response.headers["Content-Disposition"] = f'attachment; filename="{reply.name}"'
    return response


def _page_after(cursor: str) -> str:
    """The address of the next page: this one's with another cursor."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    return f"{request.path}?{urlencode([*pairs, ('after', cursor)])}"

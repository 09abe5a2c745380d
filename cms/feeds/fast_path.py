"""The thin layer before Flask that answers readers, boards and pictures: no session, no template, no dispatch."""

import logging
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from cms.core.picture_addresses import EXTENSIONS
from cms.feeds.conditional import http_date, not_modified
from cms.feeds.document_cache import CachedDocument, DocumentCache
from cms.feeds.public_paths import DocumentRequest, PublicPaths
from cms.web.context import Context
from media.errors import Damaged, MediaError, NotStored, StoreAway

log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

PICTURE = re.compile(r"/media/([0-9a-f]{64})\.(png|jpg|webp|gif)")
MIMES = {ending: mime for mime, ending in EXTENSIONS.items()}

FRESH = "no-cache"
"""Readers may keep a document but must ask each time: a withdrawn item is gone at the next poll."""
FOREVER = "public, max-age=31536000, immutable"


class FastPath:
    """WSGI middleware. Whatever it does not know goes on to the application."""

    def __init__(self, inner: WsgiApp, context: Context, engine: Engine) -> None:
        self._inner = inner
        self._store, self._now = context.store, context.now
        self.shelf = DocumentCache(engine)
        self._paths = PublicPaths()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            answered = self._answer(environ["PATH_INFO"], environ, start_response)
            if answered is not None:
                return answered
        return self._inner(environ, start_response)

    def _answer(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        if wanted := self._paths.match(path):
            return self._document(wanted, environ, start_response)
        if match := PICTURE.fullmatch(path):
            return self._picture(match[1], MIMES[match[2]], environ, start_response)
        return None

    def _document(
        self, wanted: DocumentRequest, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        """A document of the channel; a file that a story brought to the store comes from there."""
        stored = bool(wanted.sha256) and self._store.at_hand(wanted.sha256)
        found = None if stored else self.shelf.find(wanted.kind, wanted.slug, wanted.name)
        if found is not None:
            return _send(found, environ, start_response, self._now())
        if wanted.sha256:
            return self._picture(wanted.sha256, _mime_of(environ["PATH_INFO"]), environ, start_response)
        return None

    def _picture(
        self, sha256: str, mime: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        try:
            body = self._store.read(sha256)
        except NotStored:
            return None
        except (StoreAway, Damaged) as error:
            return _later(error, start_response)
        etag = f'"{sha256}"'
        headers = [("ETag", etag), ("Cache-Control", FOREVER), ("X-Content-Type-Options", "nosniff")]
        if not_modified(etag, None, environ.get("HTTP_IF_NONE_MATCH")):
            start_response("304 Not Modified", headers)
            return []
        headers += [("Content-Type", mime), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _mime_of(path: str) -> str:
    return MIMES.get(path.rpartition(".")[2], "application/octet-stream")


def _later(error: MediaError, start_response: StartResponse) -> Iterable[bytes]:
    """The picture exists and cannot be had now; nobody may remember this answer."""
    log.warning("%s", error)
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), ("Retry-After", "10")]
    start_response("503 Service Unavailable", headers)
    return [str(StoreAway()).encode()]


def _send(found: CachedDocument, environ: Environ, start_response: StartResponse, now: datetime) -> Iterable[bytes]:
    """Answer with the document, or 304. The server's time goes along, so that a board can correct its clock."""
    headers = [
        ("ETag", found.etag),
        ("Last-Modified", http_date(found.modified)),
        ("Cache-Control", FRESH),
        ("X-Server-Time", now.isoformat(timespec="milliseconds")),
        ("X-Content-Type-Options", "nosniff"),
        ("Access-Control-Allow-Origin", "*"),
    ]
    asked = (environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE"))
    if not_modified(found.etag, found.modified, *asked):
        start_response("304 Not Modified", headers)
        return []
    headers += [("Content-Type", found.mime), ("Content-Length", str(len(found.body)))]
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [found.body]

"""The thin layer before Flask that answers readers, boards and pictures: no session, no template, no dispatch."""

import logging
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from channels.led_board.playlist import frame_name
from cms.core.picture_addresses import EXTENSIONS
from cms.feeds.conditional import http_date, not_modified
from cms.feeds.shelf import Shelf, Shelved
from cms.web.context import Context
from media.errors import Damaged, MediaError, NotStored, StoreAway

log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

FEED = re.compile(r"/feeds/([a-z0-9-]+)\.(rss|atom|json)")
BOARD = re.compile(r"/boards/([a-z0-9-]+)/(playlist\.json|playlist\.smil|playlist\.txt|current\.png)")
PICTURE = re.compile(r"/(?:media|boards/[a-z0-9-]+/assets)/([0-9a-f]{64})\.(png|jpg|webp|gif)")
OWN_FRAME = re.compile(r"/boards/([a-z0-9-]+)/assets/([0-9a-f]{64})\.png")
MIMES = {ending: mime for mime, ending in EXTENSIONS.items()}

FRESH = "no-cache"
"""Readers may keep a document but must ask each time: a withdrawn item is gone at the next poll."""
FOREVER = "public, max-age=31536000, immutable"


class Doorway:
    """WSGI middleware. Whatever it does not know goes on to the application."""

    def __init__(self, inner: WsgiApp, context: Context, engine: Engine) -> None:
        self._inner = inner
        self._store, self._now = context.store, context.now
        self.shelf = Shelf(engine)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            path = environ["PATH_INFO"]
            if path.startswith(("/feeds/", "/boards/", "/media/")):
                answered = self._answer(path, environ, start_response)
                if answered is not None:
                    return answered
        return self._inner(environ, start_response)

    def _answer(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        if match := BOARD.fullmatch(path):
            found = self.shelf.find("boards", match[1], match[2])
        elif match := FEED.fullmatch(path):
            found = self.shelf.find("feeds", match[1], match[2])
        elif match := PICTURE.fullmatch(path):
            found = None if self._store.at_hand(match[1]) else self._own_frame(path)
            if found is None:
                return self._picture(match[1], match[2], environ, start_response)
        else:
            return None
        return _send(found, environ, start_response, self._now()) if found else None

    def _own_frame(self, path: str) -> Shelved | None:
        """A frame that no story brought to the store, drawn from the board's settings: its own texts and its plate."""
        match = OWN_FRAME.fullmatch(path)
        return self.shelf.find("boards", match[1], frame_name(match[2])) if match else None

    def _picture(
        self, sha256: str, extension: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        try:
            body = self._store.read(sha256)
        except NotStored:
            return None
        except (StoreAway, Damaged) as error:
            return _later(error, start_response)
        etag = f'"{sha256}"'
        headers = [("ETag", etag), ("Cache-Control", FOREVER), ("X-Content-Type-Options", "nosniff")]
        if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", headers)
            return []
        headers += [("Content-Type", MIMES[extension]), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _later(error: MediaError, start_response: StartResponse) -> Iterable[bytes]:
    """The picture exists and cannot be had now; nobody may remember this answer."""
    log.warning("%s", error)
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), ("Retry-After", "10")]
    start_response("503 Service Unavailable", headers)
    return [str(StoreAway()).encode()]


def _send(found: Shelved, environ: Environ, start_response: StartResponse, now: datetime) -> Iterable[bytes]:
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

"""What somebody is told who is not let in: one sentence and when to come again, made without asking the database."""

import math
import time
from collections.abc import Iterable
from http import HTTPStatus

from flask import Flask, Response, g, request

from channels.words import N_, Words
from cms.processes.threads import Environ, StartResponse
from cms.web.errors import problem, wants_json
from cms.web.output.language import LANGUAGES, say
from cms.web.security import POLICY


class Refused(Exception):
    """Not now. ``after_s`` is when it is worth another try."""

    def __init__(self, status: HTTPStatus, code: str, words: Words, after_s: float) -> None:
        super().__init__(code)
        self.status, self.code, self.words = status, code, words
        self.after_s = max(1, math.ceil(after_s))


def full() -> Refused:
    """Too many others."""
    words = N_("Máy chủ đang bận vì có nhiều việc nặng cùng lúc; hãy thử lại sau ít giây.")
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, "busy", Words(words), 5)


def too_many() -> Refused:
    """Too many of one's own."""
    words = N_("Bạn đang có nhiều việc nặng chưa xong (xem trước, tải tệp, tải ảnh…); hãy chờ xong rồi thử lại.")
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, "too-many-at-once", Words(words), 2)


def too_often(again_at: float) -> Refused:
    """More previews in a minute than one may ask for. ``again_at`` in seconds since 1970."""
    words = N_("Bạn xem trước quá nhiều lần trong một phút; hãy chờ một lát, bản xem trước sẽ hiện lại.")
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, "too-often", Words(words), again_at - time.time())


def too_slow(limit_s: float) -> Refused:
    """It was ended."""
    words = N_("Việc này chưa xong sau %(seconds)s giây nên đã dừng; hãy chia nhỏ nội dung rồi thử lại.")
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too-slow", Words(words, {"seconds": int(limit_s)}), 30)


def broken() -> Refused:
    """Its process ended."""
    words = N_("Việc này bị dừng giữa chừng; hãy xem đã xong chưa rồi thử lại sau ít giây.")
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, "interrupted", Words(words), 5)


PAGE = """<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ sentence }}</title><link rel="stylesheet" href="/static/dakenh.css"></head>
<body><main class="container py-5"><p>{{ sentence }}</p></main></body></html>
"""


def answer(app: Flask, refused: Refused, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Say it to a person or to a machine."""
    with app.request_context(environ):
        g.language = _language()
        sentence = say(refused.words)
        if wants_json():
            response = problem(refused.status, refused.code, sentence)
        else:
            page = app.jinja_env.from_string(PAGE).render(sentence=sentence, language=g.language)
            response = Response(page, refused.status, mimetype="text/html")
        response.headers["Retry-After"] = str(refused.after_s)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = POLICY
        return response(environ, start_response)


def _language() -> str:
    """The reader's language as far as the request itself tells."""
    chosen = request.cookies.get("language", "")
    return chosen if chosen in LANGUAGES else "vi"

"""One function turns any error into words: a page for people, RFC 9457 problem details for machines."""

from contextlib import suppress
from typing import Any

from flask import Flask, Response, current_app, flash, g, json, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from channels.words import N_, Words
from cms.core.database import db
from cms.core.refusal import Conflict, Refusal
from cms.web.moved import moved
from cms.web.output.language import LANGUAGES, say
from cms.web.security import AGAIN_S
from media.errors import StoreAway
from media.pictures.pictures import megabytes
from scheduler.storage.error_log import brief

STATUS_WORDS = {
    400: N_("Yêu cầu không đúng định dạng; hãy tải lại trang rồi thử lại."),
    401: N_("Hãy đăng nhập để tiếp tục."),
    403: N_("Bạn chưa được cấp quyền làm việc này; hãy hỏi quản trị viên của đơn vị."),
    404: N_("Không có trang này; địa chỉ có thể đã thay đổi."),
    405: N_("Địa chỉ này không nhận cách gọi vừa dùng."),
    413: N_("Nội dung gửi lên lớn quá mức cho phép; hãy rút gọn hoặc chọn tệp nhỏ hơn. Chữ bạn đã gõ vẫn còn."),
    415: N_("Định dạng gửi lên không được hỗ trợ."),
    429: N_("Bạn thao tác nhanh quá; hãy chờ một phút rồi thử lại."),
    500: N_("Hệ thống gặp lỗi và đã ghi lại; hãy thử lại sau ít phút."),
}

TOO_MUCH = N_(
    "Nội dung gửi lên lớn quá mức cho phép: %(size)s MB, tối đa là %(limit)s MB; hãy rút gọn hoặc chọn tệp nhỏ hơn."
    " Chữ bạn đã gõ vẫn còn."
)

API_WORDS = {
    **STATUS_WORDS,
    400: N_("Yêu cầu không đúng định dạng; hãy đối chiếu với /api/v1/openapi.json."),
    404: N_("API không có địa chỉ này; danh sách các địa chỉ ở /api/v1/openapi.json."),
}
"""The same where a machine calls."""

LOST_RACE = N_("Người khác vừa thay đổi nội dung này trong lúc bạn thao tác; hãy xem lại rồi thực hiện lần nữa.")
UNFIT = N_("Nội dung gửi lên có ký tự hoặc con số không lưu được; hãy xóa ký tự lạ, xem lại các số rồi gửi lại.")
UNFIT_ERRORS = (DataError, UnicodeEncodeError, OverflowError)
"""What the database, or the way to it, says of a text that it cannot hold or a number beyond its range."""
BUSY = N_("Cơ sở dữ liệu đang bận nên chưa làm được việc này; hãy thử lại sau ít giây.")


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(CSRFError, on_stale_form)
    app.register_error_handler(RateLimitExceeded, on_http)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(StaleDataError, on_lost_race)
    app.register_error_handler(StoreAway, on_store_away)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, on_database_away)
    for unfit in (*UNFIT_ERRORS, StatementError):
        app.register_error_handler(unfit, on_unfit)
    app.register_error_handler(Exception, on_crash)


def wants_json() -> bool:
    """Whether the caller is a machine or a script of a page rather than a person following a link."""
    if request.path.startswith("/boards/") and request.method == "POST":
        return True
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json" or request.is_json


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """An RFC 9457 problem document."""
    body = {"type": f"urn:dakenh:{code}", "title": detail, "status": status, "detail": detail, **more}
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")


def on_refusal(error: Refusal) -> Response:
    """Say what was refused and why. A form is shown again by its own view; here a person came by a plain button."""
    db.session.rollback()
    sentence = say(error.words)
    if wants_json():
        extra = {"field": error.field} if error.field else {}
        return problem(error.status, error.code, sentence, **extra)
    back = request.referrer
    if request.method == "POST" and back and back.startswith(request.host_url) and error.status != 403:
        flash(sentence, "danger")
        return make_response(redirect(back, 303))
    return _page(error.status, sentence)


def on_lost_race(_error: StaleDataError) -> Response:
    """Somebody else changed the same thing in this very moment, which PostgreSQL lets two people try."""
    return on_refusal(Conflict(LOST_RACE))


def on_unfit(error: Exception) -> Response:
    """What was sent got past every check and cannot be stored: the sender is told, and we are, to add the check."""
    cause = error.orig if isinstance(error, StatementError) else error
    if not isinstance(error, UNFIT_ERRORS) and not isinstance(cause, ValueError | OverflowError):
        return on_crash(error)
    current_app.logger.warning("not caught before the database on %s %s", request.method, request.path, exc_info=error)
    db.session.rollback()
    sentence = say(Words(UNFIT))
    return problem(400, "unfit", sentence) if wants_json() else _page(400, sentence)


def on_database_away(error: SQLAlchemyError) -> Response:
    """The database is locked, full or away; the same request may succeed a moment later."""
    current_app.logger.warning("the database refused %s %s: %s", request.method, request.path, brief(error))
    with suppress(SQLAlchemyError):
        db.session.rollback()
    try:
        response = _busy()
    except SQLAlchemyError:  # language and frame of a page ask the database who is signed in
        g.language = request.accept_languages.best_match(LANGUAGES) or "vi"
        response = Response(say(Words(BUSY)), 503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = AGAIN_S
    return response


def on_store_away(error: StoreAway) -> Response:
    """The store does not answer; nothing was changed, and the same request may succeed later."""
    db.session.rollback()
    sentence = say(Words(error.text))
    return problem(503, error.code, sentence) if wants_json() else _page(503, sentence)


def _busy() -> Response:
    sentence = say(Words(BUSY))
    return problem(503, "http-503", sentence) if wants_json() else _page(503, sentence)


def on_stale_form(_error: CSRFError) -> Response:
    """The form is too old or from elsewhere."""
    sentence = _("Trang đã mở quá lâu nên biểu mẫu hết hạn; hãy tải lại trang rồi gửi lại.")
    return problem(400, "stale-form", sentence) if wants_json() else _page(400, sentence)


def on_http(error: HTTPException) -> Response:
    """Any error with an HTTP status."""
    status = error.code or 500
    if error.response is not None and status < 400:
        return make_response(error.response)
    if status == 404 and (there := moved()):
        return make_response(there)
    known = API_WORDS if request.path.startswith("/api/") else STATUS_WORDS
    words = too_much() if status == 413 else Words(known.get(status, known[500 if status >= 500 else 400]))
    sentence = say(words)
    response = problem(status, f"http-{status}", sentence) if wants_json() else _page(status, sentence)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110 §15.5.6
    return response


def too_much() -> Words:
    """What was sent is larger than a request may be, with both figures where they are known."""
    size, most = request.content_length, int(current_app.config["MAX_CONTENT_LENGTH"])
    if size is None:
        return Words(STATUS_WORDS[413])
    if size <= most:  # what is too long is the text of a form
        most = int(current_app.config["MAX_FORM_MEMORY_SIZE"])
    return Words(TOO_MUCH, {"size": megabytes(size), "limit": megabytes(most)})


def on_crash(error: Exception) -> Response:
    """A fault of ours: logged whole, told briefly."""
    db.session.rollback()
    if current_app.testing:
        raise error
    current_app.logger.exception("unexpected error on %s %s", request.method, request.path)
    sentence = say(Words(STATUS_WORDS[500]))
    return problem(500, "http-500", sentence) if wants_json() else _page(500, sentence)


def _page(status: int, sentence: str) -> Response:
    return make_response(render_template("error.html", status=status, sentence=sentence), status)

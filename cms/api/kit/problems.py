"""Refusals as RFC 9457 problem details, with the headers that their status asks for."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from channels.words import N_, Words
from cms.api.kit.access import ScopeMissing, Unauthenticated
from cms.api.kit.sentences import BadInput, Fault
from cms.core.database import db
from cms.core.refusal import AlreadyKept, Conflict, Outdated, Refusal
from cms.web.errors import problem
from cms.web.output.language import say

REALM = 'Bearer realm="dakenh"'
CHANGED = N_("Dữ liệu vừa được người khác thay đổi; hãy đọc lại bản mới rồi làm tiếp.")
CHANGED_MEANWHILE = "changed-meanwhile"
"""The desk's own code for a delivery that is no longer the one the caller saw."""


def refused(error: Refusal) -> Response:
    """Say what was refused, field by field where there are fields."""
    db.session.rollback()
    more: dict[str, Any] = {"errors": told} if (told := _errors(error)) else {}
    if isinstance(error, Outdated):
        more["current_version"] = error.current
    if isinstance(error, AlreadyKept):
        more["existing"] = error.existing
    response = problem(_status(error), error.code, say(error.words), **more)
    if challenge := _challenge(error):
        response.headers["WWW-Authenticate"] = challenge
    return response


def overtaken(_error: StaleDataError | IntegrityError) -> Response:
    """Somebody else was faster by a moment; nothing was changed."""
    if "If-Match" in request.headers:
        db.session.rollback()
        return problem(412, Outdated.code, say(Words(CHANGED)))
    return refused(Conflict(CHANGED))


def _status(error: Refusal) -> int:
    if error.code == CHANGED_MEANWHILE and "If-Match" in request.headers:
        return 412
    return error.status


def _errors(error: Refusal) -> list[Mapping[str, str]]:
    own = (Fault(error.field, error.words),) if error.field else ()
    faults = error.faults if isinstance(error, BadInput) else own
    return [{"field": fault.field, "message": say(fault.words)} for fault in faults]


def _challenge(error: Refusal) -> str:
    if isinstance(error, Unauthenticated):
        return f'{REALM}, error="{error.error}"' if error.error else REALM
    if isinstance(error, ScopeMissing):
        return f'{REALM}, error="insufficient_scope", scope="{error.scopes[0]}"'
    return ""

"""Who calls: bearer tokens only. A session cookie opens nothing here, so no page can make a browser call the API."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from flask import request
from flask_limiter.util import get_remote_address
from sqlalchemy import or_, update
from sqlalchemy.exc import OperationalError

from channels.words import N_
from cms.api.kit.calls import Caller
from cms.core.database import db
from cms.core.permissions import SENTENCES, Action, Actor
from cms.core.refusal import NotAllowed, Refusal
from cms.models.people import ApiToken
from cms.people.accounts import tokens
from cms.web.actor import actor_of
from cms.web.context import now
from scheduler.storage.database import writing_soon

TOUCH_EVERY = timedelta(minutes=1)
"""How exactly a token's last use is known; a write for every call would cost more than the call."""
NEEDED: Mapping[str, tuple[Action, ...]] = {
    "stories:read": (Action.READ,),
    "stories:write": (Action.WRITE,),
    "stories:approve": (Action.APPROVE,),
    "stories:publish": (Action.SCHEDULE,),
    "deliveries:read": (Action.SEE_DELIVERIES,),
    "deliveries:write": (Action.SETTLE, Action.SCHEDULE),
    "quotas:read": (Action.SEE_QUOTAS,),
    "radio:read": (Action.READ_SCRIPTS,),
    "radio:write": (Action.LOG_BROADCAST, Action.WRITE, Action.SCHEDULE),
}
"""What each scope is for: one of these rights is needed in some unit."""
TOUCH_WAIT_MS = 100
"""A busy database is not waited for only to note that: a call that merely reads must not hang on somebody's save."""
_KEPT = "dakenh.api_token"


class Unauthenticated(Refusal):
    """No token, or one that is not valid. ``error`` is the code of RFC 6750 §3.1, empty if there was no token."""

    status = 401

    def __init__(self, text: str, code: str, error: str = "") -> None:
        super().__init__(text)
        self.code, self.error = code, error


class ScopeMissing(NotAllowed):
    """The token was not given this scope, whatever its person may do."""

    code = "insufficient-scope"

    def __init__(self, scopes: Sequence[str]) -> None:
        super().__init__(
            N_("Mã truy cập này thiếu quyền %(scopes)s; hãy tạo mã có quyền đó."), scopes=" / ".join(scopes)
        )
        self.scopes = tuple(scopes)


def limited_by() -> str:
    """Whom a call is counted for: the token, or the address of who has no valid one."""
    found = _token()
    return f"api-token:{found.id}" if found else f"api-address:{get_remote_address()}"


def caller(scopes: Sequence[str]) -> tuple[Actor, Caller]:
    """Return who calls, if their token is valid and has one of ``scopes``; remember that the token was used."""
    if not _sent():
        raise Unauthenticated(N_("Hãy gửi mã truy cập trong tiêu đề “Authorization: Bearer dk_…”."), "no-token")
    found = _token()
    if found is None:
        raise Unauthenticated(
            N_("Mã truy cập không đúng, đã hết hạn hoặc đã bị thu hồi; hãy tạo mã mới ở trang Tài khoản của tôi."),
            "bad-token", "invalid_token",
        )  # fmt: skip
    held = frozenset(str(scope) for scope in found.scopes)
    if scopes and held.isdisjoint(scopes):
        raise ScopeMissing(scopes)
    person = found.person
    actor = actor_of(person, via="api", scopes=held)
    _require_role(actor, scopes)
    known = (
        actor,
        Caller(person.id, person.username, found.id, found.name, held, found.expires_at),
    )
    _touch(found)
    return known


def _require_role(actor: Actor, scopes: Sequence[str]) -> None:
    """Raise ``NotAllowed`` for who may do nothing of what ``scopes`` are for in any unit: 403 before all else."""
    wanted = [action for scope in scopes for action in NEEDED[scope]]
    if wanted and not any(actor.may(action) for action in wanted):
        raise NotAllowed(SENTENCES[wanted[0]])


def _sent() -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.casefold() == "bearer" else ""


def _token() -> ApiToken | None:
    """The valid token of this request, looked up once."""
    if _KEPT not in request.environ:
        sent = _sent()
        request.environ[_KEPT] = tokens.find(db.session(), sent, now()) if sent else None
    found: ApiToken | None = request.environ[_KEPT]
    return found


def _touch(token: ApiToken) -> None:
    instant = now()
    if token.last_used_at is not None and instant - token.last_used_at < TOUCH_EVERY:
        return
    token_id = token.id
    unseen = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= instant - TOUCH_EVERY)
    with suppress(OperationalError), writing_soon(db.engine, TOUCH_WAIT_MS) as connection:
        connection.execute(update(ApiToken).where(ApiToken.id == token_id, unseen).values(last_used_at=instant))

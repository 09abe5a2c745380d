"""Only signed-in people open a page, and with a password of their own."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import redirect, request, url_for
from flask_login import current_user, login_required

from channels.words import N_
from cms.core.permissions import SENTENCES, Action
from cms.core.refusal import NotAllowed
from cms.models.people import Password
from cms.web.actor import current_actor
from cms.web.errors import wants_json

P = ParamSpec("P")
R = TypeVar("R")


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Send whoever is not signed in to the sign-in page; ``current_actor()`` is there behind it.

    Whoever came with a start password changes it first: somebody else has seen it.
    """

    @wraps(view)
    def entered(*args: P.args, **kwargs: P.kwargs) -> Any:
        state = current_user.person.password_state
        if state == Password.START and request.endpoint not in WITH_START_PASSWORD:
            return _change_first()
        return view(*args, **kwargs)

    return cast("Callable[P, R]", login_required(entered))


def needs(*actions: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Refuse whoever may do none of ``actions`` in any unit, before anything that was sent is looked at.

    So a missing role is always 403, whatever is wrong with the rest. Where exactly it is needed the service decides.
    """

    def guarded(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def entered(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = current_actor()
            if not any(actor.may(action) for action in actions):
                raise NotAllowed(SENTENCES[actions[0]])
            return view(*args, **kwargs)

        return entered

    return guarded


WITH_START_PASSWORD = frozenset({"people.own_password", "people.password", "people.sign_out"})
"""What is open to whoever has not changed their start password yet."""


def _change_first() -> Any:
    if request.method in {"GET", "HEAD"} and not wants_json():
        return redirect(url_for("people.own_password"))
    raise NotAllowed(N_("Hãy đổi mật khẩu được cấp trước; trang Tài khoản của tôi có chỗ đổi."))

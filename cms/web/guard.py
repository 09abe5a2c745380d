"""Only signed-in people open a page."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from flask_login import login_required

P = ParamSpec("P")
R = TypeVar("R")


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Send whoever is not signed in to the sign-in page; ``current_actor()`` is there behind it."""
    return cast("Callable[P, R]", login_required(view))

"""Turning the signed-in person of a request into an ``Actor``."""

from datetime import timedelta

from flask import g, has_request_context, request
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user

from channels.words import N_
from cms.core.database import db
from cms.core.permissions import Actor
from cms.models.people import Person
from cms.web import sessions
from cms.web.context import now, settings
from cms.web.sessions import Identity

login_manager = LoginManager()
login_manager.login_view = "people.sign_in"
login_manager.login_message = N_("Hãy đăng nhập để tiếp tục.")
login_manager.session_protection = "strong"
login_manager.localize_callback = gettext


class SignedIn(UserMixin):  # type: ignore[misc]  # flask_login ships no annotations
    """The signed-in person as Flask-Login keeps them, in a session that is begun now unless it is known already."""

    def __init__(self, person: Person, identity: Identity | None = None) -> None:
        self.person = person
        self.identity = identity or Identity.begin(person, now())

    def get_id(self) -> str:
        """Identity in the session cookie."""
        return str(self.identity)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load(identity: str) -> SignedIn | None:
    """Return the person behind a session, if still active and the session not ended."""
    found = Identity.read(identity)
    longest = timedelta(days=settings().session_days)
    person = sessions.person_of(db.session(), found, now(), longest) if found else None
    return SignedIn(person, found) if person else None


def actor_of(person: Person, *, via: str, scopes: frozenset[str] | None = None) -> Actor:
    """The actor with all roles of ``person``; ``origin`` is the address of the present request."""
    origin = (request.remote_addr or "") if has_request_context() else ""
    return Actor(person.id, person.name, person.grants, via, origin, person.language, scopes)


def current_actor() -> Actor:
    """The actor of this request; made once. Views behind ``login_required`` always have one."""
    if "actor" not in g:
        g.actor = actor_of(current_user.person, via="web")
    found: Actor = g.actor
    return found

"""Turning the signed-in person of a request into an ``Actor``."""

from flask import g, has_request_context, request
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import select

from channels.words import N_
from cms.database import db
from cms.people.permissions import Actor
from cms.people.tables import Person

login_manager = LoginManager()
login_manager.login_view = "people.sign_in"
login_manager.login_message = N_("Hãy đăng nhập để tiếp tục.")
login_manager.session_protection = "strong"
login_manager.localize_callback = gettext


class SignedIn(UserMixin):  # type: ignore[misc]  # flask_login ships no annotations
    """The signed-in person as Flask-Login keeps them; the session dies when ``session_version`` changes."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """Identity in the session cookie."""
        return f"{self.person.id}:{self.person.session_version}"


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load(identity: str) -> SignedIn | None:
    """Return the person behind a session, if still active and the session not ended."""
    person_id, _, version = identity.partition(":")
    if not (person_id.isdecimal() and version.isdecimal()):
        return None
    person = db.session.scalar(select(Person).where(Person.id == int(person_id), Person.active))
    return SignedIn(person) if person and person.session_version == int(version) else None


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

"""Vietnamese first, English complete: which language a reader gets, and translated ``Words``."""

from collections.abc import Mapping

from flask import g, has_request_context, request
from flask_babel import Babel, gettext
from flask_login import current_user

from channels.localtime import ZONE
from channels.words import Words

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
babel = Babel()


def choose_language() -> str:
    """The reader's own choice, else what the browser or API client accepts, else Vietnamese."""
    if not has_request_context():
        return "vi"
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(LANGUAGES) or "vi"
    if "language" in g:
        return str(g.language)
    chosen = request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    person = getattr(current_user, "person", None)
    return person.language if person and person.language in LANGUAGES else "vi"


def choose_zone() -> str:
    """Everybody reads the clocks of Viet Nam."""
    return ZONE.key


def say(words: Words) -> str:
    """The sentence in the reader's language, with its values filled in; values may be ``Words`` themselves."""
    text: str = gettext(words.text)
    return text % _said(words.values) if words.values else text


def _said(values: Mapping[str, object]) -> dict[str, object]:
    return {name: say(value) if isinstance(value, Words) else value for name, value in values.items()}

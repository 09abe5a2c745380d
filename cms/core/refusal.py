"""Refusals: what a person asked for cannot be done, said in one clear sentence with what to do instead."""

from collections.abc import Mapping
from typing import Any

from channels.words import Words


class Refusal(Exception):
    """Nothing was changed. ``words`` is the sentence, ``status`` the HTTP status, ``field`` the form field if one."""

    status = 422
    code = "refused"

    def __init__(self, text: str, *, field: str = "", **values: object) -> None:
        self.words = Words(text, values)
        self.field = field
        super().__init__(text)

    def __str__(self) -> str:
        return str(self.words)


class Invalid(Refusal):
    """The content is not acceptable; ``field`` says where."""

    code = "invalid"


class NotAllowed(Refusal):
    """The person's roles do not reach this."""

    status = 403
    code = "not-allowed"


class NotFound(Refusal):
    """There is no such thing, or the person may not know of it."""

    status = 404
    code = "not-found"


class Conflict(Refusal):
    """Somebody else changed it, or its state does not allow this."""

    status = 409
    code = "conflict"


class AlreadyKept(Conflict):
    """Something else is kept under the same name; ``existing`` is what, as JSON."""

    code = "already-kept"

    def __init__(self, text: str, existing: Mapping[str, Any], *, field: str = "", **values: object) -> None:
        super().__init__(text, field=field, **values)
        self.existing = existing


class Outdated(Conflict):
    """The version the change was based on is no longer the newest; ``current`` is the newest version."""

    status = 412
    code = "outdated"

    def __init__(self, text: str, current: int) -> None:
        super().__init__(text)
        self.current = current


def refusal_from(status: int, code: str, words: Words, field: str = "") -> Refusal:
    """Wrap words that came from below (channels, scheduler) as a refusal of the newsroom."""
    refusal = Refusal(words.text, field=field)
    refusal.words, refusal.status, refusal.code = words, status, code
    return refusal

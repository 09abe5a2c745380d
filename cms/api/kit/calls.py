"""One call of the API as its handler sees it, and what a handler gives back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from cms.api.kit.expecting import Expected
from cms.core.permissions import Actor

Q = TypeVar("Q", bound=BaseModel)
B = TypeVar("B", bound=BaseModel | None)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is. ``token`` is its name, ``expires_at`` (UTC) None for one without end."""

    person_id: int
    username: str
    token_id: int
    token: str
    scopes: frozenset[str]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Call(Generic[Q, B]):
    """A validated call. ``body`` is None where the endpoint takes none; ``expected`` is what If-Match asked for."""

    actor: Actor
    caller: Caller
    query: Q
    body: B
    expected: Expected
    now: datetime


@dataclass(frozen=True, slots=True)
class Reply(Generic[M]):
    """An answer as JSON. ``version`` leads the ETag, ``next`` is the cursor of the page after, ``location`` the path of
    what was made."""

    body: M
    status: int = 200
    version: int | None = None
    next: str | None = None
    location: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """An answer as a file to keep under ``name`` (bare ASCII).

    ``tag`` identifies its content; ``status`` is 410 if it was withdrawn.
    """

    data: bytes = field(repr=False)
    mime: str
    name: str
    tag: str
    status: int = 200
    modified: datetime | None = None

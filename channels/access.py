"""How a channel's secrets open its provider's door: what an adapter can tell from them without asking anybody."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from pydantic import BaseModel

from channels.contract import Adapter


class Access(StrEnum):
    """How the secrets of a channel hold, as far as it needs any. ``LOST``: stored, but no key opens them."""

    NONE = "none"
    GOOD = "good"
    ENDING = "ending"
    DEAD = "dead"
    MISSING = "missing"
    LOST = "lost"


@runtime_checkable
class JudgesAccess(Protocol):
    """A kind that can tell from its secrets whether they still serve."""

    def access(self, secrets: Mapping[str, str], settings: BaseModel, now: datetime) -> Access:
        """Return how the secrets hold at ``now`` (UTC); pure."""
        ...


def access_of(adapter: Adapter, secrets: Mapping[str, str], settings: BaseModel, now: datetime) -> Access:
    """Return how the secrets of a channel hold, whatever its kind: one that cannot tell only misses what is absent."""
    if not adapter.secrets:
        return Access.NONE
    if isinstance(adapter, JudgesAccess):
        return adapter.access(secrets, settings, now)
    return Access.GOOD if secrets else Access.MISSING

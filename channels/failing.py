"""How a call to a provider fails, for whoever decides what to do next."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from channels.words import Words

Json = Any
"""A value that the ``json`` module writes and reads back unchanged."""


class ErrorKind(StrEnum):
    """What the engine does about a failed call.

    ``REJECTED`` content refused, nobody resends it; ``AUTH`` the channel stops until an admin acts; ``RATE_LIMITED``
    and ``TRANSIENT`` surely not sent, try later; ``UNCERTAIN`` may have been sent, look it up before anything else.
    """

    REJECTED = "rejected"
    AUTH = "auth"
    RATE_LIMITED = "rate_limited"
    TRANSIENT = "transient"
    UNCERTAIN = "uncertain"


class ChannelError(Exception):
    """A provider call that failed; carries all that the engine and the editor need.

    ``words`` is one sentence for the editor, ``detail`` the provider's own words without secrets, ``retry_after``
    seconds the provider asked us to wait. ``progress`` is how far the step came all the same: the engine commits it and
    passes it to the next try of this step; None leaves what an earlier step said.
    """

    def __init__(
        self,
        kind: ErrorKind,
        words: Words,
        *,
        detail: str = "",
        retry_after: float | None = None,
        progress: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(f"{kind}: {words}")
        self.kind = kind
        self.words = words
        self.detail = detail
        self.retry_after = retry_after
        self.progress = progress

"""What an adapter can have beside its contract: a look at what is live, and a word about items that show late."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable

from channels.contract import Account, Adapter, Order


class LiveStanding(StrEnum):
    """How a live item stands at its provider, compared with what was sent. ``UNTOLD`` says nothing about it."""

    AS_SENT = "as_sent"
    CHANGED = "changed"
    HIDDEN = "hidden"
    GONE = "gone"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Observed:
    """What a look at a live item showed. ``differs`` names the parts that are not as sent, in the provider's words."""

    standing: LiveStanding
    differs: tuple[str, ...] = ()


@runtime_checkable
class ShowsLate(Protocol):
    """What a push adapter has whose provider shows a new item late."""

    shows_after: ClassVar[timedelta]
    """An item may be missing from every look this long after the first, although the call that made it was heard."""


def shows_after(adapter: Adapter) -> timedelta:
    """Return how long an item that was made may be missing from every look; zero where the kind does not say."""
    return adapter.shows_after if isinstance(adapter, ShowsLate) else timedelta(0)


@runtime_checkable
class Observes(Protocol):
    """What a push adapter has that can look at a live item without changing anything."""

    calls_of_a_look: ClassVar[int]
    """So many calls one look takes."""

    def observe(self, order: Order, account: Account) -> Observed:
        """Compare ``order.live`` as the provider shows it with ``order.rendition``. May raise ``ChannelError``."""
        ...

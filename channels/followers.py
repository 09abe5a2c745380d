"""What a kind whose account has followers can do beside publishing: be asked how it is, and write to its followers.

Few kinds can. A kind that does names its class in ``KINDS``; nothing else in the product needs to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import ClassVar, Protocol

from pydantic import BaseModel

from channels.contract import Account, Rendition
from channels.words import Words

KINDS: dict[str, str] = {"zalo_oa": "channels.zalo_oa.audience.followers:ZaloFollowers"}


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the provider says about an account. ``None`` and "" mean that it said nothing.

    ``left`` and ``total`` are broadcasts in the provider's own period. ``until`` is the package's last day in the
    provider's words. ``problem`` tells which part could not be learnt.
    """

    account_id: str = ""
    name: str = ""
    verified: bool | None = None
    government: bool | None = None
    package: str = ""
    until: str = ""
    followers: int | None = None
    left: int | None = None
    total: int | None = None
    problem: Words | None = None


@dataclass(frozen=True, slots=True)
class BroadcastArticle:
    """Something live at the provider: its id there and its title for people."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class BroadcastOrder:
    """Items to be shown to the followers that ``target`` describes in the provider's words."""

    items: tuple[BroadcastArticle, ...]
    target: Mapping[str, str] = field(default_factory=dict, hash=False)


class Followers(Protocol):
    """A kind's followers. Methods raise ``ChannelError`` and nothing else on the provider's trouble."""

    lead: ClassVar[timedelta]
    """How long before the wanted time the provider has to be asked."""

    def look(self, account: Account) -> AccountState:
        """Ask how the account is; repeatable, no effect."""
        ...

    def may_call(self, now: datetime) -> Words | None:
        """Return why the provider must not be asked to broadcast at ``now``, None if it may; pure."""
        ...

    def require(self, order: BroadcastOrder, account: Account) -> None:
        """Ask the provider whether every item is still there and a broadcast is left. No effect.

        Raise ``ChannelError``: REJECTED when the broadcast must not be made.
        """
        ...

    def broadcast(self, order: BroadcastOrder, account: Account) -> str:
        """Make the one call and return the provider's id of it.

        UNCERTAIN when it may have gone out: then nobody but a person may make it again.
        """
        ...

    def trial(self, key: str, cover: str, settings: BaseModel) -> Rendition:
        """Return a hidden item by which the whole way to the provider can be tried. ``cover`` is a picture's address.

        Raise ``ChannelError`` REJECTED when the settings do not allow one.
        """
        ...


@cache
def followers_of(kind: str) -> Followers | None:
    """Return what ``kind`` can do with followers, loaded on first use; None if it has none."""
    if kind not in KINDS:
        return None
    module, name = KINDS[kind].split(":")
    made: Followers = getattr(import_module(module), name)()
    return made

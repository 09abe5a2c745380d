"""Calls on behalf of one channel: a good token each time, renewed once when Zalo refuses it."""

from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from channels.contract import Account, ChannelError, ErrorKind
from channels.words import Words
from channels.zalo_oa.api import tokens
from channels.zalo_oa.api.client import Client
from channels.zalo_oa.api.errors import (
    RULES,
    TOKEN_REFUSED,
    TOO_MANY_CALLS,
    Refusal,
    next_minute,
    reconnect,
    to_error,
    unclear,
)
from channels.zalo_oa.settings import Settings

Data = Mapping[str, Any]


def settings_of(account: Account) -> Settings:
    """The account's settings as this kind's own."""
    if not isinstance(account.settings, Settings):
        raise TypeError("settings of another channel kind")
    return account.settings


class Connection:
    """The API as one account may call it. Raises ``ChannelError``, or ``Refusal`` for the codes a caller expects."""

    def __init__(self, account: Account, client: Client) -> None:
        self.account = account
        self.client = client

    def get(self, path: str, *, expect: Container[int] = (), **query: str | int) -> Data:
        """``GET`` with plain parameters; return ``data``."""
        return self._made(lambda secrets: self.client.get(path, secrets, **query), expect)

    def post(self, path: str, body: Data, *, expect: Container[int] = (), once: bool = False) -> Data:
        """``POST`` JSON; return ``data``. ``once``: a lost outcome is UNCERTAIN, because it must not be repeated."""
        return self._made(lambda secrets: self.client.post(path, secrets, body, once=once), expect, once)

    def rest(self) -> float:
        """Seconds until the next call may be made: those left of a minute whose last call was made."""
        return next_minute(self.account.now()) if self.client.spent else 0.0

    def _made(self, call: Callable[[tokens.Secrets], Data], expect: Container[int], once: bool = False) -> Data:
        if self.client.spent:
            words, wait = Words(RULES[TOO_MANY_CALLS].text), self.rest()
            raise ChannelError(ErrorKind.RATE_LIMITED, words, detail="no call left in this minute", retry_after=wait)
        secrets = tokens.current(self.account, self.client)
        try:
            try:
                return call(secrets)
            except Refusal as refusal:
                if refusal.code not in TOKEN_REFUSED:
                    raise
                if once and self._good(secrets):
                    raise unclear(once=True, detail=f"{refusal.code}, but the token is good") from None
            return self._made_again(call, tokens.replaced(self.account, self.client, secrets))
        except Refusal as refusal:
            if refusal.code in expect:
                raise
            raise to_error(refusal, self.account.now(), once=once) from None

    def _good(self, secrets: tokens.Secrets) -> bool:
        """Whether a call that changes nothing takes the token that was refused: then that refusal proves nothing."""
        try:
            self.client.get("oa/getoa", secrets)
        except Refusal as refusal:
            return refusal.code not in TOKEN_REFUSED
        except ChannelError:
            pass  # nobody can tell
        return True

    def _made_again(self, call: Callable[[tokens.Secrets], Data], another: tokens.Secrets) -> Data:
        """Call once more with another token: a refused token is a clear no, so the call had no effect."""
        try:
            return call(another)
        except Refusal as refusal:
            if refusal.code in TOKEN_REFUSED:
                raise reconnect(f"{refusal.code} {refusal.message[:200]}") from None
            raise


@contextmanager
def connected(account: Account) -> Iterator[Connection]:
    """Open a connection for one step and close it after."""
    with Client(settings_of(account)) as client:
        yield Connection(account, client)

"""Tokens: a pair that is renewed early, once, under the channel's lock, and never overwritten by a bad answer."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from channels.access import Access
from channels.contract import Account, ChannelError, ErrorKind
from channels.words import N_, Words
from channels.zalo_oa.api.client import Client, NoToken
from channels.zalo_oa.api.errors import NOT_CONNECTED, reconnect

log = logging.getLogger(__name__)

Secrets = Mapping[str, str]
"""What the vault holds: ``app_secret``, ``access_token`` and ``refresh_token`` as pasted or given by Zalo, and what is
written here: ``expires_at``, ``renew_at`` and ``refresh_issued_at`` (ISO 8601, UTC), ``refused`` (names what was
refused), and the pair before this one as ``previous_access_token`` and ``previous_refresh_token``."""

NEEDED = ("app_secret", "access_token", "refresh_token")
ACCESS_LIFE = timedelta(hours=25)
LONGEST_LIFE = timedelta(days=90)
EARLY = 0.2
"""Renewed when less than this part of its life is left: about 20 of its 25 hours old."""
REFRESH_WARNING = timedelta(days=69)
"""A refresh token lives three months; its admin has three weeks to agree again before it ends."""
OAUTH_CODES = "-14"
"""How the codes begin by which OAuth judges an app, a secret or a token."""


class TokenState(StrEnum):
    """How a channel's connection stands. ``AGING``: works, but the refresh token ends soon."""

    MISSING = "missing"
    GOOD = "good"
    DUE = "due"
    AGING = "aging"
    RECONNECT = "reconnect"


ACCESS = {
    TokenState.MISSING: Access.MISSING,
    TokenState.GOOD: Access.GOOD,
    TokenState.DUE: Access.GOOD,
    TokenState.AGING: Access.ENDING,
    TokenState.RECONNECT: Access.DEAD,
}
"""What each state means for whoever knows nothing of tokens."""

WARNINGS = {
    TokenState.AGING: N_("Quyền truy cập Zalo sắp hết hạn: quản trị viên cần cấp quyền lại trong vài ngày tới."),
    TokenState.RECONNECT: N_("Zalo không gia hạn quyền truy cập nữa: quản trị viên cần cấp quyền lại ngay."),
}


def token_state(secrets: Secrets, app_id: str, now: datetime) -> TokenState:
    """Return how the connection stands at ``now`` (UTC); pure."""
    if not all(secrets.get(name) for name in NEEDED):
        return TokenState.MISSING
    if secrets.get("refused") == fingerprint(secrets, app_id):
        return TokenState.RECONNECT
    issued = _moment(secrets, "refresh_issued_at")
    if issued is not None and now - issued >= REFRESH_WARNING:
        return TokenState.AGING
    return TokenState.DUE if is_due(secrets, now) else TokenState.GOOD


def is_due(secrets: Secrets, now: datetime) -> bool:
    """Whether the access token should be renewed. One of unknown age, as pasted, is renewed on first use."""
    expires = _moment(secrets, "expires_at")
    renew = _moment(secrets, "renew_at") or (expires - ACCESS_LIFE * EARLY if expires else None)
    return renew is None or renew < now


def is_alive(secrets: Secrets, now: datetime) -> bool:
    """Whether the access token may still work: its end is unknown or has not come."""
    expires = _moment(secrets, "expires_at")
    return expires is None or now < expires


def current(account: Account, client: Client) -> Secrets:
    """Return secrets to call with, renewed first if they are due.

    A renewal that fails is no reason to stop while the old token still works. Raises ``ChannelError`` AUTH when only
    a new consent helps, or the renewal's own error when there is nothing left to call with.
    """
    secrets = account.vault.read()
    state = token_state(secrets, client.settings.app_id, account.now())
    if state is TokenState.MISSING:
        raise ChannelError(ErrorKind.AUTH, Words(NOT_CONNECTED))
    if state is not TokenState.RECONNECT and is_due(secrets, account.now()):
        secrets = _renewed_early(account, client, secrets)
    if _is_refused(secrets, client) and not is_alive(secrets, account.now()):
        raise reconnect("refresh token refused")
    return secrets


def kept(account: Account, client: Client) -> Words | None:
    """Renew the tokens if they are due; return what an admin has to do soon, None if nothing.

    A channel without tokens waits for its first connection and is left alone. Raises as ``current`` does.
    """
    app_id, now = client.settings.app_id, account.now()
    if token_state(account.vault.read(), app_id, now) is TokenState.MISSING:
        return None
    state = token_state(current(account, client), app_id, now)
    return Words(WARNINGS[state]) if state in WARNINGS else None


def _renewed_early(account: Account, client: Client, secrets: Secrets) -> Secrets:
    try:
        return _renew(account, client, secrets)
    except ChannelError as error:
        if not is_alive(secrets, account.now()):
            raise
        log.warning("Zalo token of channel %s not renewed yet: %s", account.channel_id, error.detail)
        return secrets


def replaced(account: Account, client: Client, refused: Secrets) -> Secrets:
    """Return secrets with another access token than the one Zalo has just refused.

    Raises ``ChannelError`` AUTH if there is no other to be had, or TRANSIENT if the OAuth server is in trouble.
    """
    secrets: Secrets = refused
    for _ in range(2):  # the first look may only find that an admin changed another secret
        if _is_refused(secrets, client):
            break
        secrets = _renew(account, client, secrets)
        if secrets.get("access_token") != refused.get("access_token"):
            return secrets
    raise reconnect("no token but the refused one")


def _renew(account: Account, client: Client, seen: Secrets) -> Secrets:
    return account.vault.renew(seen, lambda stored: _exchanged(client, stored, account.now()))


def _exchanged(client: Client, stored: Secrets, now: datetime) -> Secrets:
    """Make the one call; return the secrets to store.

    A judgement on this token is stored too, so that it is not asked for again; any other error changes nothing.
    """
    form = {"grant_type": "refresh_token", "refresh_token": stored["refresh_token"]}
    try:
        answer = _asked_twice(client, stored["app_secret"], form)
    except NoToken as refusal:
        log.error("Zalo refused to renew the token: %s", refusal.code or refusal.name)
        if refusal.code and not refusal.code.startswith(OAUTH_CODES):
            raise reconnect(f"{refusal.code} {refusal.name}") from None
        return {**stored, "refused": fingerprint(stored, client.settings.app_id)}
    return with_pair(stored, answer, now)


def _asked_twice(client: Client, app_secret: str, form: Mapping[str, str]) -> Mapping[str, str]:
    """Ask again after an empty answer: a spent token gets it every time, a stumbling server only once."""
    try:
        return client.token(app_secret, form)
    except NoToken as refusal:
        if refusal.code:
            raise
    return client.token(app_secret, form)


def with_pair(stored: Secrets, answer: Mapping[str, str], now: datetime) -> Secrets:
    """Return ``stored`` with the new pair, the one before it kept for diagnosis.

    Without a new refresh token the old one stays in force, and that is logged.
    """
    life = _life(answer)
    kept = {name: value for name, value in stored.items() if name != "refused"}
    kept |= {f"previous_{name}": stored[name] for name in ("access_token", "refresh_token") if stored.get(name)}
    kept |= {
        "access_token": answer["access_token"],
        "expires_at": (now + life).isoformat(),
        "renew_at": (now + life * (1 - EARLY)).isoformat(),
    }
    if answer.get("refresh_token"):
        return {**kept, "refresh_token": answer["refresh_token"], "refresh_issued_at": now.isoformat()}
    log.warning("Zalo gave a new access token without a new refresh token; the old one is kept")
    return kept


def _life(answer: Mapping[str, str]) -> timedelta:
    """How long the access token lives; what cannot be believed counts as the usual 25 hours."""
    try:
        life = timedelta(seconds=float(answer.get("expires_in", "")))
    except (ValueError, OverflowError):
        return ACCESS_LIFE
    return life if timedelta() < life <= LONGEST_LIFE else ACCESS_LIFE


def fingerprint(secrets: Secrets, app_id: str) -> str:
    """Return what names a refresh token and the app it is used with, without giving them away."""
    parts = (app_id, secrets.get("app_secret", ""), secrets.get("refresh_token", ""))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _is_refused(secrets: Secrets, client: Client) -> bool:
    return secrets.get("refused") == fingerprint(secrets, client.settings.app_id)


def _moment(secrets: Secrets, name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(secrets.get(name, ""))
    except ValueError:
        return None

"""What Zalo tells us of its own accord: is it Zalo, is it for us, is it new, and what does it say. Pure.

Source: section 8 of the notes on the API. ``X-ZEvent-Signature: mac=<hex>`` is the plain SHA-256 of app id, raw body,
timestamp and the OA secret key (of the webhook page; not the app secret).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

SIGNATURE = "X-ZEvent-Signature"
SECRET = "oa_secret_key"  # noqa: S105  # the name under which the vault keeps it
LARGEST = 64 * 1024
"""Bytes of an event that are read; real ones have a few hundred."""
OLDEST = timedelta(hours=24)
"""Zalo tries again for about two hours; what is older than a day is no event of its own but a replay."""
AHEAD = timedelta(minutes=10)
"""How far Zalo's clock may be before ours."""


class Kind(StrEnum):
    """Events that are counted."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"


class Verdict(StrEnum):
    """What becomes of a call: ``FORGED`` is refused, ``IGNORED`` is answered and forgotten, ``COUNTED`` is kept."""

    FORGED = "forged"
    IGNORED = "ignored"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Event:
    """A follower came or went at ``at`` (UTC). ``key`` is the same for every delivery of one event."""

    key: str
    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Ours:
    """What an event must fit: the app, the account ("" where it was not set) and the key."""

    app_id: str
    oa_id: str
    secret: str


def judge(body: bytes, signature: str, ours: Ours, now: datetime) -> tuple[Verdict, Event | None]:
    """Return what becomes of a call with this raw body and signature header."""
    said = _object(body)
    if said is None or not ours.secret or not _is_signed(body, signature, said, ours) or not _is_for(said, ours):
        return Verdict.FORGED, None
    event = _event(said)
    if event is None or not -AHEAD <= now - event.at <= OLDEST:
        return Verdict.IGNORED, None
    return Verdict.COUNTED, event


def mac(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """Return Zalo's signature of a body, in hexadecimal."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def _is_signed(body: bytes, signature: str, said: Mapping[str, Any], ours: Ours) -> bool:
    """The app id and timestamp of the body take part; comparing takes as long for any wrong signature."""
    wanted = mac(str(said.get("app_id", "")), body, str(said.get("timestamp", "")), ours.secret)
    given = signature.strip().removeprefix("mac=").lower()
    return hmac.compare_digest(wanted.encode(), given.encode())


def _is_for(said: Mapping[str, Any], ours: Ours) -> bool:
    """An event of another app or account that happens to share the key is not ours."""
    account = str(said.get("oa_id") or "")
    return str(said.get("app_id", "")) == ours.app_id and (not ours.oa_id or not account or account == ours.oa_id)


def _event(said: Mapping[str, Any]) -> Event | None:
    name = str(said.get("event_name", ""))
    at = _moment(said.get("timestamp"))
    if name not in set(Kind) or at is None:
        return None
    return Event(_key(said), Kind(name), at)


def _key(said: Mapping[str, Any]) -> str:
    """``message.msg_id`` where there is one; a follow has none, so what it says makes the key.

    Only a hash is kept: who follows an authority's account is nobody's business.
    """
    part = said.get("message")
    message_id = part.get("msg_id") if isinstance(part, dict) else None
    follower = said.get("follower")
    who = follower.get("id") if isinstance(follower, dict) else None
    parts = [str(message_id)] if message_id else [str(said.get("event_name")), str(who), str(said.get("timestamp"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _moment(value: object) -> datetime | None:
    """Epoch milliseconds, as a number or a string; seconds are told by their size."""
    try:
        number = int(str(value))
        return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None

"""The calls that a provider account still has, kept in the database and so shared by all workers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from scheduler.decisions.backoff import Bucket, capacity, refill
from scheduler.storage.dialect import insert_new
from scheduler.storage.rows import BUCKET

ACCOUNT_FIELDS = ("account", "oa_id")
"""Settings that name a provider account; channels with the same value share its limit."""


def account_of(kind: str, channel_id: int, settings: Mapping[str, Any]) -> str:
    """Return the name under which the channel's calls are counted."""
    named = next((settings[name] for name in ACCOUNT_FIELDS if settings.get(name)), None)
    return f"{kind}:{named}"[:120] if named else f"{kind}#{channel_id}"


def open_bucket(connection: Connection, account: str, per_minute: int, now: datetime) -> Bucket:
    """Return the account's bucket as it stands at ``now``, locked until the transaction ends."""
    fresh = {"account": account, "tokens": capacity(per_minute), "filled_at": now}
    wanted = select(BUCKET.c.tokens, BUCKET.c.filled_at).where(BUCKET.c.account == account).with_for_update()
    row = connection.execute(wanted).one_or_none()
    if row is None:
        connection.execute(insert_new(connection, BUCKET).values(fresh))
        row = connection.execute(wanted).one()
    return refill(Bucket(row.tokens, row.filled_at), per_minute, now)


def keep_bucket(connection: Connection, account: str, bucket: Bucket) -> None:
    """Write the bucket down."""
    values = {"tokens": bucket.tokens, "filled_at": bucket.filled_at}
    connection.execute(update(BUCKET).where(BUCKET.c.account == account).values(values))


def refund(connection: Connection, account: str, per_minute: int, calls: int, now: datetime) -> None:
    """Give back calls that were not made, unless the provider has asked for a pause meanwhile."""
    bucket = open_bucket(connection, account, per_minute, now)
    if bucket.filled_at <= now:
        tokens = min(capacity(per_minute), bucket.tokens + calls)
        keep_bucket(connection, account, Bucket(tokens, bucket.filled_at))


def drain(connection: Connection, account: str, until: datetime) -> None:
    """Let no channel of the account call before ``until`` (UTC): the provider said it is too much."""
    keep_bucket(connection, account, Bucket(0.0, until))

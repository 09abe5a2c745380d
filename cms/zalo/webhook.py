"""Taking what Zalo tells us: judged without the database's help, kept as one row, answered within its two seconds."""

from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.exc import OperationalError

from channels.contract import ChannelError
from channels.zalo_oa.audience.webhook import SECRET, Event, Ours, Verdict, judge
from channels.zalo_oa.settings import Settings
from cms.models.followers import FollowerEvent
from cms.zalo.connecting import KIND
from scheduler.storage.database import writing_soon
from scheduler.storage.dialect import insert_new
from scheduler.storage.rows import CHANNEL
from scheduler.storage.rows import SECRET as SECRETS
from scheduler.storage.vault import Keys

EVENT = cast(Table, FollowerEvent.__table__)
PATIENCE_MS = 1_200
"""How long a lock of the database is waited for: Zalo counts a later answer as none."""


class Taken(StrEnum):
    """What was answered. ``BUSY``: not kept, Zalo tries again in half a minute."""

    UNKNOWN = "unknown"
    FORGED = "forged"
    IGNORED = "ignored"
    KEPT = "kept"
    REPEATED = "repeated"
    BUSY = "busy"


def take(engine: Engine, keys: Keys, slug: str, body: bytes, signature: str, now: datetime) -> Taken:
    """Judge a call to the channel's webhook and keep what it says, once."""
    with engine.connect() as connection:
        found = _ours(connection, keys, slug)
    if found is None:
        return Taken.UNKNOWN
    channel_id, ours = found
    verdict, event = judge(body, signature, ours, now)
    if verdict is Verdict.FORGED:
        return Taken.FORGED
    if event is None:
        return Taken.IGNORED
    try:
        return _keep(engine, channel_id, event, now)
    except OperationalError:
        return Taken.BUSY


def _ours(connection: Connection, keys: Keys, slug: str) -> tuple[int, Ours] | None:
    """The channel of an address and what its events must fit; None if there is no such channel."""
    wanted = (
        select(CHANNEL.c.id, CHANNEL.c.settings, SECRETS.c.box)
        .outerjoin(SECRETS, SECRETS.c.channel_id == CHANNEL.c.id)
        .where(CHANNEL.c.slug == slug, CHANNEL.c.kind == KIND, CHANNEL.c.active)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    settings = Settings.model_validate(row.settings)
    return row.id, Ours(settings.app_id, settings.oa_id, _secret(keys, row.box))


def _secret(keys: Keys, box: bytes | None) -> str:
    if box is None:
        return ""
    try:
        return keys.open(box).get(SECRET, "")
    except ChannelError:
        return ""


def _keep(engine: Engine, channel_id: int, event: Event, now: datetime) -> Taken:
    values = {"channel_id": channel_id, "key": event.key, "kind": event.kind, "at": event.at, "received_at": now}
    with writing_soon(engine, PATIENCE_MS) as connection:
        made = insert_new(connection, EVENT).values(values).returning(EVENT.c.id)
        new = connection.execute(made).scalar()
    return Taken.REPEATED if new is None else Taken.KEPT

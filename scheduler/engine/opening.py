"""Opening a push channel for one visit: what the channel and its account allow, and the deliveries taken into hand."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, bindparam, select, update

from channels import registry
from channels.contract import Account, PushAdapter, Rendition, Transport
from channels.words import N_, Words
from scheduler.decisions.backoff import next_token, take
from scheduler.decisions.states import Health
from scheduler.engine.claims import DeliveryClaim, claim
from scheduler.engine.context import EngineContext
from scheduler.storage.rates import account_of, keep_bucket, open_bucket
from scheduler.storage.rows import CHANNEL, GATE, AnyRow, gate_of, renditions

log = logging.getLogger(__name__)

_CHANNEL = (
    select(CHANNEL.c.id, CHANNEL.c.kind, CHANNEL.c.name, CHANNEL.c.settings, *GATE)
    .where(CHANNEL.c.id == bindparam("channel"))
    .with_for_update(skip_locked=True)
)

BAD_SETTINGS = Words(N_("Cấu hình của kênh chưa hợp lệ nên kênh tạm dừng. Hãy sửa cấu hình rồi mở lại kênh."))


@dataclass(frozen=True, slots=True)
class Batch:
    """The claims of one visit to a channel, with the channel as its adapter sees it. ``bucket`` counts its calls.

    ``damaged`` says of each stored rendition that is not what was approved what is wrong with it.
    """

    adapter: PushAdapter
    account: Account
    bucket: str
    claims: tuple[DeliveryClaim, ...]
    renditions: Mapping[int, Rendition]
    damaged: Mapping[int, str]


def open_batch(connection: Connection, tools: EngineContext, channel_id: int) -> Batch | None:
    """Lock the channel for a moment, see what it and its account allow, and claim. None if there is nothing to do."""
    row = connection.execute(_CHANNEL, {"channel": channel_id}).one_or_none()
    if row is None:
        return None
    adapter = registry.push(row.kind)
    settings = _settings(adapter, row.settings)
    if settings is None:
        _pause(connection, channel_id)
        return None
    bucket = account_of(row.kind, row.id, row.settings)
    claims = _claim(connection, tools, row, bucket, adapter.calls_per_minute)
    if not claims:
        return None
    wanted_ids = {held.facts.sent_rendition_id for held in claims}
    account = Account(row.id, row.name, settings, tools.vault(row.id), tools.clock)
    return Batch(adapter, account, bucket, claims, *renditions(connection, wanted_ids))


def _claim(
    connection: Connection, tools: EngineContext, row: AnyRow, account: str, per_minute: int
) -> tuple[DeliveryClaim, ...]:
    """Claim as many deliveries as the account has calls left; without any, note when the next one may be made."""
    config, now = tools.config, tools.clock()
    bucket = open_bucket(connection, account, per_minute, now)
    granted, _ = take(bucket, config.lane_batch)
    claims: tuple[DeliveryClaim, ...] = ()
    if granted == 0:
        later = update(CHANNEL).where(CHANNEL.c.id == row.id).values(resume_at=next_token(bucket, per_minute))
        connection.execute(later)
    else:
        claims = tuple(claim(connection, row.id, gate_of(row, Transport.PUSH), config.held, now, granted))
    keep_bucket(connection, account, take(bucket, len(claims))[1])
    return claims


def _settings(adapter: PushAdapter, stored: Mapping[str, Any]) -> BaseModel | None:
    try:
        return adapter.Settings.model_validate(stored)
    except ValidationError:
        return None


def _pause(connection: Connection, channel_id: int) -> None:
    """Stop a channel whose settings its adapter refuses; its deliveries wait."""
    log.error("channel %s: settings are not valid, paused", channel_id)
    stop = update(CHANNEL).where(CHANNEL.c.id == channel_id, CHANNEL.c.health == Health.OK)
    connection.execute(stop.values(health=Health.PAUSED, health_words=str(BAD_SETTINGS)))

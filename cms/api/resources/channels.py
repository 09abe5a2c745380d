"""Channels as callers need them to schedule and to follow up. Secrets are never told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import NoQuery, RequestBody, ResponseBody, Word
from cms.api.kit.named import UnitName, unit_by_code
from cms.api.kit.table import endpoint
from cms.channels.queries import addresses, simulated
from cms.core.database import db
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotFound
from cms.core.units import trail
from cms.deliveries.channel_standings import standings
from cms.models.people import Unit
from cms.web.context import settings
from cms.web.output.language import say
from scheduler.decisions.channel_standing import ChannelStanding, ChannelStatus
from scheduler.decisions.states import Health
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys

SCOPES = ("deliveries:read", "stories:publish")


class ChannelQuery(RequestBody):
    """What the list is narrowed to."""

    kind: Word = ""
    unit: Word = Field("", description="Code of a unit; takes in the units below it.")


class ChannelTold(ResponseBody):
    """A channel. `weekly_slots` are its weekly times in Viet Nam, Monday is 1."""

    slug: str
    name: str
    kind: str
    unit: UnitName
    medium: str = Field(description="The plan's word by which quotas count the channel.")
    active: bool
    health: Health
    standing: ChannelStanding = Field(description="How it stands, as its page shows it: the gravest of what is true.")
    standing_words: str = Field(description="What to do about it; empty when there is nothing to do.")
    standing_since: datetime | None
    simulated: bool = Field(description="Whether it publishes to a simulator.")
    weekly_slots: list[dict[str, Any]]
    addresses: dict[str, str] = Field(description="Public addresses of what readers and boards fetch.")
    created_at: datetime


class ChannelWhole(ChannelTold):
    """A channel with how it is set up; `settings` only for those who configure it. Secrets are never told."""

    late_policy: str
    late_minutes: int
    settings: dict[str, Any] | None


class ChannelList(ResponseBody):
    """Channels in the order of their units and names."""

    items: list[ChannelTold]


@endpoint("GET", "/channels", *SCOPES)
def list_channels(call: Call[ChannelQuery, None]) -> Reply[ChannelList]:
    """List channels."""
    session, query = db.session(), call.query
    _allowed(call.actor)
    found = select(Channel, Unit).join(Unit, Unit.id == Channel.unit_id)
    if query.kind:
        found = found.where(Channel.kind == query.kind)
    if query.unit:
        found = found.where(Unit.path.startswith(unit_by_code(session, query.unit).path))
    rows = sorted(session.execute(found), key=lambda row: (trail(row[1].path), row[0].name, row[0].id))
    stands = _stands(session, [channel for channel, _unit in rows], call.now)
    return Reply(ChannelList(items=[ChannelTold(**_told(channel, unit, stands)) for channel, unit in rows]))


@endpoint("GET", "/channels/{slug}", *SCOPES)
def read_channel(call: Call[NoQuery, None], slug: str) -> Reply[ChannelWhole]:
    """Read one channel."""
    session = db.session()
    _allowed(call.actor)
    channel, unit = _find(session, slug)
    stands = _stands(session, [channel], call.now)
    configures = call.actor.may(Action.MANAGE_CHANNELS, unit.path)
    return Reply(
        ChannelWhole(
            **_told(channel, unit, stands), late_policy=channel.late_policy, late_minutes=channel.late_minutes,
            settings=channel.settings if configures else None,
        )
    )  # fmt: skip


def _allowed(actor: Actor) -> None:
    if not actor.may(Action.MANAGE_CHANNELS):
        actor.require(Action.SEE_DELIVERIES)


def _find(session: Session, slug: str) -> tuple[Channel, Unit]:
    channel = session.scalar(select(Channel).where(Channel.slug == slug))
    if channel is None:
        raise NotFound(N_("Không có kênh này."))
    return channel, session.get_one(Unit, channel.unit_id)


def _stands(session: Session, channels: Sequence[Channel], now: datetime) -> dict[int, ChannelStatus]:
    return standings(session, channels, Keys(settings().encryption_keys), now)


def _told(channel: Channel, unit: Unit, stands: Mapping[int, ChannelStatus]) -> dict[str, Any]:
    stand = stands[channel.id]
    return {
        "slug": channel.slug,
        "name": channel.name,
        "kind": channel.kind,
        "unit": UnitName(code=unit.code, name=unit.name),
        "medium": channel.medium,
        "active": channel.active,
        "health": Health(channel.health),
        "standing": stand.standing,
        "standing_words": say(stand.words) if stand.words else "",
        "standing_since": stand.since,
        "simulated": simulated(channel),
        "weekly_slots": channel.weekly_slots,
        "addresses": dict(addresses(channel.kind, channel.slug, settings().public_url)),
        "created_at": channel.created_at,
    }

"""All that a channel's page tells of an Official Account, from what is stored: no page waits for Zalo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.contract import ChannelError
from channels.followers import followers_of
from channels.localtime import local_day
from channels.zalo_oa.audience.broadcast import Allowance
from channels.zalo_oa.audience.webhook import SECRET
from cms.channels import service
from cms.core.audit import record
from cms.core.channel_secrets import opened
from cms.core.permissions import Actor
from cms.core.refusal import Conflict, refusal_from
from cms.zalo import connecting, ordering
from cms.zalo import queries as followers
from cms.zalo.queries import Day
from scheduler.decisions.refusals import DeskRefusal
from scheduler.decisions.states import DeliveryState
from scheduler.followers import orders
from scheduler.followers.states import TrialState
from scheduler.followers.tables import AccountStanding, ChannelTrial
from scheduler.storage.tables import Channel, Delivery, StoredRendition
from scheduler.storage.vault import Keys

REFRESH_LIFE = timedelta(days=90)
"""A refresh token lives three months; who has not connected again by then must."""
ERRORS = 6
RECENT = timedelta(days=30)
COVER = "/static/trial-cover.png"
TROUBLED = (
    DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.MISSED, DeliveryState.SCHEDULED, DeliveryState.SENDING,
    DeliveryState.WITHDRAWING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TokenAges:
    """Until when the access token is good and before when the account has to be connected again (UTC).

    None where the age of a pasted token is not known yet.
    """

    access_until: datetime | None
    reconnect_before: datetime | None


@dataclass(frozen=True, slots=True)
class AccountTrouble:
    """Something that went wrong: when (UTC), in words (a ``{"text", "values"}`` column), and what it was about."""

    at: datetime
    words: Mapping[str, Any]
    title: str
    delivery_id: int | None = None
    broadcast_id: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """``busy``: something is under way and the page looks again by itself."""

    channel: Channel
    standing: AccountStanding | None
    asking: bool
    tokens: TokenAges
    allowance: Allowance
    webhook: str
    has_webhook_key: bool
    last_event: datetime | None
    days: Sequence[Day]
    troubles: Sequence[AccountTrouble]
    trial: ChannelTrial | None

    @property
    def busy(self) -> bool:
        """Whether the page should look again soon."""
        return self.asking or (self.trial is not None and self.trial.state == TrialState.RUNNING)


def panel(session: Session, channel: Channel, keys: Keys, base_url: str, now: datetime) -> Panel:
    """Return what the page of a Zalo channel tells."""
    secrets = opened(session, channel.id, keys) or {}
    standing = session.get(AccountStanding, channel.id)
    return Panel(
        channel=channel,
        standing=standing,
        asking=standing is not None and _is_asking(standing, now),
        tokens=token_ages(secrets),
        allowance=ordering.allowance_at(session, channel, now, now),
        webhook=f"{base_url}/hooks/zalo/{channel.slug}",
        has_webhook_key=bool(secrets.get(SECRET)),
        last_event=followers.last_event(session, channel.id),
        days=followers.days(session, channel.id, local_day(now)),
        troubles=_troubles(session, channel.id, now),
        trial=session.scalar(
            select(ChannelTrial).where(ChannelTrial.channel_id == channel.id).order_by(ChannelTrial.id.desc()).limit(1)
        ),
    )


def token_ages(secrets: Mapping[str, str]) -> TokenAges:
    """Return how long the tokens of these secrets are good; pure."""
    issued = _moment(secrets.get("refresh_issued_at", ""))
    return TokenAges(_moment(secrets.get("expires_at", "")), issued + REFRESH_LIFE if issued else None)


def ask(session: Session, actor: Actor, channel_id: int, *, now: datetime) -> None:
    """Have Zalo asked how the account is."""
    channel = service.managed(session, actor, channel_id)
    connecting.settings_of(channel)
    orders.ask(session.connection(), channel.id, now)


def begin_trial(session: Session, actor: Actor, channel_id: int, base_url: str, *, now: datetime) -> int:
    """Have a hidden article made, found and removed again; raise ``Conflict`` with what is missing."""
    channel = service.managed(session, actor, channel_id)
    settings = connecting.settings_of(channel)
    kind = followers_of(channel.kind)
    if kind is None or not channel.active:
        raise Conflict(connecting.NOT_WORKING)
    try:
        rendition = kind.trial(f"{channel.id}-{now.isoformat()}", base_url + COVER, settings)
        made = orders.begin_trial(session.connection(), channel.id, rendition.document, by=actor.person_id, now=now)
    except (ChannelError, DeskRefusal) as error:
        raise refusal_from(409, "conflict", error.words) from error
    record(
        session, actor, "channel.trial", "channel", channel.id, unit_id=channel.unit_id, now=now, name=channel.name,
        title=rendition.document["article"]["title"],
    )  # fmt: skip
    return made


def _is_asking(standing: AccountStanding, now: datetime) -> bool:
    return standing.lease_owner is not None or (standing.next_at is not None and standing.next_at <= now)


def _troubles(session: Session, channel_id: int, now: datetime) -> list[AccountTrouble]:
    """The newest troubles of articles and broadcasts, in words."""
    query = (
        select(Delivery, StoredRendition.title)
        .join(StoredRendition, StoredRendition.id == Delivery.rendition_id)
        .where(Delivery.channel_id == channel_id, Delivery.state.in_(TROUBLED))
        .where(Delivery.scheduled_at >= now - RECENT)
        .order_by(Delivery.scheduled_at.desc())
        .limit(40)
    )
    found = [
        AccountTrouble(one.scheduled_at, one.problem, title, delivery_id=one.id)
        for one, title in session.execute(query)
        if one.problem.get("text")
    ]
    found += [
        AccountTrouble(one.call_at, one.problem, "", broadcast_id=one.id)
        for one in followers.troubles(session, channel_id, now - RECENT)
        if one.problem.get("text")
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:ERRORS]


def _moment(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None

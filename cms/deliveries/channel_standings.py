"""How channels stand: the facts read from the database, for the decision that pages, API and monitors share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from channels import registry
from channels.access import Access, access_of
from channels.contract import Evidence
from cms.core.channel_secrets import opened
from cms.core.permissions import Action, Actor
from cms.deliveries.queries import words
from cms.models.boards import BoardKey
from cms.models.people import Unit
from scheduler.decisions.channel_standing import ChannelFacts, ChannelStatus, stand
from scheduler.decisions.states import DeliveryState, Health
from scheduler.documents.carried import read_settings
from scheduler.followers.tables import AccountStanding
from scheduler.storage.tables import Channel, Delivery
from scheduler.storage.vault import Keys


def standings(session: Session, channels: Iterable[Channel], keys: Keys, now: datetime) -> dict[int, ChannelStatus]:
    """Return how each of ``channels`` stands, by id; a few queries for all, one more for each with secrets."""
    wanted = {channel.id: channel for channel in channels}
    left_out, boards, carrying = _left_out(session), _boards(session), _carrying(session)
    refused, reporting = _refused(session), registry.proven_by(Evidence.PLAY)
    return {
        id_: stand(
            ChannelFacts(
                active=channel.active, health=_health(channel.health), said=channel.health_words,
                resume_at=channel.resume_at, broken_since=channel.broken_since, broken=words(channel.broken),
                access=_access(session, channel, keys, now, refused=id_ in refused),
                left_out=left_out.get(id_, (0, None))[0], left_out_since=left_out.get(id_, (0, None))[1],
                reports=channel.kind in reporting, carries=id_ in carrying,
                key_since=boards[id_][0] if id_ in boards else None,
                seen_at=boards[id_][1] if id_ in boards else None,
            ),
            now,
        )
        for id_, channel in wanted.items()
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TroubledChannel:
    """A channel of which people must know; ``manages``: the person can open its page."""

    channel: Channel
    stand: ChannelStatus
    manages: bool


def grave(session: Session, actor: Actor, keys: Keys, now: datetime) -> list[TroubledChannel]:
    """Return the active channels whose deliveries ``actor`` sees and that stand badly, by name."""
    query = select(Channel, Unit.path).join(Unit, Unit.id == Channel.unit_id).where(Channel.active)
    paths = {channel: path for channel, path in session.execute(query) if actor.may(Action.SEE_DELIVERIES, path)}
    found = standings(session, paths, keys, now)
    return [
        TroubledChannel(channel, found[channel.id], actor.may(Action.MANAGE_CHANNELS, path))
        for channel, path in sorted(paths.items(), key=lambda pair: pair[0].name)
        if found[channel.id].grave
    ]


def _health(word: str) -> Health:
    return Health(word) if word in set(Health) else Health.PAUSED


def _access(session: Session, channel: Channel, keys: Keys, now: datetime, *, refused: bool) -> Access:
    if channel.kind not in registry.KINDS or not registry.adapter(channel.kind).secrets:
        return Access.NONE
    secrets = opened(session, channel.id, keys)
    if secrets is None:
        return Access.LOST
    adapter = registry.adapter(channel.kind)
    found = access_of(adapter, secrets, read_settings(adapter.Settings, channel.settings)[0], now)
    if found is Access.MISSING:
        return found
    return Access.DEAD if refused or channel.health == Health.NEEDS_AUTH else found


def _refused(session: Session) -> set[int]:
    """Channels whose provider refused our access when it was last asked how the account stands."""
    rows = session.execute(select(AccountStanding.channel_id, AccountStanding.problem))
    return {id_ for id_, problem in rows if isinstance(problem, Mapping) and problem.get("kind") == "auth"}


def _left_out(session: Session) -> dict[int, tuple[int, datetime | None]]:
    query = (
        select(Delivery.channel_id, func.count(), func.min(Delivery.broken_since))
        .where(Delivery.broken_since.is_not(None), Delivery.state == DeliveryState.LIVE)
        .group_by(Delivery.channel_id)
    )
    return {id_: (count, since) for id_, count, since in session.execute(query)}


def _boards(session: Session) -> dict[int, tuple[datetime, datetime | None]]:
    query = select(BoardKey.channel_id, BoardKey.created_at, BoardKey.seen_at)
    return {id_: (created, seen) for id_, created, seen in session.execute(query)}


def _carrying(session: Session) -> set[int]:
    """Channels that carry something now."""
    live = exists().where(Delivery.channel_id == Channel.id, Delivery.state == DeliveryState.LIVE)
    return set(session.scalars(select(Channel.id).where(live)))

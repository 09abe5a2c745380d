"""The tables of this package as Core sees them."""

from typing import cast

from sqlalchemy import Connection, Table, select

from channels.followers import BroadcastArticle, BroadcastOrder
from scheduler.decisions.states import DeliveryState, Desired, Health, LatePolicy
from scheduler.followers.decisions import Facts
from scheduler.followers.states import BroadcastState
from scheduler.followers.tables import (
    AccountStanding,
    BroadcastAttempt,
    BroadcastItem,
    ChannelTrial,
    FollowerBroadcast,
    FollowerDay,
)
from scheduler.storage.rows import CHANNEL, DELIVERY, GATE, AnyRow

ATTEMPT = cast(Table, BroadcastAttempt.__table__)
BROADCAST = cast(Table, FollowerBroadcast.__table__)
DAY = cast(Table, FollowerDay.__table__)
ITEM = cast(Table, BroadcastItem.__table__)
STANDING = cast(Table, AccountStanding.__table__)
TRIAL = cast(Table, ChannelTrial.__table__)

IS_LIVE = (DELIVERY.c.state == DeliveryState.LIVE) & (DELIVERY.c.desired == Desired.LIVE)


def order_of(connection: Connection, row: AnyRow) -> BroadcastOrder:
    """Return what the broadcast in ``row`` shows to whom."""
    wanted = select(ITEM.c.provider_id, ITEM.c.title).where(ITEM.c.broadcast_id == row.id).order_by(ITEM.c.position)
    items = tuple(BroadcastArticle(one.provider_id, one.title) for one in connection.execute(wanted))
    return BroadcastOrder(items, row.target)


def facts_of(connection: Connection, row: AnyRow) -> Facts:
    """Return what decides about the broadcast in ``row``, with its channel and its items as they stand now."""
    channel = connection.execute(select(*GATE).where(CHANNEL.c.id == row.channel_id)).one()
    return Facts(
        state=BroadcastState(row.state),
        call_at=row.call_at,
        called_at=row.called_at,
        tries=row.tries,
        gone=gone(connection, row.id),
        active=channel.active,
        health=Health(channel.health),
        late_policy=LatePolicy(channel.late_policy),
        late_minutes=channel.late_minutes,
    )


def gone(connection: Connection, broadcast_id: int) -> list[str]:
    """Return the titles of a broadcast's items that are not live any more."""
    lost = (
        select(ITEM.c.title)
        .join(DELIVERY, DELIVERY.c.id == ITEM.c.delivery_id)
        .where(ITEM.c.broadcast_id == broadcast_id, ~IS_LIVE)
        .order_by(ITEM.c.position)
    )
    return list(connection.execute(lost).scalars())

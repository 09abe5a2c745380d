"""A channel's queue seen from outside: when its next delivery is due, without reading the queue."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, func, select
from sqlalchemy.exc import DBAPIError

from scheduler.decisions.isolating import read_apart
from scheduler.decisions.next_step import WORKING, ChannelPolicy, open_from, open_states
from scheduler.decisions.states import DeliveryState
from scheduler.storage.rows import CHANNEL, DELIVERY, GATE, AnyRow, gate_of, transport

log = logging.getLogger(__name__)

STATES = tuple(sorted(WORKING))


@dataclass(frozen=True, slots=True)
class ChannelQueue:
    """A channel and the earliest ``next_at`` (UTC) in each state. ``busy_until`` is when a worker's lease ends."""

    channel_id: int
    gate: ChannelPolicy
    heads: Mapping[DeliveryState, datetime]
    busy_until: datetime | None = None

    def wakes_at(self, now: datetime) -> datetime | None:
        """Return when there is something to do on this channel: ``now``, later, or None for never."""
        heads = [self.heads[state] for state in open_states(self.gate) if state in self.heads]
        if not heads:
            return None
        return max(min(heads), open_from(self.gate, now), self._free_at(now), now)

    def due(self, now: datetime) -> bool:
        """Return whether there is something to do on this channel now, and nobody is at it."""
        return self.wakes_at(now) == now

    def _free_at(self, now: datetime) -> datetime:
        return max(now, self.busy_until) if self.busy_until else now


def read_lanes(connection: Connection) -> list[ChannelQueue]:
    """Return the lanes of all channels whose kind has an adapter here. A few index look-ups per channel."""
    try:
        return _lanes(connection)
    except DBAPIError:
        raise
    except Exception:  # one row that was damaged from outside must not stop all channels
        found, bad = read_apart(
            connection.execute(select(CHANNEL.c.id)).scalars().all(),
            lambda ids: {lane.channel_id: lane for lane in _lanes(connection, ids)},
        )
        log.error("channels that cannot be read: %s", bad)
        return list(found.values())


def _lanes(connection: Connection, ids: Sequence[int] | None = None) -> list[ChannelQueue]:
    query = _all_lanes() if ids is None else _all_lanes().where(CHANNEL.c.id.in_(ids))
    return [lane for row in connection.execute(query) if (lane := _lane(row)) is not None]


def head(state: DeliveryState) -> ScalarSelect[Any]:
    """Return the sub-query for the earliest ``next_at`` of a channel's deliveries in ``state``: one index look-up."""
    return (
        select(func.min(DELIVERY.c.next_at))
        .where(DELIVERY.c.channel_id == CHANNEL.c.id, DELIVERY.c.state == state, DELIVERY.c.next_at.is_not(None))
        .scalar_subquery()
    )


@cache
def _all_lanes() -> Select[Any]:
    """The query for all lanes, built once: the engine asks it many times a second while it works."""
    heads = [head(state).label(f"head_{state}") for state in STATES]
    return select(CHANNEL.c.id, CHANNEL.c.kind, *GATE, *heads, _busy_until().label("busy_until"))


def _busy_until() -> ScalarSelect[Any]:
    return (
        select(func.max(DELIVERY.c.lease_until))
        .where(DELIVERY.c.channel_id == CHANNEL.c.id, DELIVERY.c.lease_owner.is_not(None))
        .scalar_subquery()
    )


def _lane(row: AnyRow) -> ChannelQueue | None:
    how = transport(row.kind)
    if how is None:
        return None
    found = {state: row._mapping[f"head_{state}"] for state in STATES}
    heads = {state: head for state, head in found.items() if head is not None}
    return ChannelQueue(row.id, gate_of(row, how), heads, row.busy_until)

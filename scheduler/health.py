"""Whether deliveries are being worked, and what waits for people: for the banner, ``/healthz`` and ``/metrics``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, func, literal_column, or_, select

from scheduler.decisions.states import NEEDS_PERSON, DeliveryState
from scheduler.storage.rows import CHANNEL, DELIVERY, WORKER

OLD_HEARTBEAT_S = 60.0
"""A scheduler that was not seen for so many seconds is not working."""

OVERDUE = timedelta(minutes=2)
"""A delivery that is due for longer is overdue: the engine is down, or the channel holds it back."""


def heartbeat_age(connection: Connection, now: datetime) -> float | None:
    """Return the seconds since any scheduler was last seen, or None if none ever was."""
    seen = connection.execute(select(func.max(WORKER.c.seen_at))).scalar()
    return max(0.0, (now - seen).total_seconds()) if seen is not None else None


def overdue(connection: Connection, now: datetime) -> int:
    """Return how many deliveries should have been worked by now."""
    counted = select(func.count()).select_from(DELIVERY).where(is_overdue(now))
    return int(connection.execute(counted).scalar_one())


def needs_person(connection: Connection) -> int:
    """Return how many deliveries wait for a person's decision."""
    counted = select(func.count()).select_from(DELIVERY).where(needs_a_person())
    return int(connection.execute(counted).scalar_one())


@dataclass(frozen=True, slots=True)
class Failing:
    """An active channel whose documents cannot be made as they should be; ``problem`` says why, for people."""

    id: int
    slug: str
    name: str
    unit_id: int
    since: datetime
    problem: Mapping[str, Any]


def failing(connection: Connection) -> Sequence[Failing]:
    """Return the channels whose documents fail, the oldest trouble first."""
    names = ("id", "slug", "name", "unit_id", "broken_since", "broken")
    query = select(*(CHANNEL.c[name] for name in names)).where(CHANNEL.c.active, CHANNEL.c.broken_since.is_not(None))
    rows = connection.execute(query.order_by(CHANNEL.c.broken_since, CHANNEL.c.id))
    return [Failing(row.id, row.slug, row.name, row.unit_id, row.broken_since, row.broken or {}) for row in rows]


def left_out(connection: Connection) -> Mapping[str, int]:
    """Return how many live deliveries are left out because they are broken, by the channel's slug."""
    query = (
        select(CHANNEL.c.slug, func.count())
        .join(DELIVERY, DELIVERY.c.channel_id == CHANNEL.c.id)
        .where(CHANNEL.c.active, *_left_out())
        .group_by(CHANNEL.c.slug)
        .order_by(CHANNEL.c.slug)
    )
    return {slug: count for slug, count in connection.execute(query)}  # noqa: C416  # rows are no pairs to dict()


def left_out_since(connection: Connection) -> datetime | None:
    """Return since when the first of them is left out, None if there are none."""
    query = select(func.min(DELIVERY.c.broken_since)).join(CHANNEL, DELIVERY.c.channel_id == CHANNEL.c.id)
    return connection.execute(query.where(CHANNEL.c.active, *_left_out())).scalar()


def _left_out() -> tuple[ColumnElement[bool], ...]:
    return (DELIVERY.c.broken_since.is_not(None), DELIVERY.c.state == DeliveryState.LIVE)


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """The condition for a delivery to be overdue: promised for earlier, due and not worked, or a removal that failed.

    What waits for a person is counted there, not here.
    """
    late = now - OVERDUE
    on_its_way = DELIVERY.c.state.in_((DeliveryState.SCHEDULED, DeliveryState.SENDING))
    promised = and_(on_its_way, DELIVERY.c.scheduled_at < late)
    not_worked = and_(DELIVERY.c.next_at < late, DELIVERY.c.state != DeliveryState.UNKNOWN)
    not_removed = and_(DELIVERY.c.state == DeliveryState.WITHDRAWING, DELIVERY.c.tries > 0)
    return or_(promised, not_worked, not_removed)


def needs_a_person() -> ColumnElement[bool]:
    """The condition for what a person must look at: unclear, failed, missed, broken, a refused correction or removal.

    Its constants are written out, so that the databases see that ``ix_delivery_stuck`` holds exactly these rows.
    """
    gave_up = or_(DELIVERY.c.next_at.is_(None), DELIVERY.c.next_at == DELIVERY.c.until)
    live, withdrawing = (DELIVERY.c.state == _constant(s) for s in (DeliveryState.LIVE, DeliveryState.WITHDRAWING))
    corrected_in_vain = and_(live, DELIVERY.c.rendition_id != DELIVERY.c.live_rendition_id, gave_up)
    ended_in_vain = and_(live, DELIVERY.c.until.is_not(None), DELIVERY.c.next_at.is_(None))
    removed_in_vain = and_(withdrawing, DELIVERY.c.next_at.is_(None))
    seen = DELIVERY.c.observed.in_([_constant("changed"), _constant("hidden")])
    otherwise = and_(live, seen)
    waiting = DELIVERY.c.state.in_([_constant(state) for state in sorted(NEEDS_PERSON)])
    return or_(
        waiting, corrected_in_vain, ended_in_vain, removed_in_vain, DELIVERY.c.broken_since.is_not(None), otherwise
    )


def _constant(state: str) -> ColumnElement[str]:
    return literal_column(f"'{state!s}'", String)

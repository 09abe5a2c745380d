"""Broadcasts as pages show them, and how many followers came and went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.localtime import local_day, midnight
from channels.zalo_oa.audience.webhook import Kind
from cms.core import units
from cms.core.permissions import Action, Actor
from cms.models.followers import FollowerEvent
from cms.models.people import Person, Unit
from scheduler.followers.states import TO_TELL, BroadcastState
from scheduler.followers.tables import BroadcastAttempt, BroadcastItem, FollowerBroadcast, FollowerDay
from scheduler.storage.tables import Channel

PAGE = 40


@dataclass(frozen=True, slots=True)
class BroadcastSummary:
    """A broadcast in the list."""

    broadcast: FollowerBroadcast
    channel: Channel
    titles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Day:
    """One day (Viet Nam) of an account: followers who came, who left, and how many there were by Zalo's word."""

    day: date
    came: int
    left: int
    total: int | None


def page(session: Session, actor: Actor, number: int = 1) -> tuple[list[BroadcastSummary], bool]:
    """Return a page of the broadcasts that ``actor`` sees, newest first, and whether there are older ones."""
    query = (
        select(FollowerBroadcast, Channel)
        .join(Channel, Channel.id == FollowerBroadcast.channel_id)
        .join(Unit, Unit.id == Channel.unit_id)
        .where(units.within(actor.paths(Action.SEE_DELIVERIES)))
        .order_by(FollowerBroadcast.id.desc())
        .offset((number - 1) * PAGE)
        .limit(PAGE + 1)
    )
    rows = session.execute(query).all()
    titles = _titles(session, [broadcast.id for broadcast, _channel in rows[:PAGE]])
    lines = [BroadcastSummary(broadcast, channel, titles.get(broadcast.id, ())) for broadcast, channel in rows[:PAGE]]
    return lines, len(rows) > PAGE


def unclear(session: Session, actor: Actor) -> int:
    """Return how many broadcasts wait for somebody's decision."""
    query = (
        select(func.count())
        .select_from(FollowerBroadcast)
        .join(Channel, Channel.id == FollowerBroadcast.channel_id)
        .join(Unit, Unit.id == Channel.unit_id)
        .where(FollowerBroadcast.state == BroadcastState.UNKNOWN, units.within(actor.paths(Action.SEE_DELIVERIES)))
    )
    return session.scalar(query) or 0


def items(session: Session, broadcast_id: int) -> Sequence[BroadcastItem]:
    """Return the articles of a broadcast in their order."""
    wanted = select(BroadcastItem).where(BroadcastItem.broadcast_id == broadcast_id).order_by(BroadcastItem.position)
    return session.scalars(wanted).all()


def attempts(session: Session, broadcast_id: int) -> Sequence[BroadcastAttempt]:
    """Return the tries of a broadcast, oldest first."""
    wanted = select(BroadcastAttempt).where(BroadcastAttempt.broadcast_id == broadcast_id)
    return session.scalars(wanted.order_by(BroadcastAttempt.id)).all()


def names(session: Session, *person_ids: int | None) -> Mapping[int, str]:
    """Return the names of these people."""
    query = select(Person.id, Person.name).where(Person.id.in_([one for one in person_ids if one is not None]))
    return {id_: name for id_, name in session.execute(query)}  # noqa: C416  # rows are no pairs to dict()


def troubles(session: Session, channel_id: int, since: datetime) -> Sequence[FollowerBroadcast]:
    """Return the broadcasts of a channel since ``since`` (UTC) that did not reach anybody or may not have."""
    wanted = select(FollowerBroadcast).where(
        FollowerBroadcast.channel_id == channel_id, FollowerBroadcast.state.in_(TO_TELL),
        FollowerBroadcast.call_at >= since,
    )  # fmt: skip
    return session.scalars(wanted.order_by(FollowerBroadcast.id.desc()).limit(5)).all()


def days(session: Session, channel_id: int, last: date, count: int = 14) -> list[Day]:
    """Return the ``count`` days up to ``last`` (Viet Nam), newest first; days without news have zeros."""
    first = last - timedelta(days=count - 1)
    moved = _moved(session, channel_id, first, last)
    told = select(FollowerDay.day, FollowerDay.followers).where(
        FollowerDay.channel_id == channel_id, FollowerDay.day >= first, FollowerDay.day <= last
    )
    totals = {row.day: row.followers for row in session.execute(told)}
    wanted = [last - timedelta(days=back) for back in range(count)]
    return [Day(one, moved.get((one, Kind.FOLLOW), 0), moved.get((one, Kind.UNFOLLOW), 0), totals.get(one))
            for one in wanted]  # fmt: skip


def last_event(session: Session, channel_id: int) -> datetime | None:
    """Return when Zalo's webhook last told of a follower."""
    return session.scalar(select(func.max(FollowerEvent.at)).where(FollowerEvent.channel_id == channel_id))


def _moved(session: Session, channel_id: int, first: date, last: date) -> dict[tuple[date, str], int]:
    since, until = (midnight(one) for one in (first, last + timedelta(days=1)))
    wanted = select(FollowerEvent.kind, FollowerEvent.at).where(
        FollowerEvent.channel_id == channel_id, FollowerEvent.at >= since, FollowerEvent.at < until
    )
    counts: dict[tuple[date, str], int] = {}
    for kind, at in session.execute(wanted):
        key = (local_day(at), kind)
        counts[key] = counts.get(key, 0) + 1
    return counts


def _titles(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    wanted = select(BroadcastItem.broadcast_id, BroadcastItem.title).where(BroadcastItem.broadcast_id.in_(ids))
    found: dict[int, list[str]] = {}
    for broadcast_id, title in session.execute(wanted.order_by(BroadcastItem.position)):
        found.setdefault(broadcast_id, []).append(title)
    return found

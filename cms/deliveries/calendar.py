"""The week: what is promised, what is only intended, and which weekly times are still free, laid out in lanes."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.localtime import local, local_day
from cms.core import periods, units
from cms.core.periods import Per, Period
from cms.core.permissions import Action, Actor
from cms.deliveries.queries import ChannelPlace, DeliveryFilter, DeliveryRow, matching, places, with_titles
from cms.models.people import Unit
from cms.models.stories import Story
from cms.models.story_states import Stage, StoryState
from cms.web.input.dates import read_day
from scheduler.decisions.slots import free_slots
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery

MOST, MOST_LANES = 400, 80
"""Promises and lanes of a week that are shown; beyond that a person asks for a unit or a kind of channel."""
SHOWN = tuple(state for state in DeliveryState if state is not DeliveryState.CANCELLED)
WAITS = frozenset({DeliveryState.SCHEDULED, DeliveryState.SENDING, DeliveryState.UNKNOWN})


class Grouping(StrEnum):
    """By what the lanes of the calendar are made."""

    CHANNEL = "channel"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Promise:
    """A delivery at its promised time (``scheduled_at``)."""

    row: DeliveryRow

    @property
    def at(self) -> datetime:
        """The promised instant, UTC."""
        return self.row.delivery.scheduled_at


@dataclass(frozen=True, slots=True)
class Intention:
    """A story that is planned for a day (``planned_for``) and promised nowhere yet."""

    story_id: int
    title: str
    stage: Stage
    unit: str
    day: date


@dataclass(frozen=True, slots=True)
class Gap:
    """A weekly time of a channel that is still free."""

    at: datetime
    place: ChannelPlace


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one lane on one day: intentions first, then promises and gaps by time."""

    date: date
    intentions: Sequence[Intention] = ()
    timed: Sequence[Promise | Gap] = ()


@dataclass(frozen=True, slots=True)
class CalendarLane:
    """A row of the calendar; ``days`` from Monday to Sunday. ``place`` is its channel, if lanes are channels."""

    name: str
    days: Sequence[Day]
    place: ChannelPlace | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """A whole week. ``by_day`` has the same entries without lanes, for narrow screens."""

    period: Period
    lanes: Sequence[CalendarLane]
    by_day: Sequence[Day]
    cut: bool


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """What of the week is shown."""

    grouping: Grouping = Grouping.CHANNEL
    unit_id: int | None = None
    kind: str = ""
    channel_id: int | None = None


def asked_week(written: str, now: datetime) -> Period | None:
    """Return the week that an address names ("2026-W47", or any day in it, 22/11/2026); None for what names none.

    The present one if nothing is named.
    """
    if not written:
        return periods.at(Per.WEEK, now)
    with suppress(ValueError):
        written = read_day(written).isoformat()
    try:
        return periods.containing(Per.WEEK, periods.parse(written).first)
    except periods.PeriodError:
        return None


def week(session: Session, actor: Actor, period: Period, choice: CalendarChoice, now: datetime) -> Week:
    """Return the week as ``actor`` may see it; five queries whatever there is."""
    actor.require(Action.SEE_DELIVERIES)
    known = places(session)
    wanted = DeliveryFilter(
        states=SHOWN, channel_id=choice.channel_id, kind=choice.kind, unit_id=choice.unit_id,
        since=period.first, until=period.last,
    )  # fmt: skip
    query = matching(actor, wanted, known).order_by(Delivery.scheduled_at, Delivery.id).limit(MOST + 1)
    rows = with_titles(session, session.scalars(query).all(), known)
    promises = [Promise(row) for row in rows[:MOST]]
    gaps = _gaps(session, actor, period, choice, known, promises, now)
    intentions = _intentions(session, actor, period, choice)
    return lay_out(period, choice.grouping, promises, intentions, gaps, cut=len(rows) > MOST)


@dataclass(slots=True)
class _Open:
    """A lane while it is filled."""

    name: str
    place: ChannelPlace | None = None
    intentions: list[Intention] = field(default_factory=list)
    timed: list[Promise | Gap] = field(default_factory=list)


def lay_out(
    period: Period,
    grouping: Grouping,
    promises: Sequence[Promise],
    intentions: Sequence[Intention],
    gaps: Sequence[Gap],
    *,
    cut: bool = False,
) -> Week:
    """Sort the entries into lanes and days; a lane without any entry is left out.

    When lanes are channels, intentions have a lane of their own with an empty name: nobody has chosen a channel yet.
    """
    lanes: dict[tuple[str, int], _Open] = {}
    by_channel = grouping is Grouping.CHANNEL
    for intention in intentions:
        name = "" if by_channel else intention.unit
        lanes.setdefault((name, 0), _Open(name)).intentions.append(intention)
    entries: list[Promise | Gap] = [*promises, *gaps]
    for entry in entries:
        place = entry.row.place if isinstance(entry, Promise) else entry.place
        unit = entry.row.story_unit if isinstance(entry, Promise) else place.unit
        key = (place.name, place.id) if by_channel else (unit, 0)
        lanes.setdefault(key, _Open(key[0], place if by_channel else None)).timed.append(entry)
    days = [day.first for day in periods.parts(period, Per.DAY)]
    shown = [lanes[key] for key in sorted(lanes)][:MOST_LANES]
    meant = [one for lane in shown for one in lane.intentions]
    timed = [entry for lane in shown for entry in lane.timed]
    return Week(
        period=period,
        lanes=[CalendarLane(lane.name, _days(days, lane.intentions, lane.timed), lane.place) for lane in shown],
        by_day=_days(days, meant, timed),
        cut=cut or len(lanes) > MOST_LANES,
    )


def _days(days: Sequence[date], intentions: Iterable[Intention], timed: Iterable[Promise | Gap]) -> list[Day]:
    planned: dict[date, list[Intention]] = {day: [] for day in days}
    at: dict[date, list[Promise | Gap]] = {day: [] for day in days}
    for intention in intentions:
        planned[intention.day].append(intention)
    for entry in timed:
        at[local_day(entry.at)].append(entry)
    return [Day(day, planned[day], sorted(at[day], key=lambda e: (local(e.at), isinstance(e, Gap)))) for day in days]


def _gaps(
    session: Session,
    actor: Actor,
    period: Period,
    choice: CalendarChoice,
    known: Mapping[int, ChannelPlace],
    promises: Sequence[Promise],
    now: datetime,
) -> list[Gap]:
    taken: dict[int, set[datetime]] = {}
    for promise in promises:
        if promise.row.delivery.state in WAITS:
            taken.setdefault(promise.row.place.id, set()).add(promise.at)
    since = max(now, period.start)
    if since >= period.end:
        return []
    rows = session.execute(select(Channel.id, Channel.weekly_slots).where(Channel.active))
    return [
        Gap(at, known[channel_id])
        for channel_id, slots in rows
        if slots and channel_id in known and _offered(actor, known[channel_id], choice)
        for at in free_slots(slots, taken.get(channel_id, set()), since, period.end)
        if at < period.end
    ]


def _offered(actor: Actor, place: ChannelPlace, choice: CalendarChoice) -> bool:
    return (
        actor.may(Action.SEE_DELIVERIES, place.path)
        and (choice.channel_id is None or place.id == choice.channel_id)
        and (not choice.kind or place.kind == choice.kind)
        and (choice.unit_id is None or f"/{choice.unit_id}/" in place.path)
    )


def _intentions(session: Session, actor: Actor, period: Period, choice: CalendarChoice) -> list[Intention]:
    """Stories planned for a day of the week; one that is promised or out somewhere is told by its deliveries."""
    if choice.channel_id is not None or choice.kind:
        return []
    promised = select(Delivery.id).where(
        Delivery.story_id == Story.id, Delivery.state.not_in((DeliveryState.CANCELLED, DeliveryState.MISSED))
    )
    query = (
        select(Story.id, Story.title, Story.state, Unit.name, Unit.path, Story.planned_for)
        .join(Unit, Unit.id == Story.unit_id)
        .where(
            Story.planned_for >= period.first, Story.planned_for <= period.last,
            Story.state != StoryState.RETRACTED, ~promised.exists(),
            units.within(actor.paths(Action.SEE_DELIVERIES)),
        )
        .order_by(Story.planned_for, Story.id)
        .limit(MOST)
    )  # fmt: skip
    return [
        Intention(id_, title, Stage(state), unit, day)
        for id_, title, state, unit, path, day in session.execute(query)
        if day is not None and (choice.unit_id is None or f"/{choice.unit_id}/" in path)
    ]

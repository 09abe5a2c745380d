"""All that a person may want to know about one delivery: attempts, frozen renditions, evidence, who decided."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.words import Words
from cms.core.permissions import Action, Actor
from cms.deliveries.options import DecisionReach
from cms.deliveries.queries import find, words
from cms.models.boards import PlayDay
from cms.models.people import Person, Unit
from cms.models.stories import Revision, Story
from cms.radio.scripts.logbook import Airing, airings
from scheduler.storage.tables import Attempt, Channel, Delivery, StoredRendition

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 200


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt; ``seconds`` is how long it took, ``sentence`` what it means for the editor if it went wrong."""

    attempt: Attempt
    seconds: float
    sentence: Words | None


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """A delivery with what belongs to it. ``wanted`` is the frozen rendition, ``carried`` what is live if another."""

    delivery: Delivery
    channel: Channel
    unit: Unit
    story: Story
    story_unit: Unit
    tries: Sequence[AttemptLine]
    earlier_tries: int
    wanted: StoredRendition
    carried: StoredRendition | None
    ordered_by: str
    confirmed_by: str
    """The person who vouched for an unclear call, if one did."""
    problem: Words | None
    airings: Sequence[Airing]
    newest: int
    """Number of the story's newest revision that the reader of the page may know of."""
    plays: Sequence[tuple[date, int, int]]
    """Proof of play: day, showings, milliseconds on screen; the newest 14 days."""
    reach: DecisionReach

    @property
    def shown(self) -> StoredRendition:
        """By which the delivery is known: what readers see of it now, else what it is to bring about."""
        return self.carried or self.wanted


def detail(session: Session, actor: Actor, delivery_id: int) -> DeliveryDetail:
    """Return everything about a delivery; raise ``NotFound`` if it is not there for ``actor``."""
    delivery, channel, unit, story = find(session, actor, delivery_id)
    story_unit = session.get_one(Unit, story.unit_id)
    tries, earlier = _tries(session, delivery.id)
    live = delivery.live_rendition_id
    return DeliveryDetail(
        delivery=delivery,
        channel=channel,
        unit=unit,
        story=story,
        story_unit=story_unit,
        tries=tries,
        earlier_tries=earlier,
        wanted=session.get_one(StoredRendition, delivery.rendition_id),
        carried=session.get_one(StoredRendition, live) if live and live != delivery.rendition_id else None,
        ordered_by=_name(session, delivery.created_by),
        confirmed_by=_name(session, _of(delivery.evidence, "confirmed_by")),
        problem=words(delivery.problem),
        airings=airings(session, [delivery.id]).get(delivery.id, []),
        newest=_newest(session, actor, story, story_unit),
        plays=_plays(session, delivery.id),
        reach=DecisionReach(
            schedules=actor.may(Action.SCHEDULE, unit.path),
            settles=actor.may(Action.SETTLE, unit.path),
            calls_back=actor.may(Action.SCHEDULE, story_unit.path),
        ),
    )


def _newest(session: Session, actor: Actor, story: Story, unit: Unit) -> int:
    seen = story.current_id if actor.may(Action.READ, unit.path) else story.approved_id
    revision = session.get(Revision, seen) if seen is not None else None
    return revision.number if revision is not None else 0


def _of(column: object, name: str) -> Any:
    """One entry of a JSON column, None if it is no object any more."""
    return column.get(name) if isinstance(column, Mapping) else None


def _tries(session: Session, delivery_id: int) -> tuple[list[AttemptLine], int]:
    """The newest attempts, newest first, and how many there were before them."""
    own = Attempt.delivery_id == delivery_id
    count = session.scalar(select(func.count()).select_from(Attempt).where(own)) or 0
    rows = session.scalars(select(Attempt).where(own).order_by(Attempt.id.desc()).limit(MOST_ATTEMPTS)).all()
    tries = [AttemptLine(row, (row.ended_at - row.started_at).total_seconds(), words(row.words)) for row in rows]
    return tries, count - len(tries)


def _plays(session: Session, delivery_id: int) -> list[tuple[date, int, int]]:
    query = (
        select(PlayDay.day, PlayDay.plays, PlayDay.elapsed_ms)
        .where(PlayDay.delivery_id == delivery_id)
        .order_by(PlayDay.day.desc())
        .limit(14)
    )
    return [(day, count, elapsed) for day, count, elapsed in session.execute(query)]


def _name(session: Session, person_id: int | None) -> str:
    person = session.get(Person, person_id) if person_id is not None else None
    return person.name if person else ""

"""The unit tree: which units a person may act in, in which order they stand, whether one has ended."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from channels.localtime import local_day
from cms.core.permissions import Action, Actor
from cms.models.people import Unit


def within(paths: Iterable[str]) -> ColumnElement[bool]:
    """A condition on ``Unit``: it lies in one of the subtrees with these ``paths``."""
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def listed(session: Session, actor: Actor, action: Action = Action.MANAGE_PEOPLE) -> list[Unit]:
    """Return every unit in which ``actor`` may do ``action``, parents before children, in the plan's order."""
    found = session.scalars(select(Unit).where(within(actor.paths(action)))).all()
    return sorted(found, key=lambda unit: trail(unit.path))


def trail(path: str) -> tuple[int, ...]:
    """Return the ids in a path; sorting by it puts parents before their children."""
    return tuple(int(step) for step in path.split("/") if step)


def ended(unit: Unit, now: datetime) -> bool:
    """Whether the unit's last day is over in Viet Nam."""
    return unit.valid_to is not None and unit.valid_to < local_day(now)

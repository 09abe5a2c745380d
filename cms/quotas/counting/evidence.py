"""What was delivered, promised, waits for approval or was called back: the items that quotas are counted from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Date, Dialect

from channels.contract import Evidence
from channels.localtime import midnight, noon
from scheduler.storage.base import UtcDateTime


class Progress(StrEnum):
    """How far an item is: proven, promised, with the lead, or called back after it had counted."""

    COUNTED = "counted"
    SCHEDULED = "scheduled"
    REVIEW = "review"
    RETRACTED = "retracted"


class EvidenceItem(NamedTuple):
    """One story's proof or promise in one unit.

    ``medium`` None fits every channel (not chosen yet). ``topics`` holds those of the asked-for topics that the
    revision names, in any order, separated by spaces. What a person recorded without a story has a ``story_id``
    below zero. ``at`` is written as the database writes it, to be read with the batch's scale. ``source_id`` is the
    delivery, or the record where a person recorded the item for the quota ``quota_id``.
    """

    unit_id: int
    medium: str | None
    kind: str
    column: str
    topics: str | None
    story_id: int
    at: Any
    gone: int
    source_id: int
    quota_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """How ``EvidenceItem.at`` is written.

    ``edge`` gives the mark at which a local day begins, ``read`` the instant (UTC).

    Where not ``exact``, only the day is known and the instant is its noon.
    """

    edge: Callable[[date], Any]
    read: Callable[[Any], datetime]
    exact: bool = True


class Batch(NamedTuple):
    """Items of one origin. ``proof`` is None for what is not proven yet; ``gone`` items were called back."""

    step: Progress
    proof: Evidence | None
    scale: Scale
    items: Sequence[EvidenceItem]


PLAIN = Scale(edge=midnight, read=lambda at: at)
"""``at`` is an aware datetime."""

ISO = Scale(edge=date.isoformat, read=lambda at: noon(date.fromisoformat(at)), exact=False)
"""``at`` is a local day as ISO text."""


def instants(dialect: Dialect) -> Scale:
    """How the database writes instants; comparing them as they are spares converting each row."""
    kind = UtcDateTime().dialect_impl(dialect)
    write, read = kind.bind_processor(dialect), kind.result_processor(dialect, None)
    return Scale(edge=lambda day: _through(write, midnight(day)), read=lambda at: _through(read, at))


def days(dialect: Dialect) -> Scale:
    """How the database writes days."""
    kind = Date().dialect_impl(dialect)
    write, read = kind.bind_processor(dialect), kind.result_processor(dialect, None)
    return Scale(edge=lambda day: _through(write, day), read=lambda at: noon(_through(read, at)), exact=False)


def _through(step: Callable[[Any], Any] | None, value: Any) -> Any:
    return step(value) if step else value

"""Reading the evidence from the truth: a fixed number of queries, whatever the number of units, stories and years.

Rows are used as the database gives them; there can be a hundred thousand.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Select, select

from channels.contract import Evidence
from channels.localtime import local_day, midnight
from cms.core.periods import Period
from cms.quotas.counting.evidence import ISO, PLAIN, Batch, EvidenceItem, Progress, Scale, days, instants
from cms.quotas.counting.statements import (
    BROADCAST,
    BROADCASTS,
    PLAYS,
    RECEIPTS,
    RECORD,
    RECORDS,
    REVIEWS,
    SHOWING,
    STORY,
    UNAIRED,
    WAITING,
)
from cms.quotas.counting.tallies import QuotaRule, Stretches
from scheduler.storage.rows import CHANNEL, DELIVERY

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Local days from ``first`` until before ``end``."""

    first: date
    end: date


@dataclass(frozen=True, slots=True)
class EvidenceQuery:
    """What has to be read for one proof: ``near`` for the media of duties that are judged over what is shown,
    ``far`` for those that are judged over a longer period. ``topics`` matter within ``topical``.
    """

    near: Span
    near_media: tuple[str, ...]
    far: Span
    far_media: tuple[str, ...]
    topical: Span
    topics: tuple[str, ...]

    def instants(self) -> dict[str, Any]:
        """Values of the statements' places where ``at`` is an instant."""
        spans = {"near": self.near, "far": self.far, "topical": self.topical}
        edges = {f"{name}_first": midnight(span.first) for name, span in spans.items()}
        edges |= {f"{name}_end": midnight(span.end) for name, span in spans.items()}
        return {**edges, **self._words()}

    def days(self) -> dict[str, Any]:
        """The same where ``at`` is a day."""
        spans = {"near": self.near, "far": self.far, "topical": self.topical}
        edges = {f"{name}_first": span.first for name, span in spans.items()}
        return {**edges, **{f"{name}_end": span.end for name, span in spans.items()}, **self._words()}

    def _words(self) -> dict[str, Any]:
        return {"near_media": self.near_media, "far_media": self.far_media, "topics": self.topics}


def ask(duties: Sequence[QuotaRule], parts: Stretches) -> EvidenceQuery | None:
    """What ``duties`` need to be read over their ``parts``; None if there are none."""
    if not duties:
        return None
    spans = {duty: _span(parts[duty.id]) for duty in duties}
    shortest = min(span.end - span.first for span in spans.values())
    near = {duty: span for duty, span in spans.items() if span.end - span.first <= shortest + NEAR}
    topical = [span for duty, span in spans.items() if duty.needs]
    whole = _hull(spans.values())
    return EvidenceQuery(
        near=_hull(near.values()),
        near_media=_media(near),
        far=whole,
        far_media=_media(duty for duty in spans if duty not in near),
        topical=_hull(topical) if topical else Span(whole.first, whole.first),
        topics=tuple(sorted({topic for duty in duties for need in duty.needs for topic in need})),
    )


NEAR = timedelta(days=14)
"""Duties whose time is so much longer than the shortest are read together with it."""


def _media(duties: Iterable[QuotaRule]) -> tuple[str, ...]:
    return tuple(sorted({medium for duty in duties for medium in duty.media}))


def _span(parts: Sequence[Period]) -> Span:
    return Span(parts[0].first, parts[-1].last + _DAY)


def _hull(spans: Iterable[Span]) -> Span:
    found = list(spans)
    return Span(min(span.first for span in found), max(span.end for span in found))


def gather(
    connection: Connection,
    duties: Sequence[QuotaRule],
    parts: Stretches,
    now: datetime,
    units: Collection[int] | None = None,
) -> list[Batch]:
    """Everything that can count for ``duties`` over their ``parts``, in eight queries at most.

    Only that of ``units`` if given.
    """
    return [batch for batch in _Reading(connection, duties, parts, now, units).batches() if batch.items]


class _Reading:
    """One look at the database."""

    def __init__(
        self,
        connection: Connection,
        duties: Sequence[QuotaRule],
        parts: Stretches,
        now: datetime,
        units: Collection[int] | None,
    ) -> None:
        self._connection = connection
        self._duties = duties
        self._parts = parts
        self._now = now
        self._units = units
        self._instants, self._days = instants(connection.dialect), days(connection.dialect)

    def batches(self) -> Iterator[Batch]:
        """Batches in the order of their strength."""
        whole = ask(self._duties, self._parts)
        if whole is None:
            return
        if found := self._ask(Evidence.RECEIPT):
            yield self._read(Progress.COUNTED, Evidence.RECEIPT, RECEIPTS, CHANNEL.c.unit_id, found.instants())
        if found := self._ask(Evidence.BROADCAST):
            yield self._read(Progress.COUNTED, Evidence.BROADCAST, BROADCASTS, BROADCAST.c.unit_id, found.instants())
            yield from self._unaired(found)
        if found := self._ask(Evidence.PLAY):
            yield self._plays(found)
            yield from self._showing(found)
        yield self._read(Progress.COUNTED, Evidence.MANUAL, RECORDS, RECORD.c.unit_id, whole.days(), self._days)
        if midnight(whole.far.end) > self._now:
            yield self._read(Progress.SCHEDULED, None, WAITING, CHANNEL.c.unit_id, whole.instants())
            if midnight(whole.far.first) <= self._now:
                yield self._reviews(whole)

    def _ask(self, proof: Evidence) -> EvidenceQuery | None:
        return ask([duty for duty in self._duties if duty.proof is proof], self._parts)

    def _read(
        self,
        step: Progress,
        proof: Evidence | None,
        statement: Select[*tuple[Any, ...]],
        unit: ColumnElement[int],
        values: dict[str, Any],
        scale: Scale | None = None,
    ) -> Batch:
        rows = self._connection.execute(self._narrowed(statement, unit), values).all()
        return Batch(step, proof, scale or self._instants, cast("Sequence[EvidenceItem]", rows))

    def _narrowed(self, statement: Select[*tuple[Any, ...]], unit: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
        if self._units is None:
            return statement
        narrowed = statement.where(unit.in_(sorted(self._units)))
        if unit is CHANNEL.c.unit_id and len(self._units) <= FEW:
            own = select(CHANNEL.c.id).where(CHANNEL.c.unit_id.in_(sorted(self._units)))
            narrowed = narrowed.where(DELIVERY.c.channel_id.in_(own))
        return narrowed

    def _reviews(self, whole: EvidenceQuery) -> Batch:
        """What waits with a lead counts from now on, wherever it may go."""
        statement = self._narrowed(REVIEWS, STORY.c.unit_id)
        rows = self._connection.execute(statement, {**whole.instants(), "now": self._now}).all()
        return Batch(Progress.REVIEW, None, PLAIN, [_at(row, self._now) for row in rows])

    def _unaired(self, found: EvidenceQuery) -> Iterator[Batch]:
        """A script that went out in the running part of time and that nobody has aired yet is a promise."""
        since = max(found.far.first, self._running(Evidence.BROADCAST))
        if midnight(found.far.end) > self._now >= midnight(since):
            values = {**found.instants(), "since": midnight(since), "now": self._now}
            yield self._read(Progress.SCHEDULED, None, UNAIRED, CHANNEL.c.unit_id, values)

    def _running(self, proof: Evidence) -> date:
        """The first day of the longest part of time that runs now and that a duty of this proof is judged over."""
        today = local_day(self._now)
        parts = (part for duty in self._duties if duty.proof is proof for part in self._parts[duty.id])
        return min((part.first for part in parts if part.first <= today <= part.last), default=today)

    def _plays(self, found: EvidenceQuery) -> Batch:
        rows = self._connection.execute(self._narrowed(PLAYS, CHANNEL.c.unit_id), found.days()).all()
        items = [_at(row, day) for row in rows for day in row.days.split()]
        return Batch(Progress.COUNTED, Evidence.PLAY, ISO, items)

    def _showing(self, found: EvidenceQuery) -> Iterator[Batch]:
        """What boards carry or will carry is promised for each day from today on."""
        today = max(local_day(self._now), found.far.first)
        if today >= found.far.end:
            return
        statement = self._narrowed(SHOWING, CHANNEL.c.unit_id)
        rows = self._connection.execute(statement, {**found.instants(), "now": self._now}).all()
        calendar = _Calendar(today, found.far.end)
        items = [_at(row, day) for row in rows for day in calendar.between(row.begins, row.until)]
        yield Batch(Progress.SCHEDULED, None, ISO, items)


FEW = 20
"""For so many units their channels are a better way in than the time."""


def _at(row: Sequence[Any], at: Any) -> EvidenceItem:
    """The row's item at another time than the row says."""
    return EvidenceItem._make([*row[:6], at, *row[7:10]])


class _Calendar:
    """The local days from ``first`` until before ``end``, as ISO text."""

    def __init__(self, first: date, end: date) -> None:
        self._first, self._start, self._stop = first, midnight(first), midnight(end)
        self._days = [(first + number * _DAY).isoformat() for number in range((end - first).days)]

    def between(self, begins: datetime, until: datetime | None) -> Sequence[str]:
        """The days on which something is to be seen that is there from ``begins`` until ``until``."""
        skipped = (local_day(begins) - self._first).days if begins >= self._start else 0
        kept = None if until is None or until >= self._stop else (local_day(until) - self._first).days + 1
        return self._days[skipped:kept]

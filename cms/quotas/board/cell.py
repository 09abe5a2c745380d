"""One number of the board opened: the items that make it, those on the way, and those that were called back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, select
from sqlalchemy.orm import Session

from channels.contract import Evidence
from channels.localtime import midnight
from channels.words import N_
from cms.core import periods, units
from cms.core.periods import Per, Period
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotFound
from cms.models.people import Person
from cms.models.stories import SharedStory
from cms.quotas.board.board import deciding_day, read_period
from cms.quotas.counting import gathering, tallies
from cms.quotas.counting.evidence import Batch, EvidenceItem, Progress
from cms.quotas.counting.facts import QuotaFacts, UnitFacts, all_units, plan_of, quota_facts
from cms.quotas.counting.owners import heirs_on, owners_among
from cms.quotas.counting.scoring import Score, Scorer
from cms.quotas.counting.statements import RECORD, STORY, UNIT
from cms.quotas.counting.tallies import QuotaRule, fits
from scheduler.storage.rows import CHANNEL, DELIVERY, RENDITION

PERSON, SHARED = (cast(Table, entity.__table__) for entity in (Person, SharedStory))
MOST = 300
"""So many items are listed; the number itself counts all."""
BACK = 12
"""So many earlier periods are shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a cell: a story on a channel, or what a person recorded.

    ``at`` is UTC; where only days are known it stands for the last of ``days`` days. ``proof`` is None for what is not
    proven yet. ``note`` is the record's text, or why the item was called back.
    """

    step: Progress
    proof: Evidence | None
    at: datetime
    unit: UnitFacts
    medium: str | None
    story_id: int | None = None
    title: str = ""
    delivery_id: int | None = None
    channel: str = ""
    link: str | None = None
    record_id: int | None = None
    note: str = ""
    by: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """How a unit stands with a quota, by ``parts`` where the period has several, and with what."""

    unit: UnitFacts
    quota: QuotaFacts
    shown: Period
    score: Score
    parts: Sequence[Score]
    entries: Sequence[Entry]
    more: int = 0
    """How many items beyond ``MOST`` are not listed."""

    def by_step(self) -> Iterator[tuple[Progress, list[Entry]]]:
        """Entries of each step that has any."""
        for step in Progress:
            if found := [entry for entry in self.entries if entry.step is step]:
                yield step, found


def open_cell(session: Session, actor: Actor, quota_id: int, unit: str, period: str | None, now: datetime) -> Cell:
    """Open the cell of a quota and a unit (code) for a period like ``2025-W10`` (this week if None).

    Raise ``NotFound`` if there is no such duty, or none that ``actor`` may see; ``Refusal`` for a bad period.
    """
    shown = read_period(period, now)
    connection = session.connection()
    owner, quota, earlier = find(connection, actor, quota_id, unit, shown, now)
    parts = tallies.stretch(quota.duty, shown)
    batches = gathering.gather(connection, [quota.duty], {quota_id: parts}, now, set(earlier))
    piles = tallies.sort([quota.duty], batches, {quota_id: parts}, dict.fromkeys(earlier, owner.id))[quota_id]
    scorer = Scorer(quota.duty, parts, shown, now)
    found = sorted(_merged(_entries(quota.duty, parts, batches, earlier)), key=lambda entry: entry.at, reverse=True)
    return Cell(
        owner,
        quota,
        shown,
        scorer.score(piles, owner.id),
        scorer.by_part(piles, owner.id),
        _described(connection, actor, found[:MOST]),
        max(0, len(found) - MOST),
    )


def find(
    connection: Connection, actor: Actor, quota_id: int, unit: str, shown: Period, now: datetime
) -> tuple[UnitFacts, QuotaFacts, dict[int, UnitFacts]]:
    """The unit, the quota it owes in ``shown``, and by id the units whose work counts for it."""
    everyone = all_units(connection)
    heirs = heirs_on(everyone, deciding_day(shown, now))
    plan = plan_of(connection, quota_id)
    quota = next((one for one in quota_facts(connection, [plan] if plan else []) if one.duty.id == quota_id), None)
    owners = owners_among(quota.owners, everyone, heirs) if quota else ()
    owner = next((one for one in owners if one.code == unit and actor.may(Action.SEE_QUOTAS, one.path)), None)
    if owner is None or quota is None:
        raise NotFound(N_("Không có chỉ tiêu này của đơn vị trong kỳ đã chọn, hoặc bạn chưa được cấp quyền xem."))
    return owner, quota, {one.id: one for one in everyone if one.code in heirs and heirs[one.code] is owner}


def history(session: Session, actor: Actor, cell: Cell, now: datetime, back: int = BACK) -> list[Score]:
    """How the same unit stood in the latest periods up to the one shown, earliest first.

    A quota by the day is told by periods like the one shown, and so is one without a number.
    """
    duty = cell.quota.duty
    if duty.target is None or duty.per is Per.DAY:
        duty = replace(duty, target=duty.target or 1, per=cell.shown.per)
    latest = [periods.containing(duty.per, cell.parts[-1].period.last)]
    while len(latest) < back and latest[-1].previous().last >= duty.first:
        latest.append(latest[-1].previous())
    parts = tuple(reversed(latest))
    connection = session.connection()
    earlier = set(find(connection, actor, duty.id, cell.unit.code, cell.shown, now)[2])
    batches = gathering.gather(connection, [duty], {duty.id: parts}, now, earlier)
    piles = tallies.sort([duty], batches, {duty.id: parts}, dict.fromkeys(earlier, cell.unit.id))[duty.id]
    return Scorer(duty, parts, cell.shown, now).by_part(piles, cell.unit.id)


def _entries(
    duty: QuotaRule, parts: Sequence[Period], batches: Iterable[Batch], units: Mapping[int, UnitFacts]
) -> Iterator[Entry]:
    """Every item that fits, as bare as the evidence gives it."""
    start, end = midnight(parts[0].first), parts[-1].end
    for batch in batches:
        for row in batch.items:
            item = EvidenceItem(*row)
            at = batch.scale.read(item.at)
            if start <= at < end and fits(duty, batch.proof, item):
                yield _entry(batch, item, at, units[item.unit_id])


def _entry(batch: Batch, item: EvidenceItem, at: datetime, unit: UnitFacts) -> Entry:
    by_hand = item.quota_id is not None
    reviewed = batch.step is Progress.REVIEW
    return Entry(
        step=Progress.RETRACTED if item.gone else batch.step,
        proof=batch.proof,
        at=at,
        unit=unit,
        medium=item.medium,
        story_id=item.story_id if item.story_id > 0 else None,
        delivery_id=None if by_hand or reviewed else item.source_id,
        record_id=item.source_id if by_hand else None,
        days=0 if batch.scale.exact or by_hand else 1,
    )


def _merged(entries: Iterable[Entry]) -> list[Entry]:
    """One entry for all the days of a delivery, and no promise of a story that is already there."""
    found: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        key = (entry.step, entry.delivery_id, entry.record_id, entry.story_id, None if entry.days else entry.at)
        before = found.get(key)
        if before is None:
            found[key] = entry
        elif entry.days:
            found[key] = replace(before, at=max(before.at, entry.at), days=before.days + 1)
    done = {entry.story_id for entry in found.values() if entry.step is Progress.COUNTED}
    return [entry for entry in found.values() if entry.step is not Progress.REVIEW or entry.story_id not in done]


def _described(connection: Connection, actor: Actor, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with titles, channels, links and reasons: three queries.

    What was promised or went out goes by the title that it carries; a story of a unit that ``actor`` does not read by
    the one that everybody sees.
    """
    stories = _by_id(connection, _stories(actor), STORY.c.id, {entry.story_id for entry in entries})
    deliveries = _by_id(
        connection,
        select(DELIVERY.c.id, CHANNEL.c.name, DELIVERY.c.link, DELIVERY.c.reason, RENDITION.c.title)
        .join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
        .join(RENDITION, RENDITION.c.id == func.coalesce(DELIVERY.c.live_rendition_id, DELIVERY.c.rendition_id)),
        DELIVERY.c.id, {entry.delivery_id for entry in entries},
    )  # fmt: skip
    records = _by_id(
        connection,
        select(RECORD.c.id, RECORD.c.note, PERSON.c.name).join(PERSON, PERSON.c.id == RECORD.c.recorded_by),
        RECORD.c.id, {entry.record_id for entry in entries},
    )  # fmt: skip
    return [_told(entry, stories, deliveries, records) for entry in entries]


def _stories(actor: Actor) -> Select[*tuple[Any, ...]]:
    read = units.within(actor.paths(Action.READ))
    title = case((read, STORY.c.title), else_=func.coalesce(SHARED.c.title, ""))
    return (
        select(STORY.c.id, title.label("title"), PERSON.c.name)
        .join(PERSON, PERSON.c.id == STORY.c.author_id)
        .join(UNIT, UNIT.c.id == STORY.c.unit_id)
        .join(SHARED, SHARED.c.story_id == STORY.c.id, isouter=True)
    )


def _by_id(
    connection: Connection, query: Select[*tuple[Any, ...]], key: ColumnElement[int], ids: set[int | None]
) -> dict[int, Any]:
    wanted = ids - {None}
    return {row.id: row for row in connection.execute(query.where(key.in_(wanted)))} if wanted else {}


def _told(entry: Entry, stories: Mapping[int, Any], deliveries: Mapping[int, Any], records: Mapping[int, Any]) -> Entry:
    told = entry
    if story := stories.get(entry.story_id or 0):
        told = replace(told, title=story.title, by=story.name)
    if delivery := deliveries.get(entry.delivery_id or 0):
        gone = delivery.reason if entry.step is Progress.RETRACTED else ""
        told = replace(told, channel=delivery.name, link=delivery.link, note=gone, title=delivery.title)
    if record := records.get(entry.record_id or 0):
        told = replace(told, note=record.note, by=record.name)
    return told

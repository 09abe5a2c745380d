"""Results that no channel of ours proves (a printed paper, a leaflet, a talk at a school), recorded by a person."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.localtime import local_day
from channels.words import N_
from cms.core.audit import record
from cms.core.periods import Per, Period
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, NotFound
from cms.models.people import Unit
from cms.models.plans import ManualRecord
from cms.people.administration.unit_admin import tidy
from cms.quotas.board.cell import find
from cms.quotas.counting.facts import QuotaFacts
from cms.stories.queries import lookup

LONGEST = 500
MOST_AT_ONCE = 200


def add(
    session: Session,
    actor: Actor,
    quota_id: int,
    unit: str,
    *,
    day: date,
    note: str,
    story_id: int | None = None,
    now: datetime,
) -> list[ManualRecord]:
    """Record a result of ``unit`` (code) for a quota on a local day; ``note`` says what it was and where to see it.

    For a share of members that the system does not know ("100 % of the schools") each line of ``note`` is one member
    and one record. The same thing twice is refused. Raise ``Invalid`` with the field, ``Conflict`` or ``NotAllowed``.
    """
    owner, quota, _ = find(session.connection(), actor, quota_id, unit, Period(Per.DAY, day, day), now)
    actor.require(Action.RECORD, owner.path)
    _check_day(quota, day, now)
    _check_story(session, actor, story_id)
    notes = _notes(note, each_line=quota.duty.share is not None)
    _refuse_twice(session, quota, owner.id, day, notes)
    made = [
        ManualRecord(
            quota_id=quota_id, unit_id=owner.id, story_id=story_id, day=day, note=one, recorded_by=actor.person_id,
            recorded_at=now,
        )
        for one in notes
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    for one in made:
        record(
            session, actor, "record.add", "record", one.id,
            unit_id=owner.id, now=now, code=quota.code, day=day.isoformat(), note=one.note, story=story_id,
        )  # fmt: skip
    return made


def void(session: Session, actor: Actor, record_id: int, *, reason: str, now: datetime) -> ManualRecord:
    """Take a record back, with the reason; it stays to be seen in the audit trail and counts no more."""
    found = session.get(ManualRecord, record_id)
    if found is None:
        raise NotFound(N_("Không có kết quả này."))
    actor.require(Action.RECORD, session.get_one(Unit, found.unit_id).path)
    if found.voided_at is not None:
        raise Conflict(N_("Kết quả này đã được hủy trước đó."))
    tidied = tidy(reason)
    if not tidied:
        raise Invalid(N_("Hãy ghi lý do hủy; lý do được lưu cùng nhật ký thay đổi."), field="reason")
    found.voided_at, found.void_reason = now, tidied[:LONGEST]
    record(
        session, actor, "record.void", "record", found.id,
        unit_id=found.unit_id, now=now, day=found.day.isoformat(), note=found.note, reason=found.void_reason,
    )  # fmt: skip
    return found


def _check_story(session: Session, actor: Actor, story_id: int | None) -> None:
    if story_id is None:
        return
    try:
        lookup.story(session, actor, story_id)
    except NotFound as unknown:
        raise Invalid(unknown.words.text, field="story") from unknown


def _check_day(quota: QuotaFacts, day: date, now: datetime) -> None:
    if day > local_day(now):
        raise Invalid(N_("Chưa đến ngày này; chỉ ghi nhận việc đã làm."), field="day")
    if not quota.duty.first <= day <= quota.duty.last:
        raise Invalid(
            N_("Kế hoạch áp dụng từ %(first)s đến %(last)s; hãy chọn ngày trong khoảng đó."),
            field="day",
            first=f"{quota.duty.first:%d/%m/%Y}",
            last=f"{quota.duty.last:%d/%m/%Y}",
        )


def _notes(text: str, *, each_line: bool) -> list[str]:
    lines = text.splitlines() if each_line else [text]
    notes = list(dict.fromkeys(note for line in lines if (note := tidy(line))))
    if not notes:
        raise Invalid(N_("Hãy ghi kết quả là gì và xem ở đâu, ví dụ: 500 tờ gấp phát tại chợ Bến Lức."), field="note")
    if len(notes) > MOST_AT_ONCE:
        raise Invalid(N_("Mỗi lần ghi tối đa %(most)s dòng; hãy chia làm nhiều lần."), field="note", most=MOST_AT_ONCE)
    if any(len(note) > LONGEST for note in notes):
        raise Invalid(N_("Mỗi kết quả ghi tối đa %(most)s ký tự; hãy viết gọn lại."), field="note", most=LONGEST)
    return notes


def _refuse_twice(session: Session, quota: QuotaFacts, unit_id: int, day: date, notes: list[str]) -> None:
    there = session.scalars(
        select(ManualRecord.note).where(
            ManualRecord.quota_id == quota.duty.id,
            ManualRecord.unit_id == unit_id,
            ManualRecord.voided_at.is_(None),
            *(() if quota.duty.share else (ManualRecord.day == day,)),
        )
    )
    known = {note.casefold() for note in there}
    for note in notes:
        if note.casefold() in known:
            raise Conflict(
                N_("“%(note)s” đã được ghi nhận rồi; mỗi kết quả chỉ tính một lần."), field="note", note=note
            )

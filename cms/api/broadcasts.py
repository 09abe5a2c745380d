"""The log of what was on air: the evidence that radio quotas count."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.api.calls import Call, Reply
from cms.api.fields import Given, Instant, NoQuery, Reason, Told, Word
from cms.api.named import UnitName, unit_by_code, unit_names
from cms.api.table import endpoint
from cms.database import changing, db
from cms.people.tables import Person
from cms.radio import logbook, reading, service
from cms.radio.tables import Broadcast


class Aired(Given):
    """That a script was on air. `duration_s` is measured, in seconds."""

    event_id: Annotated[str, Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")] = Field(
        description="The sender's own name of this broadcast; sent again it changes nothing."
    )
    started_at: Instant
    duration_s: Annotated[int, Field(ge=1, le=service.LONGEST_S)] | None = None
    station: Annotated[Word, Field(max_length=service.LONGEST_STATION)] = ""
    unit: Word = Field("", description="Code of the unit that aired it; needed only where several are possible.")


class Voiding(Given):
    """Why an entry was wrong; it stays in the log with the reason."""

    reason: Reason


class BroadcastTold(Told):
    """An entry of the log."""

    id: int
    event_id: str
    script: int
    unit: UnitName
    station: str
    started_at: datetime
    duration_s: int | None
    logged_by: str
    logged_at: datetime
    voided_at: datetime | None
    void_reason: str


class BroadcastList(Told):
    """Entries, newest first; those taken back too."""

    items: list[BroadcastTold]


@endpoint("GET", "/radio/scripts/{script_id}/broadcasts", "radio:read")
def list_broadcasts(call: Call[NoQuery, None], script_id: int) -> Reply[BroadcastList]:
    """List when a script was aired."""
    session = db.session()
    reading.script(session, call.actor, script_id)
    airings = logbook.airings(session, [script_id]).get(script_id, [])
    names = unit_names(session, [airing.entry.unit_id for airing in airings])
    return Reply(BroadcastList(items=[_told(one.entry, names[one.entry.unit_id], one.logged_by) for one in airings]))


@endpoint("POST", "/radio/scripts/{script_id}/broadcasts", "radio:write", statuses=(200, 201), refuses=(409,))
def log_broadcast(call: Call[NoQuery, Aired], script_id: int) -> Reply[BroadcastTold]:
    """Log that a script was on air.

    The first time answers 201; the same `event_id` again changes nothing and answers 200 with the first entry.
    """
    said = call.body
    with changing() as session:
        known = session.scalar(select(Broadcast.id).where(Broadcast.event_id == said.event_id))
        entry = service.log_broadcast(
            session, call.actor, delivery_id=script_id, event_id=said.event_id, started_at=said.started_at,
            duration_s=said.duration_s, station=said.station, now=call.now,
            unit_id=unit_by_code(session, said.unit).id if said.unit else None,
        )  # fmt: skip
        body = _entry(session, entry)
    return Reply(body, status=200 if known is not None else 201)


@endpoint("POST", "/radio/broadcasts/{broadcast_id}/void", "radio:write", refuses=(409,))
def void_broadcast(call: Call[NoQuery, Voiding], broadcast_id: int) -> Reply[BroadcastTold]:
    """Take a wrong entry out of the count."""
    with changing() as session:
        entry = service.void_broadcast(session, call.actor, broadcast_id, reason=call.body.reason, now=call.now)
        body = _entry(session, entry)
    return Reply(body)


def _entry(session: Session, entry: Broadcast) -> BroadcastTold:
    name = session.get_one(Person, entry.logged_by).name
    return _told(entry, unit_names(session, [entry.unit_id])[entry.unit_id], name)


def _told(entry: Broadcast, unit: UnitName, logged_by: str) -> BroadcastTold:
    return BroadcastTold(
        id=entry.id, event_id=entry.event_id, script=entry.delivery_id, unit=unit, station=entry.station,
        started_at=entry.started_at, duration_s=entry.duration_s, logged_by=logged_by, logged_at=entry.logged_at,
        voided_at=entry.voided_at, void_reason=entry.void_reason,
    )  # fmt: skip

"""What logs of scripts and of whole bulletins share: what a station says of a broadcast, and how it is told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.api.kit.fields import Instant, Reason, RequestBody, ResponseBody, Word
from cms.api.kit.named import UnitName, unit_by_code
from cms.models.radio import Broadcast, BulletinAiring
from cms.radio.scripts import broadcast_log, plausible

_EVENT = r"^[A-Za-z0-9._:-]+$"
EventId = Annotated[
    str,
    Field(
        min_length=8, max_length=80, pattern=_EVENT,
        description="The sender's own name of this broadcast; the same words sent again change nothing, others are "
        "refused with 409 and what is there.",
    ),
]  # fmt: skip
BulletinEventId = Annotated[
    str,
    Field(
        min_length=8, max_length=68, pattern=_EVENT,
        description="The sender's own name of this broadcast; sent again it changes nothing. "
        "The entry of each script has it with the script's number.",
    ),
]  # fmt: skip


class OnAir(RequestBody):
    """A broadcast as the station tells it. `duration_s` is measured, in seconds."""

    event_id: EventId
    started_at: Instant
    duration_s: Annotated[int, Field(ge=1, le=plausible.LONGEST_S)] | None = None
    station: Annotated[Word, Field(max_length=broadcast_log.LONGEST_STATION)] = ""
    unit: Word = Field("", description="Code of the unit that aired it; needed only where several are possible.")

    def unit_id(self, session: Session) -> int | None:
        """Return the unit that was named; raise ``Invalid`` if there is none of this code."""
        return unit_by_code(session, self.unit).id if self.unit else None


class Voiding(RequestBody):
    """Why an entry was wrong; it stays in the log with the reason."""

    reason: Reason


class Logged(ResponseBody):
    """An entry of the log."""

    id: int
    event_id: str
    unit: UnitName
    station: str
    started_at: datetime
    duration_s: int | None
    logged_by: str
    logged_at: datetime
    voided_at: datetime | None
    void_reason: str


def status(session: Session, log: type[Broadcast | BulletinAiring], event_id: str) -> Literal[200, 201]:
    """Return the status of logging ``event_id`` now: 200 if the log has it already, else 201."""
    return 201 if session.scalar(select(log.id).where(log.event_id == event_id)) is None else 200


def logged(entry: Broadcast | BulletinAiring, units: Mapping[int, UnitName], logged_by: str) -> dict[str, Any]:
    """Return the fields of ``Logged`` for an entry."""
    return {
        "id": entry.id,
        "event_id": entry.event_id,
        "unit": units[entry.unit_id],
        "station": entry.station,
        "started_at": entry.started_at,
        "duration_s": entry.duration_s,
        "logged_by": logged_by,
        "logged_at": entry.logged_at,
        "voided_at": entry.voided_at,
        "void_reason": entry.void_reason,
    }

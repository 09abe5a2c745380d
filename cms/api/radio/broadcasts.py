"""The log of what was on air: the evidence that radio quotas count."""

from collections.abc import Sequence

from pydantic import Field
from sqlalchemy.orm import Session

from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import NoQuery, ResponseBody
from cms.api.kit.named import unit_names
from cms.api.kit.table import endpoint
from cms.api.radio import on_air
from cms.api.radio.on_air import Logged, OnAir, Voiding
from cms.core.database import changing, db
from cms.models.people import Person
from cms.models.radio import Broadcast
from cms.radio.scripts import broadcast_log, logbook, queries
from cms.radio.scripts.logbook import Airing
from scheduler.storage.tables import Delivery


class Aired(OnAir):
    """That a script was on air. `duration_s` is measured, in seconds."""


class BroadcastTold(Logged):
    """An entry of the log."""

    script: int
    after_retraction: bool = Field(description="Whether it was aired although the script had been called back.")


class BroadcastList(ResponseBody):
    """Entries, newest first; those taken back too."""

    items: list[BroadcastTold]


@endpoint("GET", "/radio/scripts/{script_id}/broadcasts", "radio:read")
def list_broadcasts(call: Call[NoQuery, None], script_id: int) -> Reply[BroadcastList]:
    """List when a script was aired."""
    session = db.session()
    queries.script(session, call.actor, script_id)
    return Reply(BroadcastList(items=_told(session, logbook.airings(session, [script_id]).get(script_id, []))))


@endpoint("POST", "/radio/scripts/{script_id}/broadcasts", "radio:write", statuses=(200, 201), refuses=(409,))
def log_broadcast(call: Call[NoQuery, Aired], script_id: int) -> Reply[BroadcastTold]:
    """Log that a script was on air.

    The first time answers 201; the same `event_id` with the same words again changes nothing and answers 200 with the
    first entry. With another time, length, station or unit it answers 409 and `existing` tells what is there: take
    that entry back and log the right one under a new `event_id`.
    """
    said = call.body
    with changing() as session:
        status = on_air.status(session, Broadcast, said.event_id)
        entry = broadcast_log.log_broadcast(
            session, call.actor, delivery_id=script_id, event_id=said.event_id, started_at=said.started_at,
            duration_s=said.duration_s, station=said.station, unit_id=said.unit_id(session), now=call.now,
        )  # fmt: skip
        body = _entry(session, entry)
    return Reply(body, status=status)


@endpoint("POST", "/radio/broadcasts/{broadcast_id}/void", "radio:write", refuses=(409,))
def void_broadcast(call: Call[NoQuery, Voiding], broadcast_id: int) -> Reply[BroadcastTold]:
    """Take a wrong entry out of the count."""
    with changing() as session:
        entry = broadcast_log.void_broadcast(session, call.actor, broadcast_id, reason=call.body.reason, now=call.now)
        body = _entry(session, entry)
    return Reply(body)


def _entry(session: Session, entry: Broadcast) -> BroadcastTold:
    units, name = unit_names(session, [entry.unit_id]), session.get_one(Person, entry.logged_by).name
    late = logbook.was_called_back(entry, session.get_one(Delivery, entry.delivery_id).withdrawn_at)
    return BroadcastTold(script=entry.delivery_id, after_retraction=late, **on_air.logged(entry, units, name))


def _told(session: Session, airings: Sequence[Airing]) -> list[BroadcastTold]:
    units = unit_names(session, [one.entry.unit_id for one in airings])
    return [
        BroadcastTold(
            script=one.entry.delivery_id, after_retraction=one.after_retraction,
            **on_air.logged(one.entry, units, one.logged_by),
        )
        for one in airings
    ]  # fmt: skip

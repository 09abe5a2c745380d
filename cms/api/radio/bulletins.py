"""Bulletins: scripts put together for a slot, as files, and the log of their airing."""

from datetime import datetime
from typing import Annotated, Any

from flask import request
from pydantic import Field
from sqlalchemy import select

from cms.api.kit.calls import Call, File, Reply
from cms.api.kit.fields import After, Id, Instant, NoQuery, RequestBody, ResponseBody, Rows
from cms.api.kit.named import UnitName, unit_names
from cms.api.kit.table import endpoint
from cms.api.radio import on_air
from cms.api.radio.on_air import BulletinEventId, Logged, OnAir, Voiding
from cms.api.radio.scripts import Format
from cms.api.resources.deliveries import cursor
from cms.core.database import changing, db
from cms.models.people import Person
from cms.models.radio import Broadcast, Bulletin, BulletinAiring
from cms.radio.bulletins import airing, composing, programmes, rundown
from cms.radio.bulletins.rundown import Rundown
from cms.radio.scripts import broadcast_log, downloads, logbook, priorities

Items = Annotated[list[Id], Field(max_length=composing.MOST_ITEMS, description="Numbers of scripts, in their order.")]


class BulletinQuery(RequestBody):
    """Which page."""

    after: After = ""
    limit: Rows = logbook.PAGE


class BulletinLine(ResponseBody):
    """A bulletin without its text. Times are UTC, lengths in seconds."""

    id: int
    title: str
    unit: UnitName
    air_at: datetime
    slot_seconds: int
    version: int
    items: int
    aired: bool


class BulletinPage(ResponseBody):
    """Bulletins, the latest first. `next` is the cursor of the next page; the Link header has its address."""

    items: list[BulletinLine]
    next: str | None


class BulletinItem(ResponseBody):
    """A script of a bulletin; `at` is when it begins in seconds from the start, null if it was called back."""

    script: int
    title: str
    seconds: float
    at: float | None
    withdrawn: bool


class BulletinTold(ResponseBody):
    """A bulletin with its lines. What was called back is cut from them."""

    id: int
    title: str
    unit: UnitName
    air_at: datetime
    slot_seconds: int
    version: int
    estimated_seconds: float
    items: list[BulletinItem]
    files: dict[str, str] = Field(description="Address of each format.")
    script: dict[str, Any]


class ProgrammeTold(ResponseBody):
    """What a unit puts around its bulletins, and the coming times for which none was begun."""

    id: int
    name: str
    unit: UnitName
    slot_seconds: int
    coming: list[datetime]


class ProgrammeList(ResponseBody):
    """The caller's programmes."""

    items: list[ProgrammeTold]


class NewBulletin(RequestBody):
    """A programme's bulletin for a time. One that was begun already is answered as it is."""

    programme: Id
    air_at: Instant
    items: Items = Field(default_factory=list)


class Arrangement(RequestBody):
    """All scripts of the bulletin in their order; those left out are taken out."""

    items: Items
    version: Id | None = Field(None, description="Refused with 409 if the bulletin has another version by now.")


class BulletinAired(OnAir):
    """That a bulletin was on air. `duration_s` is measured, in seconds; each script gets its share."""

    event_id: BulletinEventId
    items: Items | None = Field(None, description="The scripts that were read; all that were not called back if null.")


class AiringTold(Logged):
    """An entry of the log for a whole bulletin; `broadcasts` are those of its scripts."""

    bulletin: int
    broadcasts: list[int]


class Confirmed(ResponseBody):
    """Which units have the script, by their names."""

    script: int
    units: list[str]


@endpoint("GET", "/radio/programmes", "radio:read", "radio:write")
def list_programmes(call: Call[NoQuery, None]) -> Reply[ProgrammeList]:
    """List the programmes for which the caller puts bulletins together."""
    session = db.session()
    own = programmes.listed(session, call.actor)
    begun = programmes.begun(session, [programme.id for programme, _unit in own], call.now)
    names = unit_names(session, [unit.id for _programme, unit in own])
    items = [
        ProgrammeTold(
            id=one.id, name=one.name, unit=names[unit.id], slot_seconds=one.slot_s,
            coming=programmes.coming(one.weekly_slots, begun[one.id], call.now),
        )
        for one, unit in own
    ]  # fmt: skip
    return Reply(ProgrammeList(items=items))


@endpoint("GET", "/radio/bulletins", "radio:read")
def list_bulletins(call: Call[BulletinQuery, None]) -> Reply[BulletinPage]:
    """List bulletins of the caller's stations, the latest first."""
    session = db.session()
    rows, after = rundown.page(session, call.actor, cursor(call.query.after), call.query.limit)
    names = unit_names(session, [bulletin.unit_id for bulletin, *_rest in rows])
    items = [
        BulletinLine(
            id=one.id, title=one.title, unit=names[one.unit_id], air_at=one.air_at, slot_seconds=one.slot_s,
            version=one.version, items=count, aired=aired,
        )
        for one, _name, count, aired in rows
    ]  # fmt: skip
    onward = str(after) if after else None
    return Reply(BulletinPage(items=items, next=onward), next=onward)


@endpoint("POST", "/radio/bulletins", "radio:write", statuses=(200, 201), refuses=(404, 409))
def begin_bulletin(call: Call[NoQuery, NewBulletin]) -> Reply[BulletinTold]:
    """Begin a bulletin: 201 the first time, 200 with what is there if it was begun before."""
    said = call.body
    with changing() as session:
        at = Bulletin.programme_id == said.programme, Bulletin.air_at == said.air_at
        known = session.scalar(select(Bulletin.id).where(*at))
        made = composing.begin(
            session, call.actor, programme_id=said.programme, air_at=said.air_at, items=said.items, now=call.now
        )
        bulletin_id = made.id
    body = _told(rundown.read(db.session(), call.actor, bulletin_id))
    return Reply(body, status=201 if known is None else 200, location=f"/api/v1/radio/bulletins/{body.id}")


@endpoint("GET", "/radio/bulletins/{bulletin_id}", "radio:read")
def read_bulletin(call: Call[NoQuery, None], bulletin_id: int) -> Reply[BulletinTold]:
    """Read a bulletin: its items with their times, and its lines with voice and cumulative time."""
    return Reply(_told(rundown.read(db.session(), call.actor, bulletin_id)))


@endpoint("PUT", "/radio/bulletins/{bulletin_id}/items", "radio:write", refuses=(409,))
def arrange_bulletin(call: Call[NoQuery, Arrangement], bulletin_id: int) -> Reply[BulletinTold]:
    """Say which scripts a bulletin has, in which order."""
    with changing() as session:
        composing.compose(session, call.actor, bulletin_id, call.body.items, version=call.body.version, now=call.now)
    body = _told(rundown.read(db.session(), call.actor, bulletin_id))
    return Reply(body)


@endpoint(
    "GET", "/radio/bulletins/{bulletin_id}.{format}", "radio:read",
    mimes=tuple(mime.partition(";")[0] for mime in downloads.MIMES.values()),
)  # fmt: skip
def download_bulletin(call: Call[NoQuery, None], bulletin_id: int, format: Format) -> File:  # noqa: A002
    """Take a whole bulletin as a file; each script in it is noted as taken. What was called back is cut and named."""
    found = rundown.read(db.session(), call.actor, bulletin_id)
    made = downloads.bulletin_file(found, format)
    if request.method == "GET":
        taken = [row.script.delivery_id for row in found.rows if not row.gone]
        with changing() as session:
            for delivery_id in taken:
                broadcast_log.note_download(session, call.actor, delivery_id, format, now=call.now)
    return File(made.body, made.mime, made.name, downloads.bulletin_tag(found, format))


@endpoint("POST", "/radio/bulletins/{bulletin_id}/broadcasts", "radio:write", statuses=(200, 201), refuses=(409,))
def log_bulletin(call: Call[NoQuery, BulletinAired], bulletin_id: int) -> Reply[AiringTold]:
    """Log that a whole bulletin was on air: one entry for each of its scripts.

    The first time answers 201; the same `event_id` again changes nothing and answers 200 with the first entry.
    """
    said = call.body
    read = airing.as_aired(db.session(), call.actor, bulletin_id, said.items, said.started_at)
    with changing() as session:
        status = on_air.status(session, BulletinAiring, said.event_id)
        entry = airing.log_bulletin(
            session, call.actor, read, bulletin_id=bulletin_id, event_id=said.event_id, started_at=said.started_at,
            duration_s=said.duration_s, station=said.station, unit_id=said.unit_id(session), now=call.now,
        )  # fmt: skip
        body = _entry(entry)
    return Reply(body, status=status)


@endpoint("POST", "/radio/airings/{airing_id}/void", "radio:write", refuses=(409,))
def void_airing(call: Call[NoQuery, Voiding], airing_id: int) -> Reply[AiringTold]:
    """Take a wrong entry of a whole bulletin out of the count, with those of its scripts."""
    with changing() as session:
        entry = airing.void_airing(session, call.actor, airing_id, reason=call.body.reason, now=call.now)
        body = _entry(entry)
    return Reply(body)


@endpoint("POST", "/radio/scripts/{script_id}/confirm", "radio:write", refuses=(409,))
def confirm_script(call: Call[NoQuery, None], script_id: int) -> Reply[Confirmed]:
    """Say that an urgent script has reached the caller's stations; again changes nothing."""
    with changing() as session:
        priorities.confirm(session, call.actor, script_id, now=call.now)
        units = [unit for unit, _person, _at in logbook.confirmations(session, script_id)]
    return Reply(Confirmed(script=script_id, units=units))


def _told(found: Rundown) -> BulletinTold:
    bulletin = found.bulletin
    base = f"/api/v1/radio/bulletins/{bulletin.id}"
    return BulletinTold(
        id=bulletin.id, title=bulletin.title, unit=UnitName(code=found.unit.code, name=found.unit.name),
        air_at=bulletin.air_at, slot_seconds=bulletin.slot_s, version=bulletin.version,
        estimated_seconds=found.whole.estimate.seconds,
        items=[
            BulletinItem(
                script=row.script.delivery_id, title=row.script.title, seconds=round(row.seconds, 1), at=row.at,
                withdrawn=row.gone,
            )
            for row in found.rows
        ],
        files={name: f"{base}.{name}" for name in downloads.MIMES},
        script=found.whole.model_dump(mode="json"),
    )  # fmt: skip


def _entry(entry: BulletinAiring) -> AiringTold:
    session = db.session()
    own = select(Broadcast.id).where(Broadcast.airing_id == entry.id).order_by(Broadcast.id)
    units, name = unit_names(session, [entry.unit_id]), session.get_one(Person, entry.logged_by).name
    return AiringTold(
        bulletin=entry.bulletin_id, broadcasts=list(session.scalars(own)), **on_air.logged(entry, units, name)
    )

"""Radio scripts as stations fetch them: what is new or was called back, and each script as a file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from flask import request
from pydantic import Field
from sqlalchemy.orm import Session

from cms.api.kit.calls import Call, File, Reply
from cms.api.kit.fields import (
    PRIORITIES,
    After,
    Instant,
    NoQuery,
    Priority,
    RequestBody,
    ResponseBody,
    Rows,
    priority_name,
)
from cms.api.kit.named import UnitName, slugs, unit_names
from cms.api.kit.table import endpoint
from cms.api.resources.deliveries import cursor
from cms.core.database import changing, db
from cms.core.permissions import Actor
from cms.radio.scripts import broadcast_log, downloads, logbook, priorities, queries
from cms.radio.scripts.queries import Script, ScriptFilter
from scheduler.decisions.states import DeliveryState

Format = Literal["txt", "docx", "pdf", "json"]


class ScriptQuery(RequestBody):
    """Which scripts. A station that polls sends as `since` when it last asked."""

    since: Instant | None = Field(None, description="What became live, was corrected or called back from then on.")
    shelf: ScriptFilter = Field(
        ScriptFilter.ALL, description="new: not aired yet, the urgent ones first; aired; withdrawn; all."
    )
    after: After = ""
    limit: Rows = logbook.PAGE


class ScriptLine(ResponseBody):
    """A script without its text. `withdrawn`: nobody may read it on air any more. Times are UTC."""

    id: int
    story: int
    revision: int
    title: str
    channel: str = Field(description="The channel's slug.")
    channel_name: str
    unit: UnitName
    state: DeliveryState
    priority: str = Field(description="routine, priority or urgent.")
    urgency: int = Field(description="2: at once; 1: before others; 0: by schedule.")
    estimated_seconds: float
    live_at: datetime
    until: datetime | None
    corrected_at: datetime | None
    withdrawn: bool
    withdrawn_at: datetime | None
    reason: str = Field(description="Why it was withdrawn.")
    aired: int = Field(description="How often it was logged as aired.")
    files: dict[str, str] = Field(description="Address of each format.")


class Classing(RequestBody):
    """How urgent a script is, in place of its channel's class."""

    priority: Priority


class ScriptPage(ResponseBody):
    """Scripts, the newest first. `next` is the cursor of the next page; the Link header has its address."""

    items: list[ScriptLine]
    next: str | None


class ScriptTold(ScriptLine):
    """A script with its text; `script` is null once it was withdrawn, so that nothing reads it out."""

    script: dict[str, Any] | None


@endpoint("GET", "/radio/scripts", "radio:read")
def list_scripts(call: Call[ScriptQuery, None]) -> Reply[ScriptPage]:
    """List scripts of the caller's stations, the newest first."""
    session, query = db.session(), call.query
    after = cursor(query.after)
    page = queries.page(session, call.actor, query.shelf, after, since=query.since, size=query.limit)
    known = slugs(session, [line.script.channel_id for line in page.lines])
    names = unit_names(session, [line.script.unit_id for line in page.lines])
    items = [
        ScriptLine(**_line(line.script, known, names, sum(one.entry.voided_at is None for one in line.airings)))
        for line in page.lines
    ]
    onward = str(page.onward) if page.onward else None
    return Reply(ScriptPage(items=items, next=onward), next=onward)


@endpoint("GET", "/radio/scripts/{script_id}", "radio:read")
def read_script(call: Call[NoQuery, None], script_id: int) -> Reply[ScriptTold]:
    """Read a script: lines with voice and cumulative time, spoken and written forms."""
    return Reply(_told(db.session(), call.actor, script_id))


@endpoint("POST", "/radio/scripts/{script_id}/class", "stories:publish", refuses=(409,))
def classify_script(call: Call[NoQuery, Classing], script_id: int) -> Reply[ScriptTold]:
    """Say how urgent a script is that stations have already; those that confirmed it are asked again."""
    with changing() as session:
        priorities.set_class(session, call.actor, script_id, PRIORITIES[call.body.priority], now=call.now)
        body = _told(session, call.actor, script_id)
    return Reply(body)


@endpoint(
    "GET", "/radio/scripts/{script_id}.{format}", "radio:read", statuses=(200, 410),
    mimes=tuple(mime.partition(";")[0] for mime in downloads.MIMES.values()),
)  # fmt: skip
def download_script(call: Call[NoQuery, None], script_id: int, format: Format) -> File:  # noqa: A002
    """Take a script as a file.

    txt is the spoken text alone, as text-to-speech takes it. A script that was withdrawn answers 410, and the file
    says so. The first time that a person takes a format is noted.
    """
    found = queries.script(db.session(), call.actor, script_id)
    made = downloads.file(found, format, queries.approval(db.session(), found))
    if request.method == "GET" and not found.withdrawn:
        with changing() as session:
            broadcast_log.note_download(session, call.actor, script_id, format, now=call.now)
    return File(
        made.body, made.mime, made.name, downloads.tag(found, format), 410 if found.withdrawn else 200, _changed(found)
    )


def _told(session: Session, actor: Actor, script_id: int) -> ScriptTold:
    found = queries.script(session, actor, script_id)
    airings = logbook.airings(session, [script_id]).get(script_id, [])
    known, names = slugs(session, [found.channel_id]), unit_names(session, [found.unit_id])
    line = _line(found, known, names, sum(one.entry.voided_at is None for one in airings))
    return ScriptTold(**line, script=None if found.withdrawn else dict(found.document))


def _changed(found: Script) -> datetime:
    return max(at for at in (found.live_at, found.corrected_at, found.withdrawn_at) if at is not None)


def _line(found: Script, known: Mapping[int, str], names: Mapping[int, UnitName], aired: int) -> dict[str, Any]:
    base = f"/api/v1/radio/scripts/{found.delivery_id}"
    return {
        "id": found.delivery_id,
        "story": found.story_id,
        "revision": found.revision,
        "title": found.title,
        "channel": known[found.channel_id],
        "channel_name": found.channel,
        "unit": names[found.unit_id],
        "state": found.state,
        "priority": priority_name(found.priority),
        "urgency": found.urgency,
        "estimated_seconds": found.seconds,
        "live_at": found.live_at,
        "until": found.until,
        "corrected_at": found.corrected_at,
        "withdrawn": found.withdrawn,
        "withdrawn_at": found.withdrawn_at,
        "reason": found.reason if found.withdrawn else "",
        "aired": aired,
        "files": {name: f"{base}.{name}" for name in downloads.MIMES},
    }

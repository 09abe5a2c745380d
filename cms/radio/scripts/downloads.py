"""A script as a file, for a printer, a broadcasting system or a machine; one called back says so in each of them."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response

from channels.radio_script import adapter
from cms.core.folding import fold
from cms.radio.bulletins.rundown import Rundown, is_gone
from cms.radio.scripts.queries import Script
from cms.web.output.formats import moment_zone
from media.characters import clean_values

MIMES = {
    "txt": "text/plain; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
}
LONGEST_NAME = 60
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class File:
    """Bytes with their type and the name to save them under."""

    body: bytes
    mime: str
    name: str


def file(script: Script, format: str, approval: tuple[str, datetime] | None = None) -> File:  # noqa: A002  # people's word
    """Return a script as ``txt``, ``docx``, ``pdf`` or ``json``; raise ``KeyError`` for another format.

    ``approval`` is who approved its text, and when; it is printed.
    """
    if format == "json":
        body = _json(as_json(script))
    else:
        _whole = script.whole  # refused in words if it is damaged
        body = _printed(script.document, format, script.withdrawn, _banner(script), _facts(script, approval))
    return File(body, MIMES[format], _name("kich-ban", script.delivery_id, script.title, format, script.withdrawn))


def bulletin_file(found: Rundown, format: str) -> File:  # noqa: A002
    """Return a whole bulletin in one of the same formats; items that were called back are cut and named in red."""
    if format == "json":
        body = _json(bulletin_as_json(found))
    else:
        document = found.whole.model_dump(mode="json")
        body = _printed(document, format, False, _cut_banner(found), _bulletin_facts(found))
    return File(body, MIMES[format], _name("ban-tin", found.bulletin.id, found.bulletin.title, format, False))


def answer(made: File) -> Response:
    """Return a file for a browser to save; nothing on the way may keep it."""
    response: Response = make_response(made.body)
    response.headers["Content-Type"] = made.mime
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def tag(script: Script, format: str) -> str:  # noqa: A002
    """Return what identifies the content of a script's file."""
    return f"{script.rendition_id}-{format}-{script.priority}-{script.state}"


def as_json(script: Script) -> dict[str, object]:
    """Return a script for machines. One that was called back has no text any more, so that nothing reads it out."""
    return {
        "id": script.delivery_id,
        "story_id": script.story_id,
        "revision": script.revision,
        "title": script.title,
        "channel": script.channel,
        "unit": script.unit,
        "live_at": script.live_at.isoformat(),
        "until": script.until.isoformat() if script.until else None,
        "corrected_at": script.corrected_at.isoformat() if script.corrected_at else None,
        "withdrawn": script.withdrawn,
        "withdrawn_at": script.withdrawn_at.isoformat() if script.withdrawn_at else None,
        "reason": script.reason if script.withdrawn else "",
        "estimated_seconds": script.seconds,
        "script": None if script.withdrawn else dict(script.document),
    }


def bulletin_tag(found: Rundown, format: str) -> str:  # noqa: A002
    """Return what identifies the content of a bulletin's file: its items, corrected or called back, and its version."""
    items = "-".join(f"{row.script.rendition_id}{'x' if row.gone else ''}" for row in found.rows)
    return f"b{found.bulletin.id}-{found.bulletin.version}-{format}-{items}"


def bulletin_as_json(found: Rundown) -> dict[str, object]:
    """Return a bulletin for machines: its items with their times, and its lines."""
    bulletin = found.bulletin
    return {
        "id": bulletin.id,
        "title": bulletin.title,
        "unit": found.unit.name,
        "version": bulletin.version,
        "air_at": bulletin.air_at.isoformat(),
        "slot_seconds": bulletin.slot_s,
        "estimated_seconds": found.whole.estimate.seconds,
        "items": [
            {
                "script": row.script.delivery_id,
                "title": row.script.title,
                "seconds": round(row.seconds, 1),
                "at": row.at,
                "withdrawn": row.gone,
            }
            for row in found.rows
        ],
        "script": found.whole.model_dump(mode="json"),
    }


def _printed(document: Any, format: str, withdrawn: bool, banner: str, facts: Facts) -> bytes:  # noqa: A002
    if format == "txt":
        return adapter.to_txt(document, withdrawn=withdrawn)
    write = {"docx": adapter.to_docx, "pdf": adapter.to_pdf}[format]
    return write(document, withdrawn=withdrawn, banner=banner, facts=facts)


def _banner(script: Script) -> str:
    """What is said in red of a script that was not called back, if there is something."""
    if is_gone(script):
        return "HẾT HẠN – KHÔNG PHÁT"
    if script.corrected_at:
        return f"BẢN SỬA {moment_zone(script.corrected_at)} – BỎ MỌI BẢN IN TRƯỚC"
    return ""


def _cut_banner(found: Rundown) -> str:
    return f"ĐÃ CẮT {len(found.gone)} TIN THU HỒI – BỎ MỌI BẢN IN TRƯỚC" if found.gone else ""


def _facts(script: Script, approval: tuple[str, datetime] | None) -> Facts:
    approved = [("Duyệt", f"{approval[0]}, {moment_zone(approval[1])}")] if approval else []
    until = [("Phát đến hết", moment_zone(script.until))] if script.until else []
    return (*approved, ("Phát hành", moment_zone(script.live_at)), *until)


def _bulletin_facts(found: Rundown) -> Facts:
    return (("Phát lúc", moment_zone(found.bulletin.air_at)), ("Biên tập", found.made_by))


def _json(body: dict[str, object]) -> bytes:
    return json.dumps(clean_values(body), ensure_ascii=False, indent=2).encode()


def _name(kind: str, number: int, title: str, format: str, withdrawn: bool) -> str:  # noqa: A002
    words = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    if len(words) > LONGEST_NAME:
        words = words[: LONGEST_NAME + 1].rpartition("-")[0] or words[:LONGEST_NAME]
    gone = "da-thu-hoi-" if withdrawn else ""
    return f"{kind}-{gone}{number}-{words or 'tin'}.{format}"

"""A script as a file, for a printer, a broadcasting system or a machine; one called back says so in each of them."""

import json
import re
from dataclasses import dataclass

from channels.radio_script import adapter
from cms.radio.reading import Script
from cms.stories.search import fold

MIMES = {
    "txt": "text/plain; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
}
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class File:
    """Bytes with their type and the name to save them under."""

    body: bytes
    mime: str
    name: str


def file(script: Script, format: str) -> File:  # noqa: A002  # the word that people use
    """Return a script as ``txt``, ``docx``, ``pdf`` or ``json``; raise ``KeyError`` for another format."""
    return File(_BODIES[format](script), MIMES[format], _name(script, format))


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


def _json(script: Script) -> bytes:
    return json.dumps(as_json(script), ensure_ascii=False, indent=2).encode()


_BODIES = {
    "txt": lambda script: adapter.to_txt(script.document, withdrawn=script.withdrawn),
    "docx": lambda script: adapter.to_docx(script.document, withdrawn=script.withdrawn),
    "pdf": lambda script: adapter.to_pdf(script.document, withdrawn=script.withdrawn),
    "json": _json,
}


def _name(script: Script, format: str) -> str:  # noqa: A002
    words = re.sub(r"[^a-z0-9]+", "-", fold(script.title)).strip("-")[:LONGEST_NAME].strip("-")
    gone = "da-thu-hoi-" if script.withdrawn else ""
    return f"kich-ban-{gone}{script.delivery_id}-{words or 'tin'}.{format}"

"""From a doubt in a script ("chưa rõ cách đọc") to the lexicon: what an entry begins with, and who may write it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.radio_script.reading import Lexicon, read_aloud
from channels.radio_script.reading.page import CONFIRM, WRITE_OUT
from cms.core import units
from cms.core.permissions import Actor
from cms.lexicon import entries
from cms.lexicon.fields import LONGEST_WRITTEN, SHAPES, Kind
from cms.models.people import Unit

LONGEST_SENTENCE = 300
"""Characters of the story's own sentence that go along, to be tried with the new entry."""
SETTLED_BY_LEXICON = frozenset({WRITE_OUT.text, CONFIRM.text})
_ADDRESS = re.compile(r"[^\s@]*@?[\w-]+(?:\.[\w-]+)+\S*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new entry has already: its kind, the written form, and a sentence of the story that has it."""

    kind: Kind
    written: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who writes the entries that hold for a channel.

    ``unit_id`` is the unit whose lexicon the reader may write in, the nearest to the channel; None if there is none,
    and then ``unit`` names whose people can.
    """

    unit_id: int | None
    unit: str


def keeper(session: Session, actor: Actor, channel_unit_id: int) -> Keeper:
    """Return who can settle doubts of a channel of this unit, as ``actor`` sees it; one query."""
    own = session.get_one(Unit, channel_unit_id)
    above = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(units.trail(own.path))))}
    for unit_id in reversed(units.trail(own.path)):
        if unit_id in above and entries.may_edit(actor, above[unit_id].path):
            return Keeper(unit_id, above[unit_id].name)
    return Keeper(None, own.name)


def beginning(doubt: Mapping[str, Any], script: Mapping[str, Any], lexicon: Lexicon) -> Beginning | None:
    """Return what an entry that settles ``doubt`` of ``script`` begins with; None if no entry would settle it.

    ``lexicon`` is what the script was read with. An empty date or an ambiguous fraction is settled in the story alone.
    """
    if doubt["remedy"] not in SETTLED_BY_LEXICON:
        return None
    written = str(doubt["message_values"].get("written") or doubt["written"]).strip()
    kind: Kind | None = Kind.ADDRESS if _ADDRESS.fullmatch(written) else None
    word = _spelled(written, lexicon) if kind else written
    if kind is None:
        kind = next((one for one in (Kind.ABBREVIATION, Kind.WORD) if SHAPES[one].fullmatch(word)), None)
    if kind is None or not word or len(word) > LONGEST_WRITTEN:
        return None
    return Beginning(kind, word, _sentence(script, doubt["written"]))


def _spelled(address: str, lexicon: Lexicon) -> str:
    """Return the first part of an address that has to be spelled out, "" if all of it can be said."""
    labels = (label for label in re.split(r"[.@/:?&=_#]+", address.lower()) if SHAPES[Kind.ADDRESS].fullmatch(label))
    return next((label for label in labels if read_aloud(f"{label}.gov.vn", lexicon).doubts), "")


def _sentence(script: Mapping[str, Any], written: str) -> str:
    """Return the sentence of the story in which ``written`` stands, as it was written."""
    for line in script["lines"]:
        for sentence in line["sentences"]:
            if any(piece["written"] == written for piece in sentence["pieces"]):
                whole = "".join(piece["written"] or piece["text"] for piece in sentence["pieces"]).strip()
                return whole if len(whole) <= LONGEST_SENTENCE else ""
    return ""

"""The words that stories are filed under, and the units there are."""

from datetime import date
from typing import Literal

from pydantic import Field
from sqlalchemy import select

from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import NoQuery, RequestBody, ResponseBody
from cms.api.kit.table import endpoint
from cms.core.database import db
from cms.core.permissions import Action
from cms.core.units import trail
from cms.models.people import Unit
from cms.vocabulary import choices

Kind = Literal["column", "topic", "audience", "document"]
KINDS: tuple[Kind, ...] = ("column", "topic", "audience", "document")


class TermQuery(RequestBody):
    """Which words."""

    kind: Kind | None = None


class TermTold(ResponseBody):
    """A word of the plans: stories name it by `code`."""

    kind: Kind
    code: str
    label: str


class TermList(ResponseBody):
    """Words, kind by kind in the order of their labels."""

    items: list[TermTold]


class UnitTold(ResponseBody):
    """An organisation. `successor` takes over its duties after `valid_to`, its last day."""

    code: str
    name: str
    short_name: str
    parent: str | None = Field(description="Code of the unit above.")
    groups: list[str]
    valid_from: date | None
    valid_to: date | None
    successor: str | None


class UnitList(ResponseBody):
    """Units, parents before children."""

    items: list[UnitTold]


@endpoint("GET", "/terms", "stories:read", "stories:write", "quotas:read")
def list_terms(call: Call[TermQuery, None]) -> Reply[TermList]:
    """List columns, topics, audiences and legal documents that the plans define."""
    call.actor.require(Action.READ)
    kinds = (call.query.kind,) if call.query.kind else KINDS
    found = choices.vocabulary(db.session(), *kinds)
    return Reply(
        TermList(items=[TermTold(kind=kind, code=one.code, label=one.label) for kind in kinds for one in found[kind]])
    )


@endpoint("GET", "/units", "stories:read", "stories:write", "deliveries:read", "quotas:read", "radio:read")
def list_units(call: Call[NoQuery, None]) -> Reply[UnitList]:
    """List all units."""
    call.actor.require(Action.READ)
    found = sorted(db.session().scalars(select(Unit)), key=lambda unit: trail(unit.path))
    codes = {unit.id: unit.code for unit in found}
    return Reply(UnitList(items=[_unit(unit, codes) for unit in found]))


def _unit(unit: Unit, codes: dict[int, str]) -> UnitTold:
    return UnitTold(
        code=unit.code, name=unit.name, short_name=unit.short_name, parent=codes.get(unit.parent_id or 0),
        groups=[str(group) for group in unit.groups], valid_from=unit.valid_from, valid_to=unit.valid_to,
        successor=codes.get(unit.successor_id or 0),
    )  # fmt: skip

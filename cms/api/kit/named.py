"""Units, channels and stories as callers name them: by code, by slug, by number."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.api.kit.fields import ResponseBody
from cms.core.refusal import Invalid
from cms.models.people import Unit
from scheduler.storage.tables import Channel


class UnitName(ResponseBody):
    """A unit by its lasting code."""

    code: str
    name: str


def unit_by_code(session: Session, code: str) -> Unit:
    """Return the unit; raise ``Invalid`` if there is none."""
    found = session.scalar(select(Unit).where(Unit.code == code))
    if found is None:
        raise Invalid(N_("Không có đơn vị “%(code)s”; hãy xem danh sách đơn vị."), field="unit", code=code)
    return found


def unit_names(session: Session, ids: Iterable[int]) -> dict[int, UnitName]:
    """Return units by id; one query."""
    query = select(Unit.id, Unit.code, Unit.name).where(Unit.id.in_(set(ids)))
    return {id_: UnitName(code=code, name=name) for id_, code, name in session.execute(query)}


def channel_by_slug(session: Session, slug: str, field: str = "channel") -> Channel:
    """Return the channel; raise ``Invalid`` if there is none."""
    found = session.scalar(select(Channel).where(Channel.slug == slug))
    if found is None:
        raise Invalid(N_("Không có kênh “%(slug)s”; hãy xem danh sách kênh."), field=field, slug=slug)
    return found


def slugs(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return slugs of channels by id; one query."""
    query = select(Channel.id, Channel.slug).where(Channel.id.in_(set(ids)))
    return dict(session.execute(query).all())

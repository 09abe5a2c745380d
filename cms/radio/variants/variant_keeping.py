"""Variants by their language, as machines send them: kept once however often they come, and marked as reviewed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.permissions import Actor
from cms.core.refusal import Conflict, Invalid
from cms.models.radio import ScriptVariant
from cms.radio.scripts.queries import Script, script
from cms.radio.variants import variants
from cms.radio.variants.variants import VariantFields


def keep(
    session: Session, actor: Actor, delivery_id: int, fields: VariantFields, *, unit_id: int | None = None,
    version: int | None = None, now: datetime,
) -> tuple[ScriptVariant, bool]:  # fmt: skip
    """Keep a unit's variant in a language, the one it has or a new one; return it, and whether it is new.

    The same words again change nothing. ``unit_id`` None is the first unit that ``actor`` may keep variants for.
    """
    found = script(session, actor, delivery_id)
    known = _own(session, actor, found, variants.canonical(fields.language), unit_id)
    row = variants.save(
        session, actor, delivery_id, fields, unit_id=unit_id, variant_id=known, version=version, now=now
    )
    return row, known is None


def mark_reviewed(
    session: Session, actor: Actor, delivery_id: int, variant_id: int, *, reviewer: str = "",
    version: int | None = None, now: datetime,
) -> ScriptVariant:  # fmt: skip
    """Note that the reviewer has read or heard a variant as it is now; ``reviewer`` "" is the one it names already."""
    found = script(session, actor, delivery_id)
    shown = variants.find(session, found, variant_id)
    variants.require(session, actor, found, variant_id)
    if shown.outdated:
        raise Conflict(N_("Bài gốc đã sửa sau khi có bản này; hãy xem lại lời dịch trước khi đánh dấu đã soát."))
    row = shown.row
    reviewer = reviewer or row.reviewer
    if not reviewer.strip():
        raise Invalid(N_("Hãy ghi tên người soát."), field="reviewer")
    fields = VariantFields(row.language, row.title, row.text, row.translator, reviewer, True, row.duration_s)
    return variants.save(session, actor, delivery_id, fields, variant_id=variant_id, version=version, now=now)


def _own(session: Session, actor: Actor, found: Script, language: str, unit_id: int | None) -> int | None:
    homes = [unit.id for unit in variants.homes(session, actor, found)]
    unit = next((one for one in homes if unit_id in (None, one)), None)
    same = (ScriptVariant.story_id == found.story_id, ScriptVariant.language == language)
    return session.scalar(select(ScriptVariant.id).where(*same, ScriptVariant.unit_id == unit)) if unit else None

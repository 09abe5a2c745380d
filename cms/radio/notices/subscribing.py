"""Who gets mail about which unit's new scripts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, NotFound
from cms.core.settings import MAIL_ADDRESS
from cms.models.people import Unit
from cms.models.radio import ScriptMail
from cms.radio.notices import newsfeed
from cms.radio.scripts import queries


def stations(session: Session, actor: Actor) -> list[Unit]:
    """Return the units whose scripts ``actor`` reads and which have any, in the order of the tree."""
    return queries.served(session, actor.paths(Action.READ_SCRIPTS))


def subscribe(session: Session, actor: Actor, unit_id: int | None, address: str, *, now: datetime) -> ScriptMail:
    """Send news of a unit's scripts to ``address`` from now on; the address of an earlier subscription is replaced."""
    unit = newsfeed.readable(session, actor, unit_id)
    address = address.strip()
    if not MAIL_ADDRESS.fullmatch(address) or len(address) > 254:
        raise Invalid(N_("Địa chỉ thư chưa đúng; hãy nhập dạng ten@donvi.gov.vn."), field="address")
    mine = select(ScriptMail).where(ScriptMail.person_id == actor.person_id, ScriptMail.unit_id == unit.id)
    row = session.scalar(mine)
    if row is None:
        row = ScriptMail(person_id=actor.person_id, unit_id=unit.id, address=address, since=now)
        session.add(row)
    else:
        row.since = now if row.ended_at is not None else row.since
        row.address, row.ended_at = address, None
    session.flush()
    record(session, actor, "script_mail.set", "script_mail", row.id, unit_id=unit.id, now=now)
    return row


def end(session: Session, actor: Actor, mail_id: int, *, now: datetime) -> None:
    """Send no more; what waits is not sent either."""
    row = session.get(ScriptMail, mail_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound(N_("Không có đăng ký nhận thư này."))
    row.ended_at = row.ended_at or now
    record(session, actor, "script_mail.end", "script_mail", row.id, unit_id=row.unit_id, now=now)


def own(session: Session, actor: Actor) -> list[tuple[ScriptMail, str]]:
    """Return the person's subscriptions with the names of their units."""
    query = select(ScriptMail, Unit.name).join(Unit, Unit.id == ScriptMail.unit_id)
    query = query.where(ScriptMail.person_id == actor.person_id, ScriptMail.ended_at.is_(None))
    return [(mail, unit) for mail, unit in session.execute(query.order_by(ScriptMail.id))]

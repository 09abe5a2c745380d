"""A culture centre's bulletin of the demonstration: its programme, and the next one already put together."""

from datetime import datetime

from sqlalchemy import select

from cms.core.database import changing, db
from cms.models.people import Person
from cms.radio.bulletins import composing, programmes, rundown
from cms.radio.bulletins.programmes import ProgrammeFields
from cms.web.actor import actor_of

PRESENTER = "phuong"
FIELDS = ProgrammeFields("Bản tin chuyển đổi số", slot_s=600)
WEEKLY = ({"weekday": 1, "time": "17:30"}, {"weekday": 4, "time": "17:30"})
ITEMS = 4


def begin_bulletin(now: datetime) -> None:
    """Make the programme and put its next bulletin together from the newest scripts."""
    with changing() as session:
        person = session.scalars(select(Person).where(Person.username == PRESENTER)).one()
        actor = actor_of(person, via="web")
        (unit, *_) = programmes.makers(session, actor)
        made = programmes.create(session, actor, unit_id=unit.id, fields=FIELDS, weekly=WEEKLY, now=now)
        at = programmes.coming(made.weekly_slots, (), now)[0]
        bulletin_id = composing.begin(session, actor, programme_id=made.id, air_at=at, now=now).id
    newest = rundown.choices(db.session(), rundown.read(db.session(), actor, bulletin_id))[:ITEMS]
    items = [choice.script.delivery_id for choice in newest]
    with changing() as session:
        composing.compose(session, actor, bulletin_id, items, now=now)

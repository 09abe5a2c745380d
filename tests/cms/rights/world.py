"""A province with one of everything in three places, seen from a unit: its own, another's, and the unit's above it."""

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask

from channels.localtime import local_day
from cms.core import access_keys
from cms.core.database import changing, db
from cms.core.permissions import SYSTEM
from cms.models.lexicon import LexiconEntry, TimedReading
from cms.models.people import ApiToken, Person, Unit
from cms.models.plans import ManualRecord, Plan, Quota, Task
from cms.models.radio import Broadcast, Bulletin, BulletinAiring, Programme, ScriptFeed, ScriptMail, ScriptVariant
from cms.models.roles import Role
from cms.models.stories import Asset, Story
from cms.quotas.packs import importing, schema
from cms.radio.bulletins import programmes
from cms.stories.editing.content import Content
from cms.stories.queries import lookup
from cms.stories.renditions import outputs
from cms.web.context import store
from scheduler.decisions.states import DeliveryState
from scheduler.followers.states import BroadcastState
from scheduler.followers.tables import FollowerBroadcast
from scheduler.storage.tables import Channel, StoredRendition
from tests.cms import newsroom
from tests.cms.api.machine import token
from tests.conftest import SUNDAY

PLACES = ("own", "other", "parent")
SHOWN = (Role.VIEWER, Role.BROADCASTER, Role.EDITOR, Role.LEAD, Role.ADMIN)
"""In the order of the table's columns."""


@dataclass
class World:
    """``there`` holds the number (or code) of each thing by place and name, ``people`` who acts by role."""

    people: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    there: dict[str, dict[str, Any]] = field(default_factory=dict)


def build(app: Flask) -> World:
    """Fill the database of ``app``."""
    world = World()
    province = newsroom.unit("Tinh")
    above = newsroom.unit("Huyen", province)
    units = {"own": newsroom.unit("Xa", above), "other": newsroom.unit("So", province), "parent": above}
    newsroom.term("column", "chuyen-doi-so", "Chuyển đổi số")
    for role in SHOWN:
        world.people[role.value] = newsroom.person(f"ai-{role}", (role, units["own"]))
        world.tokens[role.value] = token(world.people[role.value])
    for place, unit in units.items():
        world.there[place] = _things(place, unit, world)
    _quotas(world, units)
    return world


def _things(place: str, unit: Unit, world: World) -> dict[str, Any]:
    writer = newsroom.person(f"viet-{place}", (Role.EDITOR, unit))
    lead = newsroom.person(f"duyet-{place}", (Role.LEAD, unit))
    keeper = newsroom.person(f"quan-{place}", (Role.ADMIN, unit))
    portal = newsroom.channel("portal_rss", unit, f"cong-{place}", medium="portal")
    radio = newsroom.channel("radio_script", unit, f"loa-{place}", medium="loudspeaker")
    zalo = newsroom.channel("zalo_oa", unit, f"zalo-{place}", settings={"app_id": "1", "oa_id": "2"})
    board = newsroom.channel("led_board", unit, f"bang-{place}", medium="led_board")
    draft = newsroom.submitted(writer, unit, now=SUNDAY, title=f"Chờ duyệt {place}")
    approved = newsroom.approved(writer, lead, unit, now=SUNDAY, title=f"Đã duyệt {place}")
    live, script = _live(approved, portal), _live(approved, radio)
    made: dict[str, Any] = {
        "unit": unit.id,
        "unit_code": unit.code,
        "unit_name": unit.name,
        "portal": portal.id,
        "radio": radio.id,
        "zalo": zalo.id,
        "board": board.id,
        "portal_slug": portal.slug,
        "board_slug": board.slug,
        "zalo_slug": zalo.slug,
        "draft": draft.id,
        "approved": approved.id,
        "delivery": live,
        "script": script,
        "person": writer.id,
        "keeper": keeper.id,
    }
    sound = store().put(b"\xff\xfb" + bytes(64)).sha256
    with changing() as session:
        rows: dict[str, Any] = {
            "token": ApiToken(
                person_id=writer.id, name="máy", hash=access_keys.digest(place), scopes=[], created_at=SUNDAY
            ),
            "broadcast": Broadcast(
                event_id=f"event-{place}",
                delivery_id=script,
                unit_id=unit.id,
                started_at=SUNDAY,
                logged_by=writer.id,
                logged_at=SUNDAY,
            ),
            "programme": Programme(unit_id=unit.id, name="Bản tin", rate=4.0, created_at=SUNDAY),
            "entry": LexiconEntry(
                unit_id=unit.id,
                kind="abbreviation",
                written="TTHC",
                say="thủ tục hành chính",
                source="–",
                changed_at=SUNDAY,
            ),
            "reading": TimedReading(unit_id=unit.id, syllables=400, seconds=100, rate=4.0, measured_at=SUNDAY),
            "variant": ScriptVariant(
                audio_sha256=sound,
                audio_mime="audio/mpeg",
                story_id=approved.id,
                unit_id=unit.id,
                language="km-VN",
                revision=1,
                text="…",
                translator="Ai",
                created_by=writer.id,
                updated_at=SUNDAY,
            ),
            "order": FollowerBroadcast(
                key=f"key-{place}",
                channel_id=zalo.id,
                state=BroadcastState.WAITING,
                wanted_at=SUNDAY + timedelta(days=1),
                call_at=SUNDAY + timedelta(days=1),
                created_at=SUNDAY,
                created_by=lead.id,
            ),
            "feed": ScriptFeed(
                person_id=writer.id, unit_id=unit.id, hash=access_keys.digest(place + "f"), created_at=SUNDAY
            ),
            "mail": ScriptMail(person_id=writer.id, unit_id=unit.id, address="a@b.example", since=SUNDAY),
        }
        session.add_all(rows.values())
        session.flush()
        bulletin = Bulletin(
            programme_id=rows["programme"].id,
            unit_id=unit.id,
            title="Bản tin",
            frame=asdict(programmes.fields_of(rows["programme"])),
            slot_s=300,
            air_at=SUNDAY,
            created_by=writer.id,
            created_at=SUNDAY,
            updated_at=SUNDAY,
        )
        session.add(bulletin)
        session.flush()
        airing = BulletinAiring(
            event_id=f"whole-{place}",
            bulletin_id=bulletin.id,
            unit_id=unit.id,
            started_at=SUNDAY,
            logged_by=writer.id,
            logged_at=SUNDAY,
        )
        picture = Asset(
            sha256=f"{PLACES.index(place):064x}",
            name="anh",
            mime="image/png",
            width=1,
            height=1,
            size=1,
            unit_id=unit.id,
            created_by=writer.id,
            created_at=SUNDAY,
        )
        session.add_all((airing, picture))
        session.flush()
        made |= {name: row.id for name, row in rows.items()}
        made |= {"bulletin": bulletin.id, "airing": airing.id, "asset": picture.sha256}
    return made


def _live(story: Story, channel: Channel) -> int:
    """A delivery of the story that is live on the channel, as the engine would leave it."""
    reading = db.session()
    found = lookup.story(reading, SYSTEM, story.id)
    content = Content.model_validate(lookup.current(found).content)
    around = outputs.surroundings(reading, store(), "http://127.0.0.1", reading.get_one(Unit, found.unit_id), content)
    made = outputs.output(content, found.id, 1, reading.get_one(Channel, channel.id), around).rendition
    assert made is not None
    document = dict(made.document)
    delivery = newsroom.delivery(story, channel, DeliveryState.LIVE, now=SUNDAY)
    with changing() as session:
        row = session.merge(delivery)
        row.live_rendition_id = row.rendition_id
        session.get_one(StoredRendition, row.rendition_id).document = document
    return delivery.id


def _quotas(world: World, units: dict[str, Unit]) -> None:
    """A plan of each place, with one quota of that place alone."""
    for place, unit in units.items():
        pack = {
            "format": "1",
            "groups": [{"code": "g", "title": "G"}],
            "media": [{"code": "portal", "title": "Cổng"}],
            "plan": {
                "code": f"ke-hoach-{place}",
                "title": "K",
                "short_title": "K",
                "issuer": "I",
                "root": unit.code,
                "valid_from": "2026-01-01",
                "valid_to": "2026-12-31",
                "source": "s",
            },
            "units": [{"code": unit.code, "name": unit.name}],
            "tasks": [
                {
                    "code": "1",
                    "title": "T",
                    "owners": {"units": [unit.code]},
                    "source": "s",
                    "quotas": [
                        {
                            "code": "1",
                            "of_what": "tin",
                            "media": ["portal"],
                            "at_least": 1,
                            "per": "week",
                            "evidence": "receipt",
                        }
                    ],
                }
            ],
        }
        with changing() as session:
            importing.import_pack(
                session,
                SYSTEM,
                schema.Pack.model_validate_json(json.dumps(pack)),
                now=SUNDAY,
                until=None,
                keep_units=False,
            )
            plan = session.query(Plan).filter_by(code=f"ke-hoach-{place}").one()
            quota = session.query(Quota).join(Task).filter(Task.plan_id == plan.id).one()
            record = ManualRecord(
                quota_id=quota.id,
                unit_id=unit.id,
                day=local_day(SUNDAY),
                note="n",
                recorded_by=world.there[place]["person"],
                recorded_at=SUNDAY,
            )
            session.add(record)
            session.flush()
            world.there[place] |= {"plan": plan.code, "quota": quota.id, "record": record.id}

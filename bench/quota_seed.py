"""A large newsroom for benchmarks: 200 units under a provincial plan, two years of stories and their evidence.

Rows go in through bulk inserts, with the sizes that real ones have; nothing is random from run to run.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select
from sqlalchemy.orm import Session

from channels.localtime import local_day
from cms.core.permissions import SYSTEM
from cms.models.boards import Play, PlayDay
from cms.models.people import Membership, Person, Unit
from cms.models.plans import ManualRecord, Quota
from cms.models.radio import Broadcast
from cms.models.roles import Role
from cms.models.stories import Revision, RevisionTag, Story
from cms.quotas.packs.importing import import_pack, read_file
from scheduler.decisions.states import DeliveryState, Desired
from scheduler.storage.tables import Attempt, Channel, Delivery, StoredRendition

NOW = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)
"""10:00 on a Thursday in Viet Nam, in the middle of a week, a month and a quarter."""
HISTORY = timedelta(days=730)
PACK = Path(__file__).resolve().parent.parent / "cms" / "quotas" / "packs" / "long-an-2025.yaml"
BATCH = 5_000
TOPICS = (
    "dich-vu-cong-truc-tuyen",
    "an-toan-thong-tin-mang",
    "he-thong-1022",
    "vneid-de-an-06",
    "cong-trang-thong-tin",
)
SENTENCE = "Người dân đăng nhập bằng VNeID, chọn thủ tục rồi nộp hồ sơ, không phải chờ ở bộ phận một cửa. "
SHOWN_DAYS = 7
SHOWINGS = 4
"""How often a board reports an item on one day."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of what. ``showings`` are reports of one item on one board and day."""

    stories: int = 100_000
    units: int = 200
    showings: int = SHOWINGS


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel as the seed uses it."""

    id: int
    kind: str
    unit_id: int


def seed(engine: Engine, sizes: Sizes) -> dict[str, int]:
    """Fill an empty, migrated database; return how many rows went into which table."""
    with Session(engine) as session:
        import_pack(session, SYSTEM, read_file(PACK), now=NOW, keep_units=True, until=date(2026, 12, 31))
        _communes(session, sizes.units)
        admin = _admin(session)
        outlets = _channels(session)
        session.commit()
    with engine.begin() as connection:
        _work(connection, sizes, outlets, admin)
        _records(connection, admin)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return _sizes(engine)


def _communes(session: Session, wanted: int) -> None:
    """Add communes, with a loudspeaker system each, until there are as many units as wanted."""
    there = list(session.scalars(select(Unit)))
    districts = [unit for unit in there if "ubnd-cap-huyen" in unit.groups]
    for number in range(wanted - len(there)):
        above = districts[number % len(districts)]
        made = Unit(
            code=f"xa-{number}", name=f"UBND xã Thử Nghiệm {number}", short_name=f"Xã Thử Nghiệm {number}",
            parent_id=above.id, path="", groups=["don-vi-cap-xa", "truyen-thanh"],
        )  # fmt: skip
        session.add(made)
        session.flush()
        made.path = f"{above.path}{made.id}/"


def _admin(session: Session) -> int:
    root = session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
    if root is None:
        raise LookupError("the plan has no units")
    person = Person(username="quan", name="Võ Anh Quân", password_hash="-", created_at=NOW - HISTORY)
    person.memberships = [Membership(unit_id=root.id, role=Role.ADMIN.value)]
    session.add(person)
    session.flush()
    return person.id


MEDIA: dict[str, Sequence[tuple[str, str]]] = {
    "so-nganh-tinh": (("portal_rss", "website"), ("led_board", "led_board")),
    "ubnd-cap-huyen": (("portal_rss", "portal"), ("led_board", "led_board"), ("zalo_oa", "zalo")),
    "trung-tam-hcc": (("led_board", "led_board"),),
    "truyen-thanh": (("radio_script", "loudspeaker"),),
    "bao-chi": (("portal_rss", "newspaper"), ("radio_script", "television"), ("radio_script", "fm_radio")),
    "don-vi-cap-xa": (("zalo_oa", "social"),),
}


def _channels(session: Session) -> list[Outlet]:
    made = [
        Channel(
            kind=kind, slug=f"{unit.code}-{medium}", name=f"{unit.short_name or unit.name}: {medium}"[:200],
            unit_id=unit.id, medium=medium, created_at=NOW - HISTORY,
        )
        for unit in session.scalars(select(Unit).order_by(Unit.id))
        for kind, medium in dict.fromkeys(pair for group in unit.groups for pair in MEDIA.get(group, ()))
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    return [Outlet(channel.id, channel.kind, channel.unit_id) for channel in made]


def _work(connection: Connection, sizes: Sizes, outlets: Sequence[Outlet], person: int) -> None:
    """Stories in the order of time, each with what came of it."""
    rows: dict[Any, list[dict[str, Any]]] = {}
    tables = (Story, Revision, RevisionTag, StoredRendition, Delivery, Attempt, Broadcast, Play, PlayDay)
    for entity, row in _rows(sizes, outlets, person):
        rows.setdefault(entity, []).append(row)
        if entity is Story and len(rows[Story]) >= BATCH:
            _flush(connection, rows, tables)
    _flush(connection, rows, tables)
    connection.execute(Story.__table__.update().values(current_id=Story.id, approved_id=Story.id))  # type: ignore[attr-defined]


def _flush(connection: Connection, rows: dict[Any, list[dict[str, Any]]], tables: Sequence[Any]) -> None:
    for entity in tables:
        waiting = iter(rows.pop(entity, ()))
        table: Table = entity.__table__
        while chunk := list(islice(waiting, BATCH)):
            connection.execute(insert(table), chunk)


def _rows(sizes: Sizes, outlets: Sequence[Outlet], person: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    chance = Random(17)
    homes: dict[int, list[Outlet]] = {}
    for outlet in outlets:
        homes.setdefault(outlet.unit_id, []).append(outlet)
    units = sorted(homes)
    step = HISTORY / sizes.stories
    ids = {"delivery": 0, "broadcast": 0}
    for number in range(1, sizes.stories + 1):
        at = NOW + timedelta(days=3) - HISTORY + number * step
        unit = units[chance.randrange(len(units))]
        chosen = chance.sample(homes[unit], k=min(len(homes[unit]), chance.choice((1, 1, 2))))
        kind = "notice" if any(outlet.kind == "led_board" for outlet in chosen) else "article"
        yield from _story(number, unit, kind, at, person, chance)
        for outlet in chosen:
            ids["delivery"] += 1
            yield from _delivery(ids["delivery"], number, outlet, at, chance)
            yield from _proofs(ids, outlet, at, person, sizes.showings, chance)


def _story(
    number: int, unit: int, kind: str, at: datetime, person: int, chance: Random
) -> Iterator[tuple[Any, dict[str, Any]]]:
    written = at - timedelta(hours=5)
    state = "submitted" if at > NOW and number % 9 == 0 else "retracted" if number % 97 == 0 else "approved"
    title = f"Nộp hồ sơ từ nhà, bài số {number}"
    base = {"kind": kind, "column_code": "chuyen-doi-so"}
    yield Story, {
        **base, "id": number, "unit_id": unit, "author_id": person, "state": state, "title": title, "version": 3,
        "created_at": written, "updated_at": at if at < NOW else NOW,
    }  # fmt: skip
    yield Revision, {
        **base, "id": number, "story_id": number, "number": 1, "content": {"title": title, "body": SENTENCE * 15},
        "sha256": sha256(title.encode()).hexdigest(), "created_by": person, "created_at": written,
    }  # fmt: skip
    for topic in chance.sample(TOPICS, k=2):
        yield RevisionTag, {"revision_id": number, "kind": "topic", "code": topic}
    yield RevisionTag, {"revision_id": number, "kind": "audience", "code": "nguoi-dan"}


def _delivery(
    number: int, story: int, outlet: Outlet, at: datetime, chance: Random
) -> Iterator[tuple[Any, dict[str, Any]]]:
    past = at <= NOW
    gone = past and story % 97 == 0
    until = at + timedelta(days=SHOWN_DAYS) if outlet.kind == "led_board" else None
    state = DeliveryState.WITHDRAWN if gone else DeliveryState.LIVE if past else DeliveryState.SCHEDULED
    if state is DeliveryState.LIVE and until and until <= NOW:
        state = DeliveryState.EXPIRED
    text = sha256(f"{story}-{outlet.id}".encode()).hexdigest()
    yield StoredRendition, {
        "id": number, "story_id": story, "revision_id": story, "revision": 1, "channel_id": outlet.id,
        "kind": outlet.kind, "sha256": text, "title": f"Nộp hồ sơ từ nhà, bài số {story}",
        "document": {"html": SENTENCE * 8}, "files": [], "created_at": at - timedelta(hours=1),
    }  # fmt: skip
    yield Delivery, {
        "id": number, "key": text[:40], "story_id": story, "channel_id": outlet.id, "rendition_id": number,
        "live_rendition_id": number if past else None, "desired": Desired.WITHDRAWN if gone else Desired.LIVE,
        "state": state, "scheduled_at": at, "until": until, "live_at": at + timedelta(seconds=2) if past else None,
        "withdrawn_at": at + timedelta(hours=9) if gone else None, "next_at": None if past else at,
        "progress": {}, "evidence": {"id": f"e{number}"}, "problem": {}, "created_at": at - timedelta(hours=1),
    }  # fmt: skip
    if past:
        yield Attempt, {
            "delivery_id": number, "token": 1, "action": "publish", "outcome": "done", "started_at": at,
            "ended_at": at + timedelta(seconds=chance.randrange(1, 4)), "words": {}, "detail": "",
        }  # fmt: skip


def _proofs(
    ids: dict[str, int], outlet: Outlet, at: datetime, person: int, showings: int, chance: Random
) -> Iterator[tuple[Any, dict[str, Any]]]:
    delivery = ids["delivery"]
    if outlet.kind == "radio_script" and at + timedelta(hours=6) < NOW and chance.random() < 0.8:
        ids["broadcast"] += 1
        yield Broadcast, {
            "id": ids["broadcast"], "event_id": f"b-{ids['broadcast']:012}", "delivery_id": delivery,
            "unit_id": outlet.unit_id, "started_at": at + timedelta(hours=6), "duration_s": 150, "logged_by": person,
            "logged_at": at + timedelta(hours=7),
        }  # fmt: skip
    if outlet.kind == "led_board":
        days: Counter[date] = Counter()
        for showing in range(SHOWN_DAYS * showings):
            shown = at + timedelta(days=SHOWN_DAYS) * showing / (SHOWN_DAYS * showings)
            if shown < NOW:
                yield Play, {
                    "event_id": f"p-{delivery}-{showing}", "channel_id": outlet.id, "delivery_id": delivery,
                    "revision": 1, "started_at": shown, "day": local_day(shown), "elapsed_ms": 10_000,
                    "received_at": shown,
                }  # fmt: skip
                days[local_day(shown)] += 1
        for day, plays in days.items():
            yield PlayDay, {"delivery_id": delivery, "day": day, "plays": plays, "elapsed_ms": plays * 10_000}


def _records(connection: Connection, person: int) -> None:
    """Leaflets, recorded by hand: one for each department and quarter."""
    quota = connection.execute(select(Quota.id).where(Quota.evidence == "manual").order_by(Quota.id)).scalars().first()
    units = connection.execute(select(Unit.id).order_by(Unit.id).limit(60)).scalars().all()
    rows = [
        {
            "quota_id": quota, "unit_id": unit, "day": local_day(NOW - timedelta(days=90 * back)),
            "note": "Tờ gấp, 500 bản", "recorded_by": person, "recorded_at": NOW,
        }
        for unit in units
        for back in range(8)
    ]  # fmt: skip
    connection.execute(insert(ManualRecord), rows)


def _sizes(engine: Engine) -> dict[str, int]:
    found = (Unit, Story, Revision, RevisionTag, Channel, Delivery, Attempt, Broadcast, Play, PlayDay, ManualRecord)
    with engine.connect() as connection:
        names = [entity.__tablename__ for entity in found]
        return {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in names}

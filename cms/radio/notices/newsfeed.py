"""A unit's new scripts for feed readers: an address with a key of its own, made once, shown once, kept as a hash."""

import logging
from datetime import UTC, datetime

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.radio_script.speech.length import clock
from channels.syndication import as_html, either_way
from channels.words import N_
from cms.core import access_keys
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, NotFound
from cms.models.people import Person, Unit
from cms.models.radio import ScriptFeed
from cms.radio.bulletins import rundown
from cms.radio.scripts import queries
from cms.radio.scripts.queries import Script
from media.characters import clean_line
from scheduler.decisions.states import DeliveryState

log = logging.getLogger(__name__)

MOST_FEEDS = 10
MOST_ITEMS = 50
EMPTY_SINCE = datetime(2025, 1, 1, tzinfo=UTC)
"""When a feed that never carried anything says it was last changed."""
CLASSES = {1: "ƯU TIÊN", 2: "KHẨN CẤP"}


def create(session: Session, actor: Actor, unit_id: int | None, *, now: datetime) -> str:
    """Make the key of a feed of a unit whose scripts ``actor`` reads, and return it; it cannot be shown again."""
    unit = readable(session, actor, unit_id)
    own = select(ScriptFeed.id).where(ScriptFeed.person_id == actor.person_id, ScriptFeed.revoked_at.is_(None))
    if len(list(session.scalars(own))) >= MOST_FEEDS:
        raise Invalid(N_("Bạn đã có %(limit)s địa chỉ RSS; hãy thu hồi địa chỉ không dùng nữa."), limit=MOST_FEEDS)
    key = access_keys.make()
    row = ScriptFeed(person_id=actor.person_id, unit_id=unit.id, hash=access_keys.digest(key), created_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "script_feed.create", "script_feed", row.id, unit_id=unit.id, now=now)
    return key


def revoke(session: Session, actor: Actor, feed_id: int, *, now: datetime) -> None:
    """End one's own feed at once."""
    row = session.get(ScriptFeed, feed_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound(N_("Không có địa chỉ RSS này."))
    row.revoked_at = row.revoked_at or now
    record(session, actor, "script_feed.revoke", "script_feed", row.id, unit_id=row.unit_id, now=now)


def own(session: Session, actor: Actor) -> list[tuple[ScriptFeed, str]]:
    """Return the person's feeds that work, with the names of their units."""
    query = select(ScriptFeed, Unit.name).join(Unit, Unit.id == ScriptFeed.unit_id)
    query = query.where(ScriptFeed.person_id == actor.person_id, ScriptFeed.revoked_at.is_(None))
    return [(feed, unit) for feed, unit in session.execute(query.order_by(ScriptFeed.id))]


def readable(session: Session, actor: Actor, unit_id: int | None) -> Unit:
    """Return a unit whose scripts ``actor`` reads; raise ``NotFound``."""
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None or not actor.may(Action.READ_SCRIPTS, unit.path):
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    return unit


def by_key(session: Session, key: str) -> tuple[Unit, list[Script]] | None:
    """Return the unit of a key and its scripts, newest change first; None if the key opens nothing (any more)."""
    row = session.scalar(
        select(ScriptFeed).where(ScriptFeed.hash == access_keys.digest(key), ScriptFeed.revoked_at.is_(None))
    )
    person = session.get(Person, row.person_id) if row is not None else None
    if row is None or person is None or not person.active:
        return None
    unit = session.get_one(Unit, row.unit_id)
    if not reader(person).may(Action.READ_SCRIPTS, unit.path):
        return None
    return unit, sorted(queries.told_to(session, unit, MOST_ITEMS), key=changed, reverse=True)


def reader(person: Person) -> Actor:
    """Return a person as the one for whom a machine reads."""
    return Actor(person.id, person.name, person.grants, via="api")


def changed(script: Script) -> datetime:
    """When a station last had reason to look at a script."""
    ended = script.until if script.state is DeliveryState.EXPIRED else None
    moments = (script.live_at, script.corrected_at, script.classed_at, ended, script.withdrawn_at)
    return max(at for at in moments if at is not None)


def rss(unit: Unit, scripts: list[Script], public_url: str) -> tuple[bytes, datetime]:
    """Return RSS 2.0 and when it last changed. A correction, a higher class and a withdrawal are items of their own."""
    modified = max((changed(one) for one in scripts), default=EMPTY_SINCE).replace(microsecond=0)
    made = FeedGenerator()
    made.title(either_way(clean_line(f"Kịch bản phát thanh – {unit.name}")))
    made.link(href=f"{public_url}/radio", rel="alternate")
    made.description("Kịch bản mới, bản sửa và bản thu hồi.")
    made.language("vi")
    made.generator("Đa Kênh")
    made.lastBuildDate(modified)
    made.ttl(5)
    for one in scripts:
        try:
            entry = _entry(one, public_url)
        except Exception:  # one script that cannot be told of must not keep a station from the others
            log.exception("script %s cannot be told of", one.delivery_id)
            continue
        made.add_entry(entry, order="append")
    return made.rss_str(pretty=True), modified


def _entry(one: Script, public_url: str) -> FeedEntry:
    entry = FeedEntry()
    address = f"{public_url}/radio/{one.delivery_id}"
    entry.title(either_way(clean_line(_title(one))))
    entry.link(href=address)
    entry.guid(f"{address}#{one.rendition_id}{_mark(one)}", permalink=False)
    entry.description(as_html(clean_line(_line(one))))
    entry.pubDate(changed(one))
    if one.urgency:
        entry.category(term=CLASSES[one.urgency])
    entry.rss_entry()
    return entry


def _mark(one: Script) -> str:
    """What makes another item of a script: readers show an item that they know no second time."""
    if one.withdrawn:
        return "-thu-hoi"
    return f"-{one.priority}" if one.classed_at and one.urgency else ""


def _title(one: Script) -> str:
    if one.withdrawn:
        return f"ĐÃ THU HỒI – KHÔNG PHÁT: {one.title}"
    marks = [
        CLASSES.get(one.urgency, ""),
        "BẢN SỬA" if one.corrected_at else "",
        "HẾT HẠN" if rundown.is_gone(one) else "",
    ]
    start = " – ".join(mark for mark in marks if mark)
    return f"{start}: {one.title}" if start else one.title


def _line(one: Script) -> str:
    if one.withdrawn:
        return one.reason or "Kịch bản đã được thu hồi; không đọc trên sóng."
    return f"{one.channel}. Dài khoảng {clock(one.seconds)}. Bản {one.revision}."

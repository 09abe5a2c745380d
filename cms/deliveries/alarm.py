"""The banner on every page: deliveries that should have gone out, a scheduler that nobody has seen for a while, or a
channel that needs its admin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from flask import current_app, url_for
from flask_login import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from channels.words import N_, Words
from cms.core.database import db
from cms.core.permissions import Action
from cms.deliveries.queries import words
from cms.models.people import Unit
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.output.language import say
from scheduler import health
from scheduler.storage.tables import Channel

KEY = "dakenh-alarm"
GOOD_FOR = timedelta(seconds=5)
"""How long one look at the database serves all pages of this process."""

MOST = 100
"""So many channels in trouble are looked at."""


@dataclass(frozen=True, slots=True)
class Troubled:
    """A channel that stands still, or will soon; ``problem`` is what its admin is told, ``path`` that of its unit."""

    id: int
    name: str
    problem: str | Words
    path: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the database said at ``at``: seconds since a scheduler was seen (None: never), deliveries overdue,
    channels in trouble."""

    at: datetime
    age: float | None
    overdue: int
    channels: tuple[Troubled, ...] = ()


def sentence(reading: Reading) -> Words | None:
    """Return what people must know, or None if all is well."""
    stopped = reading.age is None or reading.age >= health.OLD_HEARTBEAT_S
    if stopped and reading.age is None:
        return Words(N_("Bộ phát hành chưa chạy lần nào nên chưa bài nào lên kênh; hãy báo người vận hành."))
    if stopped:
        return Words(
            N_("Bộ phát hành không chạy đã %(minutes)s phút nên bài không lên kênh đúng giờ; hãy báo người vận hành."),
            {"minutes": max(1, int((reading.age or 0) // 60))},
        )
    if reading.overdue:
        return Words(
            N_("%(count)s lượt phát hành đã quá giờ hẹn mà chưa xong; hãy xem danh sách."), {"count": reading.overdue}
        )
    return None


class Watch:
    """Keeps the last reading of this process for a few seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: Reading | None = None

    def reading(self, at: datetime) -> Reading:
        """Return a reading that is not older than ``GOOD_FOR``."""
        with self._lock:
            if self._last is None or not timedelta() <= at - self._last.at < GOOD_FOR:
                connection = db.session.connection()
                age, overdue = health.heartbeat_age(connection, at), health.overdue(connection, at)
                self._last = Reading(at, age, overdue, troubled(db.session()))
            return self._last


def troubled(session: Session) -> tuple[Troubled, ...]:
    """Return the channels that have something to tell their admin."""
    query = (
        select(Channel.id, Channel.name, Channel.health_words, Unit.path, Channel.broken)
        .join(Unit, Unit.id == Channel.unit_id)
        .where(Channel.active, or_(Channel.health_words != "", Channel.broken_since.is_not(None)))
        .order_by(Channel.id)
        .limit(MOST)
    )
    return tuple(
        Troubled(id_, name, words(broken) or said, path) for id_, name, said, path, broken in session.execute(query)
    )


def of_channels(channels: Sequence[Troubled]) -> Words | None:
    """Return what the admin of ``channels`` must know, or None if there are none."""
    if len(channels) == 1:
        said = _said(channels[0].problem)
        return Words(N_("Kênh %(name)s: %(problem)s"), {"name": channels[0].name, "problem": said})
    if channels:
        return Words(N_("%(count)s kênh cần người quản trị xem lại; hãy mở danh sách kênh."), {"count": len(channels)})
    return None


def _said(problem: str | Words) -> str:
    return say(problem) if isinstance(problem, Words) else problem


def banner() -> dict[str, Any]:
    """Give templates ``alarm``: address and text for those who can open the list, the text alone for others."""
    if not (current_user and current_user.is_authenticated):
        return {"alarm": None}
    watch: Watch = current_app.extensions.setdefault(KEY, Watch())
    reading = watch.reading(now())
    words = sentence(reading)
    if words is None:
        return {"alarm": _of_own_channels(reading)}
    if not current_actor().may(Action.SEE_DELIVERIES):
        return {"alarm": say(words)}
    return {"alarm": {"url": url_for("deliveries.index", overdue=1), "text": say(words)}}


def _of_own_channels(reading: Reading) -> dict[str, str] | None:
    actor = current_actor()
    own = [one for one in reading.channels if actor.may(Action.MANAGE_CHANNELS, one.path)]
    words = of_channels(own)
    if words is None:
        return None
    where = url_for("channels.show", channel_id=own[0].id) if len(own) == 1 else url_for("channels.index")
    return {"url": where, "text": say(words)}

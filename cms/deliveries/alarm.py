"""The banner on every page: deliveries that should have gone out, or a scheduler that nobody has seen for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from flask import current_app, url_for
from flask_login import current_user

from channels.words import N_, Words
from cms.database import db
from cms.people.permissions import Action
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.language import say
from scheduler import health

KEY = "dakenh-alarm"
GOOD_FOR = timedelta(seconds=5)
"""How long one look at the database serves all pages of this process."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the database said at ``at``: seconds since a scheduler was seen (None: never), deliveries overdue."""

    at: datetime
    age: float | None
    overdue: int


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
                self._last = Reading(at, health.heartbeat_age(connection, at), health.overdue(connection, at))
            return self._last


def banner() -> dict[str, Any]:
    """Give templates ``alarm``: address and text for those who can open the list, the text alone for others."""
    if not (current_user and current_user.is_authenticated):
        return {"alarm": None}
    watch: Watch = current_app.extensions.setdefault(KEY, Watch())
    words = sentence(watch.reading(now()))
    if words is None:
        return {"alarm": None}
    if not current_actor().may(Action.SEE_DELIVERIES):
        return {"alarm": say(words)}
    return {"alarm": {"url": url_for("deliveries.index", overdue=1), "text": say(words)}}

"""Live items of push channels, read back from time to time, so that what was changed there by hand is noticed.

A look changes nothing at the provider. Bad news is believed when a second look a little later says the same; then the
delivery is marked and comes to a person, and what readers no longer see stops counting. An item that is as sent again
is marked no more. The engine goes before: a look is taken only while half of the account's calls are left.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, update

from channels import registry
from channels.contract import ChannelError, Order
from channels.observing import LiveStanding, Observed, Observes
from channels.words import N_, Words
from scheduler.decisions.backoff import capacity
from scheduler.decisions.outcomes import Changes, words_column
from scheduler.decisions.states import RESEND, DeliveryState, Desired, Health
from scheduler.engine.calling import redact
from scheduler.followers.accounts import Accounts, OpenedAccount
from scheduler.storage.rates import account_of, keep_bucket, open_bucket
from scheduler.storage.rows import CHANNEL, DELIVERY, AnyRow, receipt_of, renditions

log = logging.getLogger(__name__)

SURE = timedelta(minutes=2)
"""Bad news is believed when it is the same so much later."""
FRESH, RECENT = timedelta(days=2), timedelta(days=31)
EVERY_FRESH, EVERY_RECENT, EVERY_OLD = timedelta(hours=1), timedelta(hours=12), timedelta(days=7)
"""Between two looks at an item of up to ``FRESH``, up to ``RECENT``, and older."""
AFTER_TROUBLE = timedelta(minutes=15)
GAP = 5.0
"""Seconds between two looks of one worker: at most twelve a minute."""

GONE = N_(
    "Bài không còn trên kênh, có thể đã bị xóa ở đó, nên thôi được tính. "
    "Chọn “Ghi nhận đã gỡ”, hoặc “Đăng lại” nếu vẫn cần bài."
)
HIDDEN = N_("Bài đang bị ẩn trên kênh nên thôi được tính. Bấm “Thử lại ngay” để hiện lại, hoặc thu hồi bài.")
CHANGED = N_("Bài trên kênh khác bản đã duyệt, có thể đã bị sửa ở đó. Bấm “Thử lại ngay” để đưa bản đã duyệt trở lại.")
SENTENCES = {LiveStanding.GONE: GONE, LiveStanding.HIDDEN: HIDDEN, LiveStanding.CHANGED: CHANGED}
MARKS = frozenset(standing.value for standing in SENTENCES)

_NAMES = (
    *("id", "key", "channel_id", "rendition_id", "live_rendition_id", "schedule_version", "token", "state", "until"),
    *("live_at", "provider_id", "link", "evidence", "observed"),
)


class Reconciliation:
    """Looks at the live items that are due, one at a time."""

    def __init__(self, accounts: Accounts) -> None:
        self._tools = accounts
        self._next = float("-inf")

    def work_one(self) -> bool:
        """Look at one item; return whether one was due. Between two looks some seconds pass."""
        return time.monotonic() >= self._next and self.look_once()

    def look_once(self) -> bool:
        """Look at the item that is longest due; return whether there was one that may be looked at."""
        with self._tools.database.connect() as connection:
            if connection.execute(_due(self._tools.clock())).first() is None:
                return False
        found = self._tools.ledger.write(self._claim)
        self._next = time.monotonic() + GAP
        if found is None:
            return False
        row, opened, order = found
        changes = self._seen(row, opened, order)
        self._tools.ledger.write(lambda connection: _keep(connection, row, changes))
        return True

    def _claim(self, connection: Connection) -> tuple[AnyRow, OpenedAccount, Order] | None:
        """Take the item that is longest due, if its account has calls to spare; nobody else looks at it meanwhile."""
        now = self._tools.clock()
        row = connection.execute(_due(now).with_for_update(skip_locked=True, of=DELIVERY)).one_or_none()
        if row is None:
            return None
        later = update(DELIVERY).where(DELIVERY.c.id == row.id).values(look_at=now + AFTER_TROUBLE)
        connection.execute(later)
        calls = _spare(connection, row.channel_id, now)
        opened = self._tools.open(connection, row.channel_id, calls) if calls else None
        if opened is None:
            return None
        good, bad = renditions(connection, [row.live_rendition_id])
        if bad:
            log.error("delivery %s: not looked at: %s", row.id, bad[row.live_rendition_id])
            return None
        return row, opened, Order(row.key, good[row.live_rendition_id], live=receipt_of(row))

    def _seen(self, row: AnyRow, opened: OpenedAccount, order: Order) -> Changes:
        now, adapter = self._tools.clock(), registry.push(opened.kind)
        if not isinstance(adapter, Observes):
            return {"look_at": None}
        try:
            return after(row, adapter.observe(order, opened.account), now)
        except ChannelError as error:
            log.info("delivery %s: could not be looked at: %s", row.id, redact(error.detail, opened.account))
        except Exception as error:
            log.error("delivery %s: look: unexpected %s", row.id, redact(repr(error), opened.account))
        return {"look_at": now + AFTER_TROUBLE}


def after(row: AnyRow, seen: Observed, now: datetime) -> Changes:
    """Return the changes of a delivery that was seen so. Pure."""
    again = {"look_at": now + _every(now - row.live_at)}
    if seen.standing is LiveStanding.UNTOLD or row.observed == seen.standing.value:
        return again
    if seen.standing is LiveStanding.AS_SENT:
        healed = {"state": DeliveryState.LIVE, "problem": {}, "next_at": row.until}
        return {**again, "observed": "", **(healed if row.observed in MARKS else {})}
    if row.observed not in {_suspected(seen), *MARKS}:
        return {"look_at": now + SURE, "observed": _suspected(seen)}
    words = Words(SENTENCES[seen.standing])
    problem = {"kind": f"observed_{seen.standing.value}", **words_column(words), "detail": ", ".join(seen.differs)}
    state = DeliveryState.UNKNOWN if seen.standing is LiveStanding.GONE else DeliveryState.LIVE
    return {**again, "state": state, "observed": seen.standing.value, "problem": problem}


def _suspected(seen: Observed) -> str:
    """What stands in ``observed`` between the first look with bad news and the second."""
    return f"?{seen.standing.value}"


def _every(age: timedelta) -> timedelta:
    if age <= FRESH:
        return EVERY_FRESH
    return EVERY_RECENT if age <= RECENT else EVERY_OLD


def _spare(connection: Connection, channel_id: int, now: datetime) -> int:
    """The calls of a look if the account has them to spare, else 0."""
    channel = connection.execute(select(CHANNEL.c.kind, CHANNEL.c.settings).where(CHANNEL.c.id == channel_id)).one()
    adapter = registry.push(channel.kind)
    if not isinstance(adapter, Observes):
        return 1
    account = account_of(channel.kind, channel_id, channel.settings)
    bucket = open_bucket(connection, account, adapter.calls_per_minute, now)
    keep_bucket(connection, account, bucket)
    calls = adapter.calls_of_a_look
    return calls if bucket.tokens >= calls + capacity(adapter.calls_per_minute) / 2 else 0


def _due(now: datetime) -> Select[Any]:
    """The item that is longest due: settled at a channel that works, live or believed gone."""
    gone = and_(DELIVERY.c.state == DeliveryState.UNKNOWN, DELIVERY.c.observed == LiveStanding.GONE.value)
    rests = or_(CHANNEL.c.resume_at.is_(None), CHANNEL.c.resume_at <= now)
    due: tuple[ColumnElement[bool], ...] = (
        DELIVERY.c.look_at <= now,
        or_(DELIVERY.c.state == DeliveryState.LIVE, gone),
        DELIVERY.c.desired == Desired.LIVE,
        DELIVERY.c.live_rendition_id == DELIVERY.c.rendition_id,
        DELIVERY.c.lease_owner.is_(None),
        DELIVERY.c.observed != RESEND,
        DELIVERY.c.provider_id.is_not(None),
        CHANNEL.c.active,
        CHANNEL.c.health == Health.OK,
        rests,
    )
    found = select(*(DELIVERY.c[name] for name in _NAMES)).join(CHANNEL, CHANNEL.c.id == DELIVERY.c.channel_id)
    return found.where(*due).order_by(DELIVERY.c.look_at, DELIVERY.c.id).limit(1)


def _keep(connection: Connection, row: AnyRow, changes: Changes) -> None:
    """Write what was seen, unless the engine or a person was at the delivery meanwhile."""
    same = (
        DELIVERY.c.id == row.id, DELIVERY.c.token == row.token, DELIVERY.c.schedule_version == row.schedule_version,
        DELIVERY.c.state == row.state, DELIVERY.c.lease_owner.is_(None),
        DELIVERY.c.live_rendition_id == row.live_rendition_id,
    )  # fmt: skip
    kept = connection.execute(update(DELIVERY).where(*same).values(changes)).rowcount == 1
    if kept and changes.get("observed") in MARKS:
        log.warning("delivery %s: %s at the provider", row.id, changes["observed"])

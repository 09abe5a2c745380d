"""A trial item: made hidden by the real adapter, found, removed and looked for again; each step told as it happens."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from channels import registry
from channels.contract import (
    ChannelError,
    Continue,
    ErrorKind,
    Order,
    PushAdapter,
    Receipt,
    Rendition,
)
from channels.observing import shows_after
from channels.words import N_, Words
from scheduler.decisions.outcomes import Changes
from scheduler.engine.calling import redact
from scheduler.engine.claims import Lease
from scheduler.followers.accounts import BAD_SETTINGS, Accounts, OpenedAccount
from scheduler.followers.claims import claim, keep, put_down
from scheduler.followers.decisions import step_line
from scheduler.followers.rows import TRIAL
from scheduler.followers.states import Phase, TrialState
from scheduler.storage.error_log import is_away
from scheduler.storage.rows import AnyRow

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
CALLS = 1
SETTLE = 60.0
"""Seconds after which an item that was made shows up at the provider, if it was."""
LOOKS = 2
"""So many looks in vain, ``SETTLE`` apart, mean that the item was not made, or more where a kind shows items late."""
TRIES = 6
"""So many failures in a row, and a person is told to look."""

TAKEN = Words(N_("Kênh đã nhận bài thử và đang xử lý."))
MADE = N_("Bài thử đã có trên kênh, đang ẩn (mã %(id)s).")
UNCLEAR = Words(N_("Kênh không trả lời rõ khi nhận bài thử; đang tìm xem bài đã được tạo chưa."))
FOUND = N_("Đã tìm thấy bài thử trên kênh (mã %(id)s).")
REMOVED = Words(N_("Kênh đã nhận lệnh gỡ bài thử."))
CLEAN = Words(N_("Đã kiểm tra lại: bài thử không còn trên kênh. Kênh hoạt động tốt."))
UNCHECKED = Words(N_("Bài thử đã được gỡ nhưng chưa kiểm tra lại được; kênh không trả lời."))
NEVER_MADE = Words(N_("Đã tìm nhiều lần: bài thử không có trên kênh, không cần dọn gì. Hãy thử lại sau ít phút."))
NOTHING_LEFT = Words(N_("Không có gì được tạo trên kênh, không cần dọn gì."))
LEFT = N_(
    "Có thể còn bài ẩn “%(title)s” trên kênh. Hãy mở trang quản trị của kênh, mục Bài viết, và xóa bài này nếu thấy."
)
AGAIN = N_("%(problem)s Sẽ thử lại.")
AWAY = Words(N_("Cơ sở dữ liệu đang bận nên bước này chưa làm được; sẽ thử lại."))
BROKEN = Words(N_("Phần mềm gặp lỗi khi chạy bài thử; hãy báo người quản trị."))


@dataclass(frozen=True, slots=True)
class TrialStep:
    """What one step came to: lines to tell and columns to change; ``state`` if it was the last."""

    lines: tuple[dict[str, Any], ...] = ()
    changes: Mapping[str, Any] | None = None


class Trials:
    """Drives the trials that are due, one step at a time."""

    def __init__(self, accounts: Accounts) -> None:
        self._tools = accounts
        self._lease = Lease(accounts.config.worker, LEASE)

    def work_one(self) -> bool:
        """Make one step of one trial; return whether one was due."""
        found = self._tools.ledger.write(self._claim) if self._tools.due(TRIAL) else None
        if found is None:
            return False
        row, opened = found
        step = self._step(row, opened)
        changes: Changes = {**(step.changes or {}), "steps": [*row.steps, *step.lines]}
        self._tools.ledger.write_surely(
            lambda connection: put_down(connection, TRIAL, row, self._lease.worker, changes),
            patience=LEASE.total_seconds() / 2,
        )
        return True

    def _claim(self, connection: Connection) -> tuple[AnyRow, OpenedAccount | None] | None:
        row = claim(connection, TRIAL, self._lease, self._tools.clock())
        return None if row is None else (row, self._tools.open(connection, row.channel_id, CALLS))

    def _step(self, row: AnyRow, opened: OpenedAccount | None) -> TrialStep:
        now = self._tools.clock()
        if opened is None:
            return _end(now, TrialState.FAILED, BAD_SETTINGS, "")
        if row.called_at is not None:  # the worker that made the item died, or the answer was unclear
            return self._find(row, opened)
        try:
            return _STEPS[Phase(row.phase)](self, row, opened)
        except ChannelError as error:
            return self._failed(row, error, redact(error.detail, opened.account))
        except Exception as error:
            detail = redact(f"{type(error).__name__}: {error}", opened.account)
            if is_away(error) and row.tries + 1 < TRIES:
                return self._away(row, detail)
            log.exception("trial %s: unexpected %s", row.id, detail)
            return _left(row, now, BROKEN, detail)

    def _publish(self, row: AnyRow, opened: OpenedAccount) -> TrialStep:
        first = not row.progress.get("repeatable", False)
        now = self._tools.clock()
        if first and not self._stamp(row, now):
            return TrialStep()
        answer = _adapter(opened).publish(_order(row), opened.account)
        if isinstance(answer, Receipt):
            made = Words(MADE, {"id": answer.provider_id})
            return TrialStep(
                (self._line(made),), _onward(Phase.REMOVE, self._tools.clock(), provider_id=answer.provider_id)
            )
        return self._going_on(answer, first)

    def _going_on(self, answer: Continue, first: bool) -> TrialStep:
        now = self._tools.clock()
        progress = {"step": dict(answer.progress), "repeatable": answer.repeatable}
        lines = (self._line(TAKEN),) if first else ()
        return TrialStep(lines, _onward(Phase.PUBLISH, now + timedelta(seconds=answer.after), progress=progress))

    def _stamp(self, row: AnyRow, now: datetime) -> bool:
        """Write down that the item is being made, before it is."""
        return self._tools.ledger.write(
            lambda connection: keep(connection, TRIAL, row, self._lease.worker, {"called_at": now})
        )

    def _find(self, row: AnyRow, opened: OpenedAccount) -> TrialStep:
        now = self._tools.clock()
        try:
            receipt = _adapter(opened).find(_order(row, called_at=row.called_at), opened.account)
        except ChannelError as error:
            detail = redact(error.detail, opened.account)
            if row.tries + 1 >= TRIES or error.kind in {ErrorKind.AUTH, ErrorKind.REJECTED}:
                return _left(row, now, error.words, detail)
            return TrialStep((), {"tries": row.tries + 1, "next_at": now + _wait(row.tries), "phase": Phase.FIND})
        if receipt is not None:
            onward = _onward(Phase.REMOVE, now, provider_id=receipt.provider_id, called_at=None)
            return TrialStep((self._line(Words(FOUND, {"id": receipt.provider_id})),), onward)
        looks = int(row.progress.get("looks", 0)) + 1
        if looks >= LOOKS and (looks - 1) * SETTLE >= shows_after(_adapter(opened)).total_seconds():
            return _end(now, TrialState.FAILED, NEVER_MADE, "")
        later = {"progress": {**row.progress, "looks": looks}, "next_at": now + timedelta(seconds=SETTLE)}
        return TrialStep((), {**later, "phase": Phase.FIND})

    def _remove(self, row: AnyRow, opened: OpenedAccount) -> TrialStep:
        _adapter(opened).retract(_order(row, live=Receipt(row.provider_id or "")), opened.account)
        return TrialStep((self._line(REMOVED),), _onward(Phase.CHECK, self._tools.clock()))

    def _check(self, row: AnyRow, opened: OpenedAccount) -> TrialStep:
        """Look for the item among all, as somebody would who knows only its title."""
        order = Order(_key(row), _rendition(row), called_at=row.created_at)
        still = _adapter(opened).find(order, opened.account)
        now = self._tools.clock()
        if still is None:
            return TrialStep((step_line(now, True, CLEAN),), _ended(now, TrialState.DONE))
        if row.tries + 1 >= TRIES:
            return _left(row, now, Words(FOUND, {"id": still.provider_id}), "")
        return TrialStep((), {"phase": Phase.REMOVE, "tries": row.tries + 1, "next_at": now + _wait(row.tries)})

    def _failed(self, row: AnyRow, error: ChannelError, detail: str) -> TrialStep:
        now, phase = self._tools.clock(), Phase(row.phase)
        begun = bool(row.progress.get("step")) or phase is not Phase.PUBLISH
        if error.kind is ErrorKind.UNCERTAIN and phase is Phase.PUBLISH:
            onward = {"phase": Phase.FIND, "tries": 0, "next_at": now + timedelta(seconds=SETTLE)}
            return TrialStep((step_line(now, False, UNCLEAR, detail),), onward)
        if not begun:
            return _end(now, TrialState.FAILED, error.words, detail, NOTHING_LEFT)
        if phase is Phase.CHECK and row.tries + 1 >= TRIES:
            return TrialStep((step_line(now, False, UNCHECKED, detail),), _ended(now, TrialState.DONE))
        if error.kind in {ErrorKind.AUTH, ErrorKind.REJECTED} or row.tries + 1 >= TRIES:
            return _left(row, now, error.words, detail)
        again = {"called_at": None, "tries": row.tries + 1, "next_at": now + _wait(row.tries)}
        if error.progress is not None:
            again["progress"] = {"step": dict(error.progress), "repeatable": True}
        return TrialStep((step_line(now, False, Words(AGAIN, {"problem": str(error.words)}), detail),), again)

    def _away(self, row: AnyRow, detail: str) -> TrialStep:
        """The database could not be asked before or after the call; what was stamped is looked for."""
        now = self._tools.clock()
        again = {"tries": row.tries + 1, "next_at": now + _wait(row.tries)}
        return TrialStep((step_line(now, False, AWAY, detail),), again)

    def _line(self, words: Words) -> dict[str, Any]:
        return step_line(self._tools.clock(), True, words)


_STEPS = {
    Phase.PUBLISH: Trials._publish,
    Phase.FIND: Trials._find,
    Phase.REMOVE: Trials._remove,
    Phase.CHECK: Trials._check,
}


def _adapter(opened: OpenedAccount) -> PushAdapter:
    return registry.push(opened.kind)


def _key(row: AnyRow) -> str:
    return f"trial-{row.id}"


def _rendition(row: AnyRow) -> Rendition:
    return Rendition("trial", row.document)


def _order(row: AnyRow, *, live: Receipt | None = None, called_at: datetime | None = None) -> Order:
    return Order(_key(row), _rendition(row), live, row.progress.get("step", {}), called_at)


def _wait(tries: int) -> timedelta:
    return timedelta(seconds=min(60.0, 5.0 * 2**tries))


def _onward(phase: Phase, at: datetime, **more: Any) -> Changes:
    return {"phase": phase, "next_at": at, "tries": 0, "called_at": None, **more}


def _ended(now: datetime, state: TrialState) -> Changes:
    return {"state": state, "next_at": None, "called_at": None, "ended_at": now}


def _end(now: datetime, state: TrialState, words: Words, detail: str, *more: Words) -> TrialStep:
    lines = (step_line(now, False, words, detail), *(step_line(now, True, one) for one in more))
    return TrialStep(lines, _ended(now, state))


def _left(row: AnyRow, now: datetime, words: Words, detail: str) -> TrialStep:
    """Something may be left behind: say so, by the title that a person will see."""
    title = str(row.document.get("article", {}).get("title", ""))
    left = step_line(now, False, Words(LEFT, {"title": title}))
    return TrialStep((step_line(now, False, words, detail), left), _ended(now, TrialState.LEFT))

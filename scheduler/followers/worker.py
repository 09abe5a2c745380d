"""The threads of a scheduler process that do this package's work. A slow account never holds up a broadcast."""

import logging
from collections.abc import Sequence
from threading import Event, Thread
from typing import Protocol

from scheduler.followers.accounts import Accounts
from scheduler.followers.looking import Looks
from scheduler.followers.sending import Broadcasts
from scheduler.followers.trying import Trials

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two looks when nothing was due: a few index look-ups."""
IN_TROUBLE = 5.0


class Work(Protocol):
    """Something that is done piece by piece."""

    def work_one(self) -> bool:
        """Do one piece; return whether there was one."""
        ...


class FollowersWorker:
    """Two threads send broadcasts, two do what may wait; ``run_due`` does all that is due in the calling thread."""

    def __init__(self, accounts: Accounts) -> None:
        self._stopping = Event()
        self._lanes: Sequence[Sequence[Work]] = [
            [Broadcasts(accounts)],
            [Broadcasts(accounts)],
            [Trials(accounts), Looks(accounts)],
            [Looks(accounts), Trials(accounts)],
        ]
        self._threads: list[Thread] = []

    def run_due(self) -> int:
        """Do everything that is due now; return how many pieces."""
        done = 0
        while any(work.work_one() for lane in self._lanes for work in lane):
            done += 1
        return done

    def start(self) -> None:
        """Begin to work."""
        for number, lane in enumerate(self._lanes):
            thread = Thread(target=self._run, args=(lane,), name=f"followers-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Begin nothing more; return when what is in hand is done."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, lane: Sequence[Work]) -> None:
        while not self._stopping.is_set():
            try:
                busy = sum(work.work_one() for work in lane)
            except Exception:
                log.exception("work on followers failed; trying again in %s s", IN_TROUBLE)
                self._stopping.wait(IN_TROUBLE)
                continue
            if not busy:
                self._stopping.wait(PAUSE)

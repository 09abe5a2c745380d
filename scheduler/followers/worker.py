"""The threads of a scheduler process that do this package's work. A slow account never holds up a broadcast."""

from collections.abc import Sequence
from threading import Event, Thread
from typing import Protocol

from scheduler.engine.observing import Reconciliation
from scheduler.followers.accounts import Accounts
from scheduler.followers.looking import Looks
from scheduler.followers.sending import Broadcasts
from scheduler.followers.trying import Trials
from scheduler.storage.error_log import DatabaseErrorLog

PATIENCE = 4.0
"""Seconds between two looks when nothing was due: a few index look-ups, so idleness costs next to nothing."""
IN_TROUBLE = 5.0


class Work(Protocol):
    """Something that is done piece by piece."""

    def work_one(self) -> bool:
        """Do one piece; return whether there was one."""
        ...


def lanes(accounts: Accounts) -> Sequence[Sequence[Work]]:
    """What each thread does."""
    return [
        [Broadcasts(accounts)],
        [Broadcasts(accounts)],
        [Trials(accounts), Looks(accounts), Reconciliation(accounts)],
        [Looks(accounts), Trials(accounts)],
    ]


class FollowersWorker:
    """Two threads send broadcasts, two do what may wait; ``run_due`` does all that is due in the calling thread.

    Of each two the first looks for work, and wakes the second when it has found some.
    """

    def __init__(self, lanes: Sequence[Sequence[Work]]) -> None:
        self._stopping = Event()
        self._lanes = lanes
        self._found = [Event() for _ in self._lanes]
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
            thread = Thread(target=self._run, args=(number, lane), name=f"followers-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Begin nothing more; return when what is in hand is done."""
        self._stopping.set()
        for found in self._found:
            found.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int, lane: Sequence[Work]) -> None:
        looks, partner = number % 2 == 0, self._found[number ^ 1]
        trouble = DatabaseErrorLog(f"followers-{number}")
        while not self._stopping.is_set():
            if not looks:
                self._found[number].wait()
                self._found[number].clear()
            self._work(lane, partner, trouble)
            if looks:
                self._stopping.wait(PATIENCE)

    def _work(self, lane: Sequence[Work], partner: Event, trouble: DatabaseErrorLog) -> None:
        """Work until nothing is due; whoever finds something wakes the other thread of the two."""
        while not self._stopping.is_set():
            try:
                found = sum(work.work_one() for work in lane)
                trouble.over()
                if not found:
                    return
                partner.set()
            except Exception as error:
                trouble.tell(error)
                self._stopping.wait(IN_TROUBLE)

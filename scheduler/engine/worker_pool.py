"""The threads that work push channels side by side, so that a slow provider holds up nobody else."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition


class WorkerPool:
    """Runs one piece of work per channel at a time. With ``threads=0`` the work is done in the calling thread."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lane") if threads else None
        self._threads = max(1, threads)
        self._news = Condition()
        self._stirred = False
        self._running: dict[int, Future[int]] = {}

    @property
    def busy(self) -> frozenset[int]:
        """The channels that are being worked."""
        return frozenset(self._running)

    @property
    def free(self) -> int:
        """How many more channels can be taken on."""
        return self._threads - len(self._running)

    def start(self, channel_id: int, work: Callable[[], int]) -> None:
        """Begin ``work`` for the channel."""
        if self._pool is None:
            future: Future[int] = Future()
            try:
                future.set_result(work())
            except Exception as error:
                future.set_exception(error)
            self._running[channel_id] = future
            return
        self._running[channel_id] = self._pool.submit(work)
        self._running[channel_id].add_done_callback(lambda _future: self.stir())

    def stir(self) -> None:
        """Wake whoever waits in ``wait``: there is something new to look at."""
        with self._news:
            self._stirred = True
            self._news.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until some work is done, ``stir`` is called or ``seconds`` have passed."""
        with self._news:
            if not self._stirred and not any(future.done() for future in self._running.values()):
                self._news.wait(seconds)
            self._stirred = False

    def collect(self) -> dict[int, Future[int]]:
        """Return the work that is done, by channel, and forget it."""
        done = {channel_id: future for channel_id, future in self._running.items() if future.done()}
        for channel_id in done:
            del self._running[channel_id]
        return done

    def close(self) -> None:
        """Wait for all work and end the threads."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)

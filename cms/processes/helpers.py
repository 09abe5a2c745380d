"""The helpers of a web worker, as it sees them: each does one request at a time and is killed when it is late."""

import os
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import BoundedSemaphore, Lock

from cms.processes.messages import Answer, Asked, receive_answer, send_asked

FORK_S = 10.0
"""How long a fork may take on a busy machine."""


class TooSlow(Exception):
    """The request took longer than it may; its helper was killed, and with it whatever it had not committed."""


class Broken(Exception):
    """The helper ended in the middle of the request."""


class Helper:
    """One helper process."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid, self._line = pid, line

    def ask(self, asked: Asked, deadline: float) -> Answer:
        """Return the answer; raise ``TimeoutError``, ``EOFError`` or ``OSError``."""
        self._line.settimeout(max(0.05, deadline - time.monotonic()))
        send_asked(self._line, asked)
        self._line.settimeout(max(0.05, deadline - time.monotonic()))
        return receive_answer(self._line)

    def waits(self) -> bool:
        """Whether it is there and has nothing to say."""
        self._line.settimeout(0)
        try:
            self._line.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def end(self) -> None:
        """Kill it. Its socket is closed after that, so that its number is still its own."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._line.close()


class Helpers:
    """At most ``count`` helper processes, forked by the process behind ``zygote``, again whenever one has ended.

    ``tell`` is called for each helper that did not end by its own will; ``give_up`` when no more can be forked, because
    the process that forks them is gone.
    """

    def __init__(
        self, count: int, zygote: socket.socket, tell: Callable[[], None], give_up: Callable[[], None]
    ) -> None:
        self.count = count
        self._zygote, self._tell, self._give_up = zygote, tell, give_up
        self._zygote.settimeout(FORK_S)
        self._free = BoundedSemaphore(count)
        self._idle: deque[Helper] = deque()
        self._forking = Lock()

    def fork_all(self) -> None:
        """Have all of them ready: until they are used they share their memory, and the first to ask does not wait."""
        while len(self._idle) < self.count:
            self._idle.append(self._forked())

    def answer(self, asked: Asked, limit_s: float) -> Answer:
        """Have a request answered within ``limit_s`` seconds; raise ``TooSlow`` or ``Broken``."""
        deadline = time.monotonic() + limit_s
        if not self._free.acquire(timeout=limit_s):
            raise TooSlow
        try:
            return self._answered(asked, deadline)
        finally:
            self._free.release()

    def _answered(self, asked: Asked, deadline: float) -> Answer:
        helper = self._lease()
        try:
            answer = helper.ask(asked, deadline)
        except TimeoutError:
            self._lose(helper)
            raise TooSlow from None
        except (OSError, EOFError):
            self._lose(helper)
            raise Broken from None
        except BaseException:
            helper.end()
            raise
        self._idle.append(helper)
        return answer

    def _lease(self) -> Helper:
        while self._idle:
            with suppress(IndexError):
                helper = self._idle.pop()
                if helper.waits():
                    return helper
                helper.end()
        return self._forked()

    def _lose(self, helper: Helper) -> None:
        helper.end()
        self._tell()

    def _forked(self) -> Helper:
        try:
            with self._forking:
                self._zygote.sendall(b"+")
                told, lines, _, _ = socket.recv_fds(self._zygote, 8, 1)
            if lines:
                return Helper(int.from_bytes(told, "big"), socket.socket(fileno=lines[0]))
        except OSError:
            pass
        self._give_up()
        raise Broken

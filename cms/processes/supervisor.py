"""The children of ``dakenh serve``: one that ends is started again; all end together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import click

from cms.core import clock
from cms.processes.pauses import Pauses
from cms.processes.restarts import Restarts


@dataclass
class Child:
    """One child process and when it may be started again after it ended (monotonic seconds).

    ``listening`` is the socket that it serves, kept here so that whoever connects while it is away waits for the next.
    """

    name: str
    listening: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None
    again_at: float = 0.0
    pauses: Pauses = field(default_factory=Pauses)

    def start(self) -> None:
        """Start the command ``dakenh <name>``, which ends when this process does."""
        command = [sys.executable, "-m", "cms.app.cli", self.name, "--kept-by", str(os.getpid())]
        given = [] if self.listening is None else [self.listening.fileno()]
        command += [word for number in given for word in ("--listen-on", str(number))]
        self.process = subprocess.Popen(command, pass_fds=given)  # noqa: S603

    def tend(self, at: float) -> bool:
        """Start it if it is due; return whether it has ended since the last look."""
        if self.process is None:
            if at >= self.again_at:
                self.start()
            return False
        code = self.process.poll()
        if code is None:
            return False
        pause = self.pauses.after_end(at)
        when = f"sau {pause:.0f} giây" if pause else "ngay"
        click.echo(f"dakenh {self.name} đã dừng (mã {code}); chạy lại {when}.", err=True)
        self.process, self.again_at = None, at + pause
        if not pause:
            self.start()
        return True


class Supervisor:
    """The children of ``serve``. SIGTERM or SIGINT ends them, each with time to finish what is in hand."""

    GRACE_S = 20
    LOOK_EVERY_S = 0.1

    def __init__(self, hands: list[Child], restarts: Restarts, now: Callable[[], datetime] = clock.utc_now) -> None:
        self.hands, self.restarts, self.now = hands, restarts, now
        self.stopping = False

    def work(self) -> None:
        """Tend the children until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            for hand in self.hands:
                if hand.tend(time.monotonic()):
                    self.restarts.add(hand.name, self.now())
            time.sleep(self.LOOK_EVERY_S)
        self._end()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _end(self) -> None:
        running = [hand.process for hand in self.hands if hand.process and hand.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self.GRACE_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

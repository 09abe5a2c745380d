"""The web server: one process that holds the address and keeps its workers running, each replaced alone."""

import errno
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from granian import net
from granian.constants import Interfaces
from granian.server.common import AbstractServer
from granian.server.mp import MPServer

from cms.admission.gate import KEY, AdmissionGate
from cms.core import clock
from cms.core.settings import BadSetting, Settings
from cms.processes.helpers import Helpers
from cms.processes.parent import die_with_parent
from cms.processes.pauses import Pauses
from cms.processes.restarts import Restarts
from cms.processes.zygote import fork_zygote

WORKER, HELPER = "web-worker", "helper"
"""The names under which restarts of workers, and ends of their helpers, are counted."""

BACKLOG = 1024
STOP_S = 15
"""How long a worker may finish its requests when it is told to stop; less than ``Crew.GRACE_S``."""

FORKS_AT_ONCE = 10
"""Ends of a worker within a minute after which a new one is forked at once: it takes a few hundredths of a second."""

PLACE_S = 10.0
"""How long an address in use is waited for: a server that is just ending lets it go."""


class WebServer(MPServer):
    """Granian's server of processes with two differences, both for the moment in which a worker dies.

    The main process owns the listening socket, so that whoever connects meanwhile waits for the new worker instead of
    being refused; and a worker that dies again soon is waited for, while Granian would end all others with it.
    """

    def __init__(self, listening: socket.socket, restarts: Restarts, **options: Any) -> None:
        super().__init__("cms.app.wsgi:application", **options)
        self._listening, self._restarts = listening, restarts
        self._pauses = [Pauses(FORKS_AT_ONCE) for _ in range(self.workers)]

    def _init_shared_socket(self) -> None:
        granian: Any = self  # its own attributes have no types
        holder: Any = vars(net)["SocketHolder"]
        granian._ssp, granian._sso, granian._sfd = None, self._listening, self._listening.fileno()
        granian._shd = holder(self._listening.fileno(), False, BACKLOG)

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        due: dict[int, float] = {}
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(_until_first(due))
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                break
            while self.interrupt_children:
                worker = self.interrupt_children.pop()
                due[worker] = time.monotonic() + self._pauses[worker].after_end(time.monotonic())
            for worker in [one for one, at in due.items() if at <= time.monotonic()]:
                del due[worker]
                self._restarts.add(WORKER, clock.utc_now())
                self._respawn_workers([worker], spawn_target, target_loader)
            if self.reload_signal:
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]


def _until_first(due: dict[int, float]) -> float | None:
    return max(0.0, min(due.values()) - time.monotonic()) if due else None


def load() -> Callable[..., Any]:
    """Return the application inside a new worker, which ends with the server's main process."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        die_with_parent(parent.pid)
    from cms.app.wsgi import application

    if hasattr(os, "fork"):
        _fork_helpers(application)
    return application


LISTENING: list[socket.socket] = []
"""The socket that the server of this process listens on, which helpers let go."""


def _let_go() -> None:
    for one in LISTENING:
        one.close()


def _fork_helpers(application: Any) -> None:
    """Give the worker its helpers. They are forked here, before the worker has a second thread or a connection."""
    gate: AdmissionGate = application.extensions[KEY]
    found: Settings = application.extensions["dakenh"].settings
    if not found.helpers:
        return
    zygote = fork_zygote(gate.inner, _let_go)
    restarts = Restarts(found.home)
    helpers = Helpers(
        found.helpers,
        zygote,
        tell=lambda: restarts.add(HELPER, clock.utc_now()),
        give_up=lambda: os.kill(os.getpid(), signal.SIGTERM),  # a new worker has new ones
    )
    helpers.fork_all()
    gate.helpers = helpers


def run(settings: Settings, threads: int, listening: socket.socket) -> None:
    """Serve until told to stop."""
    if sys.platform.startswith("linux"):
        multiprocessing.set_start_method("fork", force=True)
        import cms.app.wsgi  # noqa: F401 - before the workers are forked: a new one is there soon, and shares its memory

    LISTENING.append(listening)
    server = WebServer(
        listening,
        Restarts(settings.home),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=threads,
        blocking_threads_idle_timeout=settings.thread_idle_s,
        workers_kill_timeout=STOP_S,
        backlog=BACKLOG,
        websockets=False,
        log_access=False,
    )
    AbstractServer.serve(server, target_loader=load, wrap_loader=False)  # past the advice on numbers of threads


def listen(host: str, port: int, patience_s: float = PLACE_S) -> socket.socket:
    """Return a socket that listens there and that no other server shares; raise ``BadSetting``."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return _bound(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise BadSetting(
                    f"DAKENH_HOST, DAKENH_PORT: không mở được {host}:{port} ({os.strerror(error.errno or 0)})."
                ) from None
            if time.monotonic() >= deadline:
                raise taken(port) from None
        time.sleep(0.1)


def taken(port: int) -> BadSetting:
    """What to say when another program has the port."""
    return BadSetting(
        f"DAKENH_PORT: cổng {port} đang có chương trình khác dùng; hãy dừng chương trình ấy hoặc chọn cổng khác."
    )


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made

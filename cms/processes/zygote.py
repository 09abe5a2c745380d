"""Helpers: processes that answer dear requests, forked from one that has the application loaded and rests."""

import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

from cms.processes.messages import Answer, Asked, receive_asked, send_answer
from cms.processes.parent import die_with_parent
from cms.processes.threads import WsgiApp

NICER = 5
"""By so much helpers give way to what answers polls and pages."""

MOST_KB = 400_000
"""A helper that has ever held so much memory is replaced after its answer."""


def fork_zygote(app: WsgiApp, before: Callable[[], None]) -> socket.socket:
    """Fork the process that forks helpers and return the line to it; call it while there is one thread.

    ``before`` runs in the new process: it closes what must not be shared.
    """
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    if os.fork() == 0:
        try:
            ours.close()
            _settle(parent)
            before()
            _fork_helpers(theirs, app)
        finally:
            os._exit(0)
    theirs.close()
    return ours


def _settle(parent: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the server, which finishes what is in hand and then ends us
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for helpers
    die_with_parent(parent)
    with suppress(OSError):
        os.nice(NICER)


def _fork_helpers(line: socket.socket, app: WsgiApp) -> None:
    while line.recv(1):
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                line.close()
                theirs.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                die_with_parent(parent)
                _help(ours, app)
            finally:
                os._exit(0)
        ours.close()
        socket.send_fds(line, [pid.to_bytes(8, "big")], [theirs.fileno()])
        theirs.close()


def _help(line: socket.socket, app: WsgiApp) -> None:
    with suppress(EOFError, OSError):
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_KB:
            send_answer(line, answer(app, receive_asked(line)))


def answer(app: WsgiApp, asked: Asked) -> Answer:
    """Run a request through the application."""
    told: list[Any] = []
    environ: dict[str, Any] = {
        **asked.environ,
        "wsgi.version": (1, 0), "wsgi.input": BytesIO(asked.body), "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True, "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], None]:
        told[:] = [status, headers]
        return _no_write

    body = b"".join(app(environ, start_response))
    return Answer(told[0], told[1], body)


def _no_write(_part: bytes) -> None:
    raise NotImplementedError("answers are given back, not written")

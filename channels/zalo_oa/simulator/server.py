"""Runs the simulator on this machine."""

import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from channels.zalo_oa.simulator.app import make_app
from channels.zalo_oa.simulator.webhook import send_due

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

WEBHOOK_EVERY = 1.0
DAY = 86_400.0
LOOK_AGAIN = 5.0
"""Seconds until a taken address is looked at again."""
LOOKS = 6
"""So many looks a simulator of an earlier start has to end; who still answers then keeps the address for good."""


class Handler(WSGIRequestHandler):
    """Reads Zalo's own headers, and leaves the terminal alone: ``/nhat-ky`` shows the calls."""

    def make_environ(self) -> "WSGIEnvironment":
        """Add ``access_token`` and ``secret_key``: Werkzeug drops headers with an underscore, Zalo lives by them."""
        environ = super().make_environ()
        named = {name: value for name, value in self.headers.items() if "_" in name}
        return environ | {f"HTTP_{name.upper()}": value for name, value in named.items()}

    def connection_dropped(self, error: BaseException, environ: "WSGIEnvironment | None" = None) -> None:
        """Wait for no second request on a line that a fault has cut."""
        self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Server(ThreadedWSGIServer):
    """A threaded server that can end a connection with a reset, as a failing network does."""

    daemon_threads = True

    def __init__(self, host: str, port: int, app: "WSGIApplication") -> None:
        super().__init__(host, port, app, handler=Handler)

    @property
    def url(self) -> str:
        """The base address, without a trailing slash."""
        return f"http://{self.host}:{self.port}"

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close; without the polite end of sending where a fault asked for a reset."""
        if isinstance(request, socket.socket) and _ends_with_reset(request):
            request.close()
        else:
            super().shutdown_request(request)


def _ends_with_reset(line: socket.socket) -> bool:
    try:
        raw = line.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.calcsize("ii"))
    except OSError:
        return False
    return bool(struct.unpack("ii", raw)[0])


def is_taken(host: str, port: int) -> bool:
    """Whether somebody answers at the address already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as line:
        line.settimeout(1)
        return line.connect_ex((host, port)) == 0


def _stay_away(wait: Callable[[float], None]) -> NoReturn:
    while True:
        wait(DAY)


def wait_for_place(host: str, port: int, wait: Callable[[float], None] = time.sleep) -> None:
    """Return when nobody answers at the address.

    A server that goes on answering is left alone for ever: it may be stopped and started again, and must find its
    place free. Only what ends soon after our start, as the simulator of an earlier start does, is replaced.
    """
    looks = 0
    while is_taken(host, port):
        looks += 1
        if looks == LOOKS:
            log.warning("another server answers at %s:%s; the simulator leaves the address to it", host, port)
            _stay_away(wait)
        wait(LOOK_AGAIN)


def serve(host: str, port: int, state_path: Path) -> None:
    """Serve until interrupted. Give a loopback ``host``: the control addresses ask nobody who they are."""
    wait_for_place(host, port)
    app = make_app(state_path)
    stop = threading.Event()

    def send_events() -> None:
        while not stop.wait(WEBHOOK_EVERY):
            send_due(app.state)

    sender = threading.Thread(target=send_events, name="zalo-sim-webhook", daemon=True)
    sender.start()
    server = Server(host, port, app)
    try:
        server.serve_forever()
    finally:
        stop.set()
        server.server_close()
        sender.join()

"""``dakenh web``, ``scheduler``, ``zalo-sim``, and ``serve`` that keeps them all running."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import click

from cms.commands.application import settings
from cms.commands.setup import schema_problem
from cms.settings import BadSetting, Settings


@click.command()
def web() -> None:
    """Run the web server."""
    from granian import Granian
    from granian.constants import Interfaces

    found = _ready()
    Granian(
        "cms.wsgi:application",
        address=found.host,
        port=found.port,
        interface=Interfaces.WSGI,
        workers=found.web_workers,
        blocking_threads=8,
        websockets=False,
        log_access=False,
    ).serve()


@click.command()
def scheduler() -> None:
    """Run the delivery engine until told to stop; several may run at once."""
    from cms.delivering import run

    run(_ready())


@click.command("zalo-sim")
def zalo_sim() -> None:
    """Run the simulator of Zalo's API at the address in DAKENH_ZALO_API_URL."""
    from channels.zalo_oa.simulator import serve

    found = settings()
    if not found.zalo_simulated:
        raise BadSetting(
            "DAKENH_ZALO_API_URL: bộ mô phỏng chỉ chạy ở địa chỉ của máy này, ví dụ http://127.0.0.1:8090."
        )
    address = urlsplit(found.zalo_api_url)
    serve(address.hostname or "127.0.0.1", address.port or 80, found.home / "zalo-sim.db")


@click.command()
def serve() -> None:
    """Run web, scheduler and (if set) the Zalo simulator; one that ends is started again."""
    found = _ready()
    _require_free(found.host, found.port)
    names = ["web", "scheduler"] + (["zalo-sim"] if found.zalo_simulated else [])
    click.echo(f"Đa Kênh: {found.public_url}")
    Crew([Hand(name) for name in names]).work()


def _ready() -> Settings:
    """The settings, if the database is at the schema that this code knows; raise ``BadSetting`` otherwise."""
    found = settings()
    if problem := schema_problem(found):
        raise BadSetting(problem)
    return found


def _require_free(host: str, port: int) -> None:
    """Servers here share an address without complaint, so two installations would answer in turn."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as line:
        line.settimeout(1)
        if line.connect_ex((ANY.get(host, host), port)) == 0:
            raise BadSetting(
                f"DAKENH_PORT: cổng {port} đang có chương trình khác dùng;"
                " hãy dừng chương trình ấy hoặc chọn cổng khác."
            )


ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)
"""Where a server that listens everywhere answers on this machine."""


@dataclass
class Hand:
    """One child process and when it may be started again after it ended (monotonic seconds)."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    again_at: float = 0.0

    def start(self, at: float) -> None:
        """Start the command ``dakenh <name>``."""
        self.process = subprocess.Popen([sys.executable, "-m", "cms.cli", self.name])  # noqa: S603
        self.started = at

    def tend(self, at: float) -> None:
        """Start it if it is due; after an early end wait twice as long as the last time, at most a minute."""
        if self.process is None:
            if at >= self.again_at:
                self.start(at)
            return
        code = self.process.poll()
        if code is None:
            return
        self.pause = 0.5 if at - self.started > 60 else min(self.pause * 2, 60)
        click.echo(f"dakenh {self.name} đã dừng (mã {code}); chạy lại sau {self.pause:.0f} giây.", err=True)
        self.process, self.again_at = None, at + self.pause


class Crew:
    """The children of ``serve``. SIGTERM or SIGINT ends them, each with time to finish what is in hand."""

    GRACE_S = 20

    def __init__(self, hands: list[Hand]) -> None:
        self.hands = hands
        self.stopping = False

    def work(self) -> None:
        """Tend the children until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            for hand in self.hands:
                hand.tend(time.monotonic())
            time.sleep(0.2)
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
                os.kill(process.pid, signal.SIGKILL)

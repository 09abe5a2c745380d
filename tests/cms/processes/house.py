"""A real installation in processes of its own: started, watched, killed, and gone at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

HOUSE = Path(__file__).resolve().parents[3]
PATIENCE_S = 60
"""How long anything may take on a busy machine."""


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until(told: Callable[[], Any], what: str) -> Any:
    """Wait for ``told`` to give something, and return it."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := told():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def children(pid: int) -> list[int]:
    """The living children of a process, the oldest first."""
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [child for child in map(int, told.split()) if lives(child)]


def family(pid: int) -> list[int]:
    """A process and all below it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


class House:
    """``dakenh <command>`` on a folder, with ports of its own."""

    def __init__(self, folder: Path, command: str, **settings: str) -> None:
        self.folder, self.port = folder, free_port()
        zalo = f"http://127.0.0.1:{free_port()}"
        self.environment = {
            "DAKENH_HOME": str(folder), "DAKENH_PORT": str(self.port), "DAKENH_SECRET_KEY": "k" * 32,
            "DAKENH_ZALO_API_URL": zalo, "DAKENH_ZALO_OAUTH_URL": zalo, "PATH": os.environ["PATH"],
            **{f"DAKENH_{name}": value for name, value in settings.items()},
        }  # fmt: skip
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "house.log"
        self.ever: set[int] = set()
        self.process = self.start(command)

    def start(self, command: str) -> "subprocess.Popen[bytes]":
        """Start the command, its words going to the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "cms.app.cli", command], cwd=HOUSE, env=self.environment, stdout=log, stderr=log
            )

    def up(self) -> "House":
        """Wait until it answers."""
        until(self.health, f"an answer:\n{self.told()}")
        return self

    def health(self) -> dict[str, Any]:
        """What /healthz says; nothing if nobody answers."""
        with suppress(requests.RequestException, ValueError):
            told: dict[str, Any] = requests.get(f"{self.address}/healthz", timeout=10).json()
            return told
        return {}

    def named(self, command: str, below: int | None = None) -> int:
        """The child that runs a command."""
        return int(until(lambda: self._named(command, below or self.process.pid), command))

    def _named(self, command: str, below: int) -> int:
        for child in children(below):
            with suppress(OSError):
                if command.encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                    return child
        return 0

    def family(self) -> list[int]:
        """Everything that runs of it now; remembered, so that nothing is left behind."""
        found = family(self.process.pid)
        self.ever.update(found)
        return found

    def told(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-4000:]

    def end(self) -> None:
        """Stop all of it that still runs."""
        self.family()
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE_S)
        for pid in self.ever:
            with suppress(ProcessLookupError):
                if lives(pid):
                    os.kill(pid, signal.SIGKILL)
        self.process.wait()

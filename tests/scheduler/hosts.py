"""Three hosts, each a network namespace: one with PostgreSQL and the provider, two with a scheduler each.

Run as ``unshare --net python -m tests.scheduler.hosts FOLDER``: the calling process is the first host. It exits with
0 if all that it says about the two schedulers holds, and prints what does not.
"""

import logging
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from channels import registry
from media.storage.store import Store
from scheduler import timer
from scheduler.clock import utc_now
from scheduler.decisions.states import DeliveryState, LatePolicy, Outcome
from scheduler.engine.config import EngineConfig
from scheduler.storage.database import open_engine
from scheduler.storage.rows import ATTEMPT, WORKER
from tests.scheduler.conftest import House
from tests.scheduler.fake_provider import Provider
from tests.scheduler.fakes import KINDS
from tests.scheduler.server import Server, running

CENTRE = "10.77.0.1"
SOON = {"connect_timeout": 2, "tcp_user_timeout": 2000, "keepalives_idle": 1, "keepalives_interval": 1}


class Host:
    """A network namespace with a cable to ours, and the scheduler in it."""

    def __init__(self, number: int, server: Server, folder: Path) -> None:
        self.name = f"may-{number}"
        self.cable = f"veth{number}"
        self.said = folder / f"{self.name}.log"
        self._holder = subprocess.Popen(["unshare", "--net", "sleep", "600"])
        inside = Path(f"/proc/{self._holder.pid}/ns/net")
        wait_for(lambda: inside.readlink() != Path("/proc/self/ns/net").readlink())
        self._enter = ["nsenter", f"--net={inside}"]
        ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", str(self._holder.pid))
        ip("address", "add", f"10.77.{number}.1/24", "dev", self.cable)
        self.plug_in()
        for words in ("link set lo up", f"address add 10.77.{number}.2/24 dev eth0", "link set eth0 up",
                      f"route add default via 10.77.{number}.1"):  # fmt: skip
            ip(*words.split(), within=self._enter)
        command = [sys.executable, "-m", "tests.scheduler.hosts", server.url(CENTRE, **SOON), str(folder), self.name]
        with self.said.open("w") as log:
            self._scheduler = subprocess.Popen([*self._enter, *command], stderr=log)

    def cut_off(self) -> None:
        ip("link", "set", self.cable, "down")

    def plug_in(self) -> None:
        ip("link", "set", self.cable, "up")

    def close(self) -> None:
        for process in (self._scheduler, self._holder):
            process.kill()
            process.wait()


def ip(*words: str, within: list[str] | None = None) -> None:
    subprocess.run([*(within or []), "ip", *words], check=True)


def wait_for(condition: Callable[[], bool], what: str = "") -> None:
    """Wait for something that another process brings about; a minute is only reached when it never comes."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"this never came about: {what}"
        time.sleep(0.02)


class Scene:
    """The newsroom at the centre."""

    def __init__(self, house: House, provider: Provider) -> None:
        self.house, self.provider = house, provider
        settings = {"url": provider.url, "timeout": 60}
        self.channels = [house.channel("fake_http", settings, late_policy=LatePolicy.AT_ONCE) for _ in range(4)]
        self.promised: list[int] = []

    def schedule(self, count: int) -> list[int]:
        self.house.clock.at = utc_now()
        made = [self.house.schedule(self.channels[number % 4], f"Tin {number}") for number in range(count)]
        self.promised += made
        return made

    def all_live(self) -> bool:
        return {self.house.state(delivery) for delivery in self.promised} == {DeliveryState.LIVE}

    def told_by(self, host: Host, outcome: Outcome, deliveries: list[int]) -> set[int]:
        """Of which deliveries the host's scheduler has recorded ``outcome``."""
        wanted = select(ATTEMPT.c.delivery_id).where(ATTEMPT.c.worker == host.name, ATTEMPT.c.outcome == outcome)
        with self.house.database.connect() as connection:
            return set(connection.execute(wanted).scalars()) & set(deliveries)

    def beats(self, host: Host) -> bool:
        """Whether the host's scheduler has written its heartbeat since the last call of ``schedule``."""
        wanted = select(WORKER.c.seen_at).where(WORKER.c.name == host.name)
        with self.house.database.connect() as connection:
            seen = connection.execute(wanted).scalar()
        return seen is not None and seen >= self.house.clock.at


def play(scene: Scene, server: Server, folder: Path) -> None:
    with host(1, server, folder) as first:
        scene.provider.faults.append("accept-hold")
        (held,) = scene.schedule(1)
        wait_for(lambda: len(scene.provider.created()) == 1, "the provider has the item")
        first.cut_off()
        with host(2, server, folder) as second:
            others = scene.schedule(20)
            wait_for(scene.all_live, "the second host finds the item at the provider and does the rest")
            assert scene.told_by(second, Outcome.DONE, scene.promised) == {held, *others}
            wait_for(lambda: "the database cannot be worked with" in first.said.read_text(), "the first host notices")
            first.plug_in()
            scene.provider.release.set()
            wait_for(lambda: bool(scene.told_by(first, Outcome.LOST, [held])), "the first host's answer is kept")
            assert scene.house.state(held) is DeliveryState.LIVE
            scene.schedule(0)
            wait_for(lambda: scene.beats(first), "the first host is back")
            second.cut_off()
            more = scene.schedule(20)
            wait_for(scene.all_live, "the first host works alone")
            assert scene.told_by(first, Outcome.DONE, more) == set(more)
            second.plug_in()
            scene.schedule(20)
            wait_for(scene.all_live, "both work")
            wait_for(lambda: scene.beats(second), "the second host is back")
    assert "the database answers again" in first.said.read_text()
    times = Counter(scene.provider.created())
    assert times == Counter(scene.house.row(delivery).key for delivery in scene.promised), "each exactly once"


@contextmanager
def host(number: int, server: Server, folder: Path) -> Iterator[Host]:
    made = Host(number, server, folder)
    try:
        yield made
    finally:
        made.close()
        sys.stderr.write(f"--- {made.name}\n{made.said.read_text()}")


def main(folder: Path) -> None:
    """Be the centre."""
    ip("link", "set", "lo", "up")
    ip("address", "add", f"{CENTRE}/32", "dev", "lo")
    provider = Provider(CENTRE)
    with running(CENTRE) as server, provider.running():
        database = open_engine(server.url())
        play(Scene(House(database, folder), provider), server, folder)
        database.dispose()


def be_a_scheduler(url: str, folder: Path, name: str) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(relativeCreated)d %(threadName)s %(message)s")
    config = EngineConfig(worker=name, lease=timedelta(seconds=3), settle=timedelta(seconds=1), threads=4,
                          draw=lambda low, _high: low)  # fmt: skip
    timer.run(url, Store(folder / "media"), config)


if __name__ == "__main__":
    registry.KINDS = KINDS
    if len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        be_a_scheduler(sys.argv[1], Path(sys.argv[2]), sys.argv[3])

"""``dakenh serve`` keeps its children running: one that ends is started again, later each time; all end together."""

import signal
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from cms.processes.supervisor import Child

HOUSE = Path(__file__).resolve().parents[4]


class Ended:
    """A process that has ended."""

    pid = 1

    def poll(self) -> int:
        return 3


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Child:
    """A hand whose process ends at once."""
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: Ended())
    return Child("scheduler")


def test_a_child_that_ends_again_and_again_is_started_a_little_later_each_time(
    hand: Child, capsys: pytest.CaptureFixture[str]
) -> None:
    at, ends = 0.0, []
    while at < 200:
        if hand.tend(at):
            ends.append(at)
        at += 0.5
    pauses = [later - earlier for earlier, later in pairwise(ends)]
    assert pauses[:7] == sorted(pauses[:7])
    assert pauses[0] <= 1
    assert 10 <= max(pauses) <= 11, "it is never waited for longer than that: what stopped it may be over"
    told = capsys.readouterr().err
    assert "dakenh scheduler đã dừng (mã 3); chạy lại ngay." in told
    assert "dakenh scheduler đã dừng (mã 3); chạy lại sau 1 giây." in told


def test_a_child_that_worked_for_long_is_started_again_at_once(hand: Child) -> None:
    hand.tend(0.0)
    for at in (1.0, 2.0, 3.0, 4.0, 5.0):
        hand.tend(at)
    hand.tend(100.0)
    assert hand.process is not None
    hand.tend(200.0)
    assert hand.process is not None


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_told_to_stop_it_ends_its_children_and_itself(tmp_path: Path) -> None:
    environment = {
        "DAKENH_HOME": str(tmp_path),
        "DAKENH_PORT": str(free_port()),
        "DAKENH_ZALO_API_URL": f"http://127.0.0.1:{free_port()}",
        "PATH": "/usr/bin:/bin",
    }
    dakenh = [sys.executable, "-m", "cms.app.cli"]
    subprocess.run([*dakenh, "init"], cwd=HOUSE, env=environment, check=True, capture_output=True, timeout=120)
    log = (tmp_path / "log").open("wb")
    with log, subprocess.Popen([*dakenh, "serve"], cwd=HOUSE, env=environment, stdout=log, stderr=log) as process:
        children = _children_of(process.pid, 3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def test_an_address_that_another_server_has_is_not_shared(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        environment = {"DAKENH_HOME": str(tmp_path), "DAKENH_PORT": str(port), "PATH": "/usr/bin:/bin"}
        dakenh = [sys.executable, "-m", "cms.app.cli"]
        subprocess.run([*dakenh, "init"], cwd=HOUSE, env=environment, check=True, capture_output=True, timeout=120)
        refused = subprocess.run(
            [*dakenh, "serve"], cwd=HOUSE, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    assert refused.returncode == 1
    assert f"dakenh: DAKENH_PORT: cổng {port} đang có chương trình khác dùng;" in refused.stderr
    assert refused.stderr.count("\n") == 1


def _children_of(parent: int, count: int) -> list[int]:
    """Wait until ``parent`` has so many children."""
    listed = Path(f"/proc/{parent}/task/{parent}/children")
    for _ in range(600):
        children = [int(child) for child in listed.read_text().split()]
        if len(children) >= count:
            return children
        time.sleep(0.1)
    raise AssertionError("serve has not started its children")

"""What is killed is replaced alone, what has lost its parent ends, and both are counted. Real processes, kill -9."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
import requests

from cms.app.commands.webserver import STOP_S
from cms.processes.supervisor import Supervisor
from tests.cms.processes.house import HOUSE, House, children, lives, until


def kill(pid: int) -> None:
    """kill -9, and wait until the process is gone."""
    os.kill(pid, signal.SIGKILL)
    until(lambda: not lives(pid), f"the end of {pid}")


def nothing_left(house: House, since: list[int]) -> None:
    """All of them end, and the port with them: a new server can have it."""
    until(lambda: not [pid for pid in since if lives(pid)], "the end of the children")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{house.address}/healthz", timeout=5)


def test_nothing_outlives_the_main_process_of_serve(open_house: Callable[..., House]) -> None:
    house = open_house("serve", WEB_WORKERS="2").up()
    everyone = house.family()
    web = house.named("web")
    assert len(children(web)) == 2
    assert len(everyone) >= 6
    kill(house.process.pid)
    nothing_left(house, everyone)


def test_nothing_outlives_the_main_process_of_web_run_alone(open_house: Callable[..., House]) -> None:
    house = open_house("web").up()
    everyone = house.family()
    kill(house.process.pid)
    nothing_left(house, everyone)


def test_a_dead_worker_is_replaced_alone_however_often_it_dies(open_house: Callable[..., House]) -> None:
    house = open_house("serve", WEB_WORKERS="2").up()
    web, scheduler = house.named("web"), house.named("scheduler")
    steady = children(web)[1]
    for _ in range(3):
        victim = next(child for child in until(lambda: len(children(web)) == 2 and children(web), "two workers")
                      if child != steady)  # fmt: skip
        kill(victim)
        assert requests.get(f"{house.address}/healthz", timeout=30).ok, (
            "whoever comes meanwhile waits, nobody is refused"
        )
    until(lambda: len(children(web)) == 2, "the second worker")
    assert steady in children(web)
    assert (house.named("web"), house.named("scheduler")) == (web, scheduler)
    assert house.health()["restarts"] == {"web-worker": 3}


def test_a_dead_child_of_serve_is_replaced_at_once_and_counted(open_house: Callable[..., House]) -> None:
    house = open_house().up()
    living = {name: house.named(name) for name in ("web", "scheduler", "zalo-sim")}
    for command in living:
        kill(living[command])
        answer = requests.get(f"{house.address}/healthz", timeout=60)
        assert answer.ok, "whoever comes meanwhile waits, nobody is refused"
        living[command] = int(until(lambda name=command: house.named(name), command))  # type: ignore[misc]
        assert {name: house.named(name) for name in living} == living, "the others are the same"
        assert f"dakenh {command} đã dừng (mã -9); chạy lại ngay." in house.told()
    assert house.health()["restarts"] == dict.fromkeys(living, 1)
    counted = requests.get(f"{house.address}/metrics", timeout=60).text
    assert 'dakenh_process_restarts_total{process="scheduler"} 1.0' in counted


def test_told_to_stop_in_the_middle_of_a_restart_it_stops(open_house: Callable[..., House]) -> None:
    house = open_house().up()
    everyone = house.family()
    kill(house.named("web"))
    house.process.send_signal(signal.SIGTERM)
    assert house.process.wait(60) == 0
    nothing_left(house, everyone)
    assert STOP_S < Supervisor.GRACE_S, "the web server ends its workers before it is ended itself"


def test_the_next_start_finds_the_port_free_and_the_counts_kept(open_house: Callable[..., House]) -> None:
    house = open_house().up()
    kill(house.named("web"))
    assert requests.get(f"{house.address}/healthz", timeout=60).ok
    house.family()
    kill(house.process.pid)
    house.process.wait()
    house.process = house.start("serve")
    until(lambda: house.health().get("restarts") == {"web": 1}, "the count of before")


CHILD = """
import os, sys, time
from cms.processes.parent import die_with_parent
kernel, grace = sys.argv[1] == "kernel", float(sys.argv[2])
if os.fork() == 0:
    die_with_parent(os.getppid(), grace_s=grace, kernel=kernel)
    if grace:
        import signal
        signal.signal(signal.SIGTERM, lambda *_: print("asked", flush=True))
    print(os.getpid(), flush=True)
    while True:
        time.sleep(1)
time.sleep(600)
"""


@pytest.mark.parametrize("way", ["kernel", "watching"])
@pytest.mark.parametrize("grace", [0.0, 0.5])
def test_a_child_ends_with_its_parent_by_the_kernel_or_by_watching(way: str, grace: float) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", CHILD, way, str(grace)], cwd=HOUSE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    kill(parent.pid)
    parent.wait()
    until(lambda: not lives(child), "the end of the child")
    asked = parent.stdout.read()
    assert ("asked" in asked) is bool(grace), "with time to finish it is told first"
    parent.stdout.close()


def test_a_child_whose_parent_is_gone_before_it_asks_ends_at_once() -> None:
    orphan = (
        "import os\nfrom cms.processes.parent import die_with_parent\ndie_with_parent(os.getppid() + 1)\nprint('lives')"
    )
    ended = subprocess.run([sys.executable, "-c", orphan], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")

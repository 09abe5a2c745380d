"""How long to wait before the next start, and the count of starts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cms.processes.pauses import AT_ONCE, LONGEST_S, WINDOW_S, Pauses
from cms.processes.restarts import NAME, Restarted, Restarts

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def test_a_process_that_ends_once_in_a_while_is_started_again_at_once() -> None:
    pauses = Pauses()
    assert [pauses.after_end(float(at)) for at in range(0, 3600, 21)] == [0.0] * 172


def test_one_that_ends_all_the_time_is_waited_for_a_little_longer_each_time_and_never_long() -> None:
    pauses, at, waited = Pauses(), 0.0, []
    for _ in range(30):
        waited.append(pauses.after_end(at))
        at += waited[-1] + 0.1
    assert waited[:AT_ONCE] == [0.0] * AT_ONCE
    assert waited[AT_ONCE : AT_ONCE + 5] == [1, 2, 4, 8, 10]
    assert max(waited) == LONGEST_S


def test_after_a_quiet_minute_it_is_forgotten() -> None:
    pauses = Pauses()
    for _ in range(50):
        pauses.after_end(0.0)
    assert pauses.after_end(WINDOW_S) == 0.0


def test_counts_outlive_those_who_count(tmp_path: Path) -> None:
    assert Restarts(tmp_path).read() == {}
    for name in ("web", "scheduler", "web"):
        Restarts(tmp_path).add(name, NOW)
    assert Restarts(tmp_path).read() == {
        "web": Restarted(2, NOW.timestamp()),
        "scheduler": Restarted(1, NOW.timestamp()),
    }


def test_two_who_count_at_the_same_time_both_count(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: Restarts(tmp_path).add(f"p{number % 2}", NOW), range(40)))
    assert {name: one.count for name, one in Restarts(tmp_path).read().items()} == {"p0": 20, "p1": 20}


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"web": 1}', '{"web": {"count": "x", "last": 0}}', "\x00"])
def test_a_broken_file_counts_from_nothing_again(tmp_path: Path, broken: str) -> None:
    (tmp_path / NAME).write_text(broken)
    assert Restarts(tmp_path).read() == {}
    Restarts(tmp_path).add("web", NOW)
    assert Restarts(tmp_path).read()["web"].count == 1


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Restarts(tmp_path / "nowhere").add("web", NOW)
    assert "could not be counted" in caplog.text

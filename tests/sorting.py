"""Which tests are for every day, and in which order all of them are run."""

from pathlib import PurePath

import pytest

PROCESSES = (
    "tests/end_to_end/",
    "tests/cms/processes/",
    "tests/cms/app/commands/test_running.py",
    "tests/scheduler/test_crash.py",
    "tests/scheduler/test_hosts.py",
    "tests/scheduler/test_zalo_crash.py",
    "tests/test_workplace.py",
)
"""Real processes, that are killed too."""

THOROUGH = (
    "tests/cms/rights/", "tests/cms/web/test_hostile_characters.py", "tests/cms/api/test_busy.py",
    "tests/cms/people/test_guessing.py", "tests/cms/stories/test_outsiders.py", "tests/media/test_hostile_pictures.py",
    "tests/scheduler/test_zalo_under_fault.py", "tests/scheduler/test_zalo_read_back.py",
    "tests/scheduler/test_rules.py", "tests/scheduler/followers/test_trying.py",
    "tests/channels/zalo_oa/test_under_fault.py",
)  # fmt: skip
"""Every address, every fault at every step, waiting for a real clock: much time for what seldom breaks."""

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def choose_database(metafunc: pytest.Metafunc) -> None:
    """On SQLite alone run those of a module marked ``one_database`` that are not marked ``both_databases``."""
    test = metafunc.definition
    chosen = any("url" in mark.args[0] for mark in test.iter_markers("parametrize"))
    if not chosen and test.get_closest_marker("one_database") and not test.get_closest_marker("both_databases"):
        test.add_marker(SQLITE)


FIRST = (
    *("tests/cms/rights/", "tests/cms/processes/test_rest.py", "tests/end_to_end/", "tests/cms/web/test_hostile"),
    *(
        "tests/scheduler/test_hosts.py",
        "tests/cms/api/test_busy.py",
        "tests/cms/processes/",
        "tests/cms/app/commands/test_r",
    ),
    *("tests/scheduler/test_crash.py", "tests/cms/api/test_conformance.py", "tests/cms/stories/test_outsiders.py"),
)
"""Single tests that take longest, so that no worker is left with one at the end."""


def sort(items: list[pytest.Item], root: PurePath) -> None:
    """Mark each test for what it needs, and put the longest to the front."""
    for item in items:
        place = item.path.relative_to(root).as_posix()
        for name in _marks(item, place):
            item.add_marker(name)
    items.sort(key=lambda item: _rank(item.path.relative_to(root).as_posix()))


def _marks(item: pytest.Item, place: str) -> list[str]:
    fixtures: tuple[str, ...] = getattr(item, "fixturenames", ())
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    on_server = "postgres" in fixtures or "postgresql" in [value for value in parameters.values() if value]
    found = {
        "postgresql": on_server,
        "browser": "chromium" in fixtures,
        "processes": place.startswith(PROCESSES),
        "thorough": place.startswith(THOROUGH),
    }
    return [name for name, true in found.items() if true]


def _rank(place: str) -> int:
    return next((rank for rank, one in enumerate(FIRST) if place.startswith(one)), len(FIRST))

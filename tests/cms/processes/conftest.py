"""An installation of real processes."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.cms.feeds.press import Press
from tests.cms.processes.house import House
from tests.conftest import Clock


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rest", type=float, default=7, help="seconds of quiet between the bursts of the rest test")


@pytest.fixture
def open_house(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., House]]:
    """Gives ``dakenh <command>`` on a migrated database, which is copied if there is none yet."""
    opened: list[House] = []

    def make(command: str = "serve", **settings: str) -> House:
        if not (tmp_path / "dakenh.db").exists():
            shutil.copy(sqlite_template, tmp_path / "dakenh.db")
        opened.append(House(tmp_path, command, **settings))
        return opened[-1]

    yield make
    for house in opened:
        house.end()


@pytest.fixture
def press(app: Flask, engine: Engine, clock: Clock) -> Iterator[Press]:
    """A newsroom with a portal, from which a story can be brought out."""
    made = Press(app, engine, clock)
    yield made
    made.scheduler.close()

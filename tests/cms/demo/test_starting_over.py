"""The demonstration that was interrupted is built again from nothing, and never on somebody else's simulator."""

import socket
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from cms.database import db
from cms.demo import seed as seeding
from cms.demo.people import load_people
from cms.people.tables import Person
from cms.quotas.tables import Plan
from cms.refusal import Conflict
from cms.settings import Settings


@pytest.fixture
def nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour without stories passes quickly."""
    monkeypatch.setattr(seeding, "WEEKS_BACK", timedelta(hours=1))
    monkeypatch.setattr(seeding, "load_stories", list)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    return port


@pytest.fixture
def settings(settings: Settings, free_port: int) -> Settings:
    address = f"http://127.0.0.1:{free_port}"
    return settings.model_copy(update={"zalo_api_url": address, "zalo_oauth_url": address})


def counts() -> tuple[int, int]:
    plans = db.session.scalar(select(func.count()).select_from(Plan)) or 0
    return plans, db.session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.usefixtures("nothing_to_tell")
def test_an_interrupted_demonstration_starts_over(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_timeline: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(seeding, "plan_plays", interrupt)
        with pytest.raises(KeyboardInterrupt):
            list(seeding.seed())
    db.session.rollback()
    assert counts()[0] == 1
    lines = list(seeding.seed())
    assert lines[0] == "Lần trước bản trình diễn bị ngắt giữa chừng; dựng lại từ đầu."
    assert counts() == (1, len(load_people()))
    assert not (settings.home / seeding.UNFINISHED).exists()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("nothing_to_tell")
def test_a_finished_demonstration_is_left_as_it_is(app: Flask) -> None:
    list(seeding.seed())
    before = counts()
    assert not any("dựng" in line for line in seeding.seed())
    assert counts() == before


def test_nothing_is_built_while_another_program_has_the_simulators_address(app: Flask, free_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        with pytest.raises(Conflict):
            list(seeding.seed())
    assert counts() == (0, 0)

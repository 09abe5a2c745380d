"""The demonstration that was interrupted is built again from nothing, and never on somebody else's simulator."""

import os
import socket
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from cms.app.demo import seed as seeding
from cms.app.demo.people import load_people
from cms.core.database import db
from cms.core.settings import Settings
from cms.models.people import Person
from cms.models.plans import Plan


@pytest.fixture
def nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour without stories passes quickly."""
    monkeypatch.setattr(seeding, "WEEKS_BACK", timedelta(hours=1))
    monkeypatch.setattr(seeding, "load_stories", list)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of an installation that uses the simulator."""
    return settings.model_copy(update={"zalo_api_url": "http://127.0.0.1:8090"})


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


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("nothing_to_tell")
def test_whoever_answers_at_the_configured_address_is_left_alone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"http://127.0.0.1:{other.getsockname()[1]}"
        monkeypatch.setenv("DAKENH_ZALO_API_URL", address)
        list(seeding.seed())
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()
    assert os.environ["DAKENH_ZALO_API_URL"] == address
    assert "DAKENH_ZALO_OAUTH_URL" not in os.environ

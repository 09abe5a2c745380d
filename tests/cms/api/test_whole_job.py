"""The whole job by machines alone: written, handed in, approved, scheduled on four channels, delivered, counted,
called back everywhere, and no longer counted."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
import pytest
from flask import Flask
from sqlalchemy import Engine as Database
from sqlalchemy import select

from cms.app.scheduler_process import config
from cms.core.database import changing, db
from cms.core.permissions import SYSTEM
from cms.core.settings import Settings
from cms.models.people import Unit
from cms.models.roles import Role
from cms.quotas.packs.importing import import_pack, read_file
from cms.quotas.packs.yaml_reading import builtin_packs
from cms.web.context import store
from scheduler.engine.engine import Engine
from scheduler.storage.vault import Keys, put_secrets
from tests.channels.zalo_oa.running import APP_ID, APP_SECRET, Running, running
from tests.channels.zalo_oa.running import Clock as SimulatorClock
from tests.cms.api.machine import ARTICLE, Machine, refusal
from tests.cms.newsroom import channel, person
from tests.conftest import SUNDAY, Clock

CHANNELS = ["bang-led", "bao-dien-tu", "truyen-thanh", "zalo"]
WEEK = "2026-W47"
CENTRE = "tt-vh-tt-tt-ben-luc"
"""The culture centre that reads scripts on the district's loudspeakers."""


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Running]:
    """Zalo on loopback."""
    with running(tmp_path / "zalo.db", SimulatorClock(SUNDAY)) as run:
        yield run


@dataclass
class Job:
    """The machines of the job, the engine, and both clocks."""

    editor: Machine
    lead: Machine
    station: Machine
    reader: Machine
    engine: Engine
    clock: Clock
    simulator: Running

    def deliver(self) -> None:
        """Let the scheduler work until nothing is due for half an hour."""
        for _ in range(12):
            self.engine.run_due()
            self.clock.turn(seconds=150)
            self.simulator.clock.advance(150)

    def cell(self, unit: str, quota: str) -> Any:
        """A number of the quota board."""
        cells = self.reader.get("/quotas", period=WEEK, unit=unit)["cells"]
        (found,) = (cell for cell in cells if (cell["unit"], cell["quota"]) == (unit, quota))
        return found

    def entries(self, cell: Any) -> Any:
        """The items of a cell."""
        return self.reader.get(cell["items"].removeprefix("/api/v1"))["entries"]

    def public(self, path: str) -> Any:
        """What the public is given."""
        return self.reader.client.get(path)

    def states(self, story: int) -> dict[str, str]:
        """Where the story stands on each channel."""
        return {one["channel"]: one["state"] for one in self.lead.get(f"/stories/{story}")["deliveries"]}


@pytest.fixture
def job(app: Flask, engine: Database, settings: Settings, clock: Clock, simulator: Running) -> Iterator[Job]:
    """Long An's plan with its paper and a district, four channels, and four people's machines."""
    pack = read_file(Path(str(builtin_packs()["long-an-2025"])))
    with changing() as session:
        import_pack(session, SYSTEM, pack, now=SUNDAY, until=SUNDAY.date().replace(month=12, day=31), keep_units=True)
    units = {unit.code: unit for unit in db.session.scalars(select(Unit))}
    paper, district, province = units["bao-long-an"], units["huyen-ben-luc"], units["long-an"]
    channel("portal_rss", paper, "bao-dien-tu", medium="newspaper")
    channel("led_board", district, "bang-led", medium="led_board")
    channel("radio_script", units[CENTRE], "truyen-thanh", medium="loudspeaker")
    zalo = channel(
        "zalo_oa", paper, "zalo", medium="zalo",
        settings={
            "app_id": APP_ID, "author": "Ban biên tập", "default_cover": "https://longan.example/bia.jpg",
            "api_url": simulator.url, "oauth_url": simulator.url,
        },
    )  # fmt: skip
    with changing() as session:
        pair = {"app_secret": APP_SECRET, "access_token": simulator.access, "refresh_token": simulator.refresh}
        put_secrets(session.connection(), zalo.id, pair, Keys(settings.encryption_keys), SUNDAY)
    made = Engine(engine, store(), config(settings), clock)
    yield Job(
        editor=Machine(app, person("bien-tap", (Role.EDITOR, paper)), ["stories:read", "stories:write"]),
        lead=Machine(app, person("lanh-dao", (Role.LEAD, province)), _SCOPES),
        station=Machine(app, person("dai", (Role.BROADCASTER, units[CENTRE])), ["radio:read", "radio:write"]),
        reader=Machine(app, person("so", (Role.VIEWER, province)), ["quotas:read"]),
        engine=made, clock=clock, simulator=simulator,
    )  # fmt: skip
    made.close()


_SCOPES = ["stories:read", "stories:approve", "stories:publish", "deliveries:read"]


def test_a_story_goes_out_on_four_channels_counts_and_is_called_back(job: Job) -> None:
    story = job.editor.post("/stories", {"unit": "bao-long-an", "content": ARTICLE}, 201)["id"]
    assert job.editor.post(f"/stories/{story}/submit")["stage"] == "submitted"
    refusal(job.editor.call("POST", f"/stories/{story}/approve", json={}), 403, "insufficient-scope")
    assert job.lead.post(f"/stories/{story}/approve", {"revision": 1})["stage"] == "approved"
    assert (job.cell("bao-long-an", "2.1")["counted"], job.cell(CENTRE, "2.4")["counted"]) == (0, 0)

    placed = job.lead.post(f"/stories/{story}/schedule", {"channels": [{"channel": slug} for slug in CHANNELS]})
    assert placed["stage"] == "scheduled"
    assert job.states(story) == dict.fromkeys(CHANNELS, "scheduled")
    job.deliver()
    assert job.states(story) == dict.fromkeys(CHANNELS, "live")
    assert job.lead.get(f"/stories/{story}")["stage"] == "live"

    feed = feedparser.parse(job.public("/feeds/bao-dien-tu.rss").data)
    assert [entry.title for entry in feed.entries] == [ARTICLE["title"]]
    assert len(job.public("/boards/bang-led/playlist.json").json["items"]) == 1
    (article,) = job.simulator.articles()
    (sent,) = job.lead.get("/deliveries", channel="zalo")["items"]
    assert sent["provider_id"] == article["id"]
    attempts = job.lead.get(f"/deliveries/{sent['id']}")["attempts"]
    assert {one["outcome"] for one in attempts} <= {"done", "progress"}

    (script,) = job.station.get("/radio/scripts", since=SUNDAY.isoformat())["items"]
    assert "nộp hồ sơ" in job.station.call("GET", script["files"]["txt"].removeprefix("/api/v1")).text.lower()
    aired = {"event_id": "ben-luc-2026-11-22", "started_at": job.clock().isoformat(), "duration_s": 95}
    path = f"/radio/scripts/{script['id']}/broadcasts"
    assert job.station.post(path, aired, 201) == job.station.post(path, aired, 200)

    counted = job.cell("bao-long-an", "2.1")
    assert (counted["counted"], counted["target"], counted["status"]) == (1, 1, "met")
    assert job.cell(CENTRE, "2.4")["status"] == "met"

    (item,) = job.entries(counted)
    assert (item["step"], item["story"], item["title"]) == ("counted", story, ARTICLE["title"])

    job.lead.post(f"/stories/{story}/retract", {"reason": "Sai số điện thoại hỗ trợ."})
    job.deliver()
    assert job.states(story) == dict.fromkeys(CHANNELS, "withdrawn")
    assert not feedparser.parse(job.public("/feeds/bao-dien-tu.rss").data).entries
    assert json.loads(job.public("/boards/bang-led/playlist.json").data)["items"] == []
    assert job.simulator.articles() == []
    assert job.station.get(f"/radio/scripts/{script['id']}")["withdrawn"]
    assert (job.cell("bao-long-an", "2.1")["counted"], job.cell(CENTRE, "2.4")["counted"]) == (0, 0)
    fallen = job.cell("bao-long-an", "2.1")
    assert fallen["retracted"] == 1
    (item,) = job.entries(fallen)
    assert (item["step"], item["note"]) == ("retracted", "Sai số điện thoại hỗ trợ.")

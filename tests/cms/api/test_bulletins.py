"""What a station's machine does with bulletins: begin, arrange, take as a file, log as a whole."""

import io
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from cms.app.scheduler_process import config
from cms.core.database import changing, db
from cms.core.settings import Settings
from cms.models.radio import Broadcast, Download
from cms.models.roles import Role
from cms.radio.bulletins import programmes
from cms.radio.bulletins.programmes import ProgrammeFields
from cms.stories.publishing import promising
from cms.stories.publishing.scheduling import Wish
from cms.web.context import store
from scheduler.engine.engine import Engine
from scheduler.storage.tables import Channel
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import refusal
from tests.cms.newsroom import Newsroom, actor, approved, person
from tests.conftest import SUNDAY, Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def scripts(app: Flask, room: Newsroom, settings: Settings, clock: Clock) -> list[int]:
    """Two scripts that are live on the district's channel, and a programme of the district."""
    head = actor(person("chi", (Role.LEAD, room.province)))
    channel_id = db.session.scalars(select(Channel.id).where(Channel.slug == "truyen-thanh")).one()
    made = []
    for title in ("Một", "Hai"):
        story = approved(room.editor, room.lead, room.paper, now=SUNDAY, title=title)
        made += promising.schedule(store(), "http://127.0.0.1:8000", head, story.id, [Wish(channel_id)], now=SUNDAY)
    Engine(db.engine, store(), config(settings), clock).run_due()
    with changing() as session:
        programmes.create(
            session, actor(room.broadcaster), unit_id=room.district.id, fields=ProgrammeFields("Bản tin chiều"),
            weekly=[{"weekday": 1, "time": "17:30"}], now=clock(),
        )  # fmt: skip
    return made


@pytest.fixture
def bulletin(machines: Machines, scripts: list[int]) -> int:
    (programme,) = machines.broadcaster.get("/radio/programmes")["items"]
    body = {"programme": programme["id"], "air_at": programme["coming"][0], "items": scripts}
    made = machines.broadcaster.post("/radio/bulletins", body, 201)
    assert machines.broadcaster.post("/radio/bulletins", body, 200) == made
    assert (made["air_at"], made["slot_seconds"]) == ("2026-11-23T10:30:00Z", 600)
    return int(made["id"])


def test_a_bulletin_tells_its_items_and_times(machines: Machines, bulletin: int, scripts: list[int]) -> None:
    found = machines.broadcaster.get(f"/radio/bulletins/{bulletin}")
    assert [item["script"] for item in found["items"]] == scripts
    assert found["items"][0]["at"] < found["items"][1]["at"] < found["estimated_seconds"]
    (line,) = machines.viewer.get("/radio/bulletins")["items"]
    assert (line["id"], line["items"], line["aired"]) == (bulletin, 2, False)
    assert machines.outsider.get("/radio/bulletins")["items"] == []
    refusal(machines.outsider.call("GET", f"/radio/bulletins/{bulletin}"), 404)


def test_where_a_new_one_is_can_be_followed(machines: Machines, scripts: list[int]) -> None:
    (programme,) = machines.broadcaster.get("/radio/programmes")["items"]
    body = {"programme": programme["id"], "air_at": programme["coming"][0], "items": scripts}
    made = machines.broadcaster.call("POST", "/radio/bulletins", json=body)
    assert (
        machines.broadcaster.client.get(
            made.headers["Location"], headers={"Authorization": f"Bearer {machines.broadcaster.token}"}
        ).json
        == made.json
    )


def test_its_items_are_said_whole(machines: Machines, bulletin: int, scripts: list[int]) -> None:
    path = f"/radio/bulletins/{bulletin}/items"
    turned = machines.broadcaster.call("PUT", path, json={"items": scripts[::-1], "version": 1})
    assert [item["script"] for item in turned.json["items"]] == scripts[::-1]  # type: ignore[index]
    refusal(machines.broadcaster.call("PUT", path, json={"items": scripts, "version": 1}), 409)
    refusal(machines.broadcaster.call("PUT", path, json={"items": [999]}), 422)
    refusal(machines.viewer.call("PUT", path, json={"items": scripts}), 403)
    assert machines.broadcaster.call("PUT", path, json={"items": []}).json["items"] == []  # type: ignore[index]


def test_it_comes_as_four_files_with_a_tag_that_changes(machines: Machines, bulletin: int, scripts: list[int]) -> None:
    path = f"/radio/bulletins/{bulletin}"
    answers = {name: machines.broadcaster.call("GET", f"{path}.{name}") for name in ("txt", "docx", "pdf", "json")}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert zipfile.ZipFile(io.BytesIO(answers["docx"].data)).testzip() is None
    assert db.session.scalar(select(func.count()).select_from(Download)) == 8
    held = {"If-None-Match": answers["txt"].headers["ETag"]}
    assert machines.broadcaster.call("GET", f"{path}.txt", headers=held).status_code == 304
    machines.broadcaster.call("PUT", f"{path}/items", json={"items": scripts[::-1]})
    assert machines.broadcaster.call("GET", f"{path}.txt", headers=held).status_code == 200


def test_its_airing_is_logged_once_for_each_script_and_taken_back_whole(
    machines: Machines, bulletin: int, scripts: list[int], clock: Clock
) -> None:
    clock.turn(days=2)
    path = f"/radio/bulletins/{bulletin}/broadcasts"
    said = {"event_id": "dai-huyen-0001", "started_at": "2026-11-23T17:30:00+07:00", "duration_s": 200}
    first = machines.broadcaster.post(path, said, 201)
    assert len(first["broadcasts"]) == 2
    assert machines.broadcaster.post(path, said, 200) == first
    assert db.session.scalar(select(func.count()).select_from(Broadcast)) == 2
    for script in scripts:
        (entry,) = machines.broadcaster.get(f"/radio/scripts/{script}/broadcasts")["items"]
        assert entry["event_id"] == f"dai-huyen-0001:{script}"
    assert machines.broadcaster.get("/radio/bulletins")["items"][0]["aired"] is True
    refusal(machines.broadcaster.call("POST", path, json={**said, "event_id": "dai-huyen-0002", "items": []}), 422)
    refusal(machines.viewer.call("POST", path, json=said), 403)
    voided = machines.broadcaster.post(f"/radio/airings/{first['id']}/void", {"reason": "Nhầm ngày."})
    assert voided["void_reason"] == "Nhầm ngày."
    refusal(machines.broadcaster.call("POST", f"/radio/airings/{first['id']}/void", json={"reason": "Lại"}), 409)
    assert machines.broadcaster.get(f"/radio/scripts/{scripts[0]}")["aired"] == 0


def test_what_cannot_be_begun_is_refused(machines: Machines, scripts: list[int], clock: Clock) -> None:
    body = {"programme": 1, "air_at": "2026-11-23T17:30:00+07:00"}
    refusal(machines.broadcaster.call("POST", "/radio/bulletins", json={**body, "programme": 99}), 404)
    refusal(machines.broadcaster.call("POST", "/radio/bulletins", json={**body, "items": [99]}), 422)
    far = (clock() + timedelta(days=400)).isoformat()
    refusal(machines.broadcaster.call("POST", "/radio/bulletins", json={**body, "air_at": far}), 422)
    refusal(machines.viewer.call("POST", "/radio/bulletins", json=body), 403)


def test_an_urgent_script_is_confirmed_by_a_machine(machines: Machines, scripts: list[int]) -> None:
    told = machines.broadcaster.post(f"/radio/scripts/{scripts[0]}/confirm")
    assert told == {"script": scripts[0], "units": ["Huyện Bến Tre Xanh"]}
    assert machines.broadcaster.post(f"/radio/scripts/{scripts[0]}/confirm") == told
    refusal(machines.viewer.call("POST", f"/radio/scripts/{scripts[0]}/confirm"), 403)

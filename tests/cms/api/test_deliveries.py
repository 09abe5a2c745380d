"""Deliveries through the API: found, read with their attempts, moved, taken back, settled."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from cms.core.database import changing, db
from cms.models.audit import AuditEntry
from scheduler.decisions.states import Action, DeliveryState, Outcome
from scheduler.storage.tables import Attempt, Delivery
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import refusal
from tests.cms.newsroom import Newsroom, approved, channel
from tests.conftest import SUNDAY, Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""The services below are tried on both databases by their own tests."""

TOMORROW = (SUNDAY + timedelta(days=1)).isoformat()


@pytest.fixture
def waiting(room: Newsroom, machines: Machines) -> int:
    """A delivery that is promised for tomorrow."""
    made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
    wish = {"channels": [{"channel": "bao-song-vam", "at": TOMORROW}]}
    placed = machines.lead.post(f"/stories/{made.id}/schedule", wish)["deliveries"]
    delivery: int = placed[0]["delivery"]
    return delivery


def put(delivery_id: int, **values: Any) -> None:
    """Let the engine have brought the delivery to this."""
    with changing() as session:
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(values))


def test_a_promise_is_listed_and_read(room: Newsroom, machines: Machines, waiting: int) -> None:
    (line,) = machines.editor.get("/deliveries")["items"]
    assert (line["id"], line["channel"], line["state"]) == (waiting, "bao-song-vam", "scheduled")
    assert line["scheduled_at"] == "2026-11-23T01:00:00Z"
    whole = machines.editor.get(f"/deliveries/{waiting}")
    assert whole | {"attempts": [], "revision": 1} == whole
    assert {name: whole[name] for name in line} == line


def test_filters_narrow(room: Newsroom, machines: Machines, waiting: int) -> None:
    story = machines.editor.get(f"/deliveries/{waiting}")["story"]
    for query, found in (
        ({"state": "scheduled"}, 1),
        ({"state": ["live", "failed"]}, 0),
        ({"channel": "bao-song-vam"}, 1),
        ({"channel": "truyen-thanh"}, 0),
        ({"kind": "portal_rss"}, 1),
        ({"story": story}, 1),
        ({"story": story + 1}, 0),
        ({"unit": "unit-tỉnh-sông-vàm"}, 1),
        ({"unit": "unit-huyện-bến-tre-xanh"}, 0),
        ({"since": "2026-11-23", "until": "2026-11-23"}, 1),
        ({"until": "2026-11-22"}, 0),
        ({"attention": "true"}, 0),
    ):
        assert len(machines.editor.get("/deliveries", **query)["items"]) == found, query


def test_pages_follow_each_other(room: Newsroom, machines: Machines, clock: Clock) -> None:
    for number in range(3):
        made = approved(room.editor, room.lead, room.paper, now=SUNDAY, title=f"Tin {number}")
        machines.lead.post(f"/stories/{made.id}/schedule", {"channels": [{"channel": "bao-song-vam", "at": TOMORROW}]})
    first = machines.editor.get("/deliveries", limit=2)
    rest = machines.editor.get("/deliveries", limit=2, after=first["next"])
    ids = [row["id"] for row in (*first["items"], *rest["items"])]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3
    assert rest["next"] is None


def test_a_promise_is_moved_and_taken_back(room: Newsroom, machines: Machines, waiting: int) -> None:
    path = f"/deliveries/{waiting}"
    moved = machines.lead.post(
        f"{path}/move", {"at": "2026-11-24T17:30:00+07:00", "until": "2026-12-01T00:00:00+07:00"}
    )
    assert (moved["scheduled_at"], moved["until"]) == ("2026-11-24T10:30:00Z", "2026-11-30T17:00:00Z")
    kept = machines.lead.post(f"{path}/move", {"at": None})
    assert (kept["scheduled_at"], kept["until"]) == ("2026-11-22T01:00:00Z", "2026-11-30T17:00:00Z")
    assert machines.lead.post(f"{path}/move", {"at": None, "until": None})["until"] is None
    gone = machines.lead.post(f"{path}/cancel", {"reason": "Chờ số liệu mới."})
    assert (gone["state"], gone["reason"]) == ("cancelled", "Chờ số liệu mới.")
    refusal(machines.lead.call("POST", f"{path}/cancel", json={}), 409, "nothing-to-do")
    refusal(machines.lead.call("POST", f"{path}/move", json={"at": TOMORROW}), 409)


def test_a_failed_delivery_is_tried_again(room: Newsroom, machines: Machines, waiting: int) -> None:
    problem = {"kind": "rejected", "text": "Zalo từ chối: %(why)s.", "values": {"why": "tiêu đề"}, "detail": "-201"}
    put(waiting, state=DeliveryState.FAILED, next_at=None, problem=problem)
    with changing() as session:
        session.add(
            Attempt(
                delivery_id=waiting, token=1, action=Action.PUBLISH, outcome=Outcome.REJECTED, started_at=SUNDAY,
                ended_at=SUNDAY + timedelta(seconds=2), words=problem, detail="-201",
            )
        )  # fmt: skip
    failed = machines.lead.get(f"/deliveries/{waiting}")
    assert failed["problem"] == {"kind": "rejected", "message": "Zalo từ chối: tiêu đề.", "detail": "-201"}
    (attempt,) = failed["attempts"]
    assert (attempt["outcome"], attempt["seconds"], attempt["message"]) == ("rejected", 2.0, "Zalo từ chối: tiêu đề.")
    assert machines.lead.get("/deliveries", attention="true")["items"][0]["id"] == waiting
    assert machines.admin.post(f"/deliveries/{waiting}/retry")["state"] == "scheduled"
    refusal(machines.editor.call("POST", f"/deliveries/{waiting}/retry"), 403, "not-allowed")


@pytest.mark.parametrize(
    ("decision", "state"), [("sent", "live"), ("not_sent", "cancelled"), ("send_again", "scheduled")]
)
def test_an_unclear_delivery_is_settled_by_a_person(
    room: Newsroom, machines: Machines, waiting: int, decision: str, state: str
) -> None:
    put(waiting, state=DeliveryState.UNKNOWN, called_at=SUNDAY, next_at=None)
    path = f"/deliveries/{waiting}/resolve"
    refusal(machines.lead.call("POST", path, json={"decision": decision, "reason": " "}), 422)
    link = {"link": "https://oa.zalo.me/bai/1"} if decision == "sent" else {}
    settled = machines.lead.post(path, {"decision": decision, "reason": "Đã xem trên trang.", **link})
    assert settled["state"] == state
    assert settled["link"] == link.get("link")
    db.session.rollback()
    newest = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert newest is not None
    assert (newest.via, newest.detail["reason"]) == ("api", "Đã xem trên trang.")
    refusal(machines.lead.call("POST", path, json={"decision": "not_sent", "reason": "Lại"}), 409)


def test_a_decision_that_does_not_exist_is_refused(room: Newsroom, machines: Machines, waiting: int) -> None:
    body = {"decision": "perhaps", "reason": "?"}
    told = refusal(machines.lead.call("POST", f"/deliveries/{waiting}/resolve", json=body), 422)
    assert told["errors"][0]["field"] == "decision"


def test_deliveries_of_others_are_not_there(app: Flask, room: Newsroom, machines: Machines, waiting: int) -> None:
    channel("portal_rss", room.department, "so-thong-tin")
    assert machines.outsider.get("/deliveries")["items"] == []
    refusal(machines.outsider.call("GET", f"/deliveries/{waiting}"), 404, "not-found")
    refusal(machines.lead.call("GET", "/deliveries/999"), 404, "not-found")

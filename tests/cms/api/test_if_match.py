"""Of two who change a story from the same version, one is told; nobody overwrites what they have not read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.orm.exc import StaleDataError

from cms.api.kit.expecting import NEVER, Expected, Match, PreconditionMissing, read
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import Machine, refusal
from tests.cms.newsroom import Newsroom, approved, story, submitted
from tests.conftest import SUNDAY


@pytest.mark.parametrize(
    ("header", "match", "versions"),
    [
        ('"7"', Match.MUST, {7}),
        ('"7-1f3c9a"', Match.MUST, {7}),
        ('"7", "8-ab"', Match.MAY, {7, 8}),
        ('W/"7"', Match.MUST, set()),
        ("7", Match.MUST, {7}),
        ('"seven"', Match.MAY, set()),
        ('"', Match.MAY, set()),
        ("*", Match.MUST, None),
        (None, Match.MAY, None),
        ('"7"', Match.NO, None),
    ],
)
def test_if_match_names_versions(header: str | None, match: Match, versions: set[int] | None) -> None:
    assert read(header, match) == Expected(None if versions is None else frozenset(versions))


def test_if_match_is_asked_for_where_it_must_be() -> None:
    with pytest.raises(PreconditionMissing):
        read(None, Match.MUST)


def test_an_unmatched_version_is_one_that_nothing_has() -> None:
    expected = Expected(frozenset({3, 4}))
    assert [expected.version_for(current) for current in (2, 3, 4, 5)] == [NEVER, 3, 4, NEVER]
    assert Expected().version_for(5) is None


@pytest.mark.parametrize(("method", "body"), [("PUT", {"content": {"title": "A"}}), ("PATCH", {"planned_for": None})])
def test_a_change_says_what_it_is_based_on(
    room: Newsroom, machines: Machines, method: str, body: dict[str, object]
) -> None:
    made = story(room.editor, room.paper, now=SUNDAY)
    refusal(machines.editor.call(method, f"/stories/{made.id}", json=body), 428, "precondition-required")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", {"content": {"title": "A"}}),
        ("PATCH", "", {"content": {"title": "A"}}),
        ("POST", "/submit", None),
        ("POST", "/approve", {}),
        ("POST", "/return", {"reason": "Sai"}),
        ("POST", "/schedule", {"channels": [{"channel": "bao-song-vam"}]}),
        ("POST", "/unschedule", None),
        ("POST", "/retract", {"reason": "Sai"}),
    ],
)
def test_an_outdated_version_changes_nothing(
    room: Newsroom, machines: Machines, method: str, path: str, body: object
) -> None:
    made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
    if path in {"/approve", "/return"}:
        made = submitted(room.editor, room.paper, now=SUNDAY)
    before = machines.lead.get(f"/stories/{made.id}")
    answer = machines.lead.call(method, f"/stories/{made.id}{path}", json=body, headers={"If-Match": '"1"'})
    told = refusal(answer, 412, "outdated")
    assert told["current_version"] == before["version"]
    assert machines.lead.get(f"/stories/{made.id}") == before


def test_the_tag_of_what_was_read_lets_the_change_through(room: Newsroom, machines: Machines) -> None:
    made = story(room.editor, room.paper, now=SUNDAY)
    tag = machines.editor.call("GET", f"/stories/{made.id}").headers["ETag"]
    saved = machines.editor.call(
        "PUT", f"/stories/{made.id}", json={"content": {"title": "Bản hai"}}, headers={"If-Match": tag}
    )
    assert saved.status_code == 200
    assert saved.headers["ETag"] == machines.editor.call("GET", f"/stories/{made.id}").headers["ETag"] != tag
    again = machines.editor.call(
        "PUT", f"/stories/{made.id}", json={"content": {"title": "Bản ba"}}, headers={"If-Match": tag}
    )
    refusal(again, 412, "outdated")


def at_once(*calls: Callable[[], int]) -> list[int]:
    """Make the calls at the same moment and return their statuses, sorted."""
    start = Barrier(len(calls))

    def go(call: Callable[[], int]) -> int:
        start.wait(timeout=10)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(go, calls))


def test_of_two_writers_one_is_told(app: Flask, room: Newsroom) -> None:
    path = f"/stories/{story(room.editor, room.paper, now=SUNDAY).id}"
    writers = [Machine(app, room.editor), Machine(app, room.colleague)]

    def save(machine: Machine, title: str, tag: str) -> int:
        body = {"content": {"title": title}}
        return machine.call("PATCH", path, json=body, headers={"If-Match": tag}).status_code

    for turn in range(4):
        tag = writers[0].call("GET", path).headers["ETag"]
        calls = [
            partial(save, machine, f"Lần {turn}, {name}", tag) for name, machine in zip("ab", writers, strict=True)
        ]
        assert at_once(*calls) == [200, 412]
    assert writers[0].get(path)["revision"] == 5


def test_of_two_submissions_at_once_one_is_a_conflict(app: Flask, room: Newsroom) -> None:
    path = f"/stories/{story(room.editor, room.paper, now=SUNDAY).id}/submit"

    def submit(machine: Machine) -> int:
        return machine.call("POST", path).status_code

    calls = [partial(submit, Machine(app, who)) for who in (room.editor, room.colleague)]
    assert at_once(*calls) == [200, 409]


def test_a_page_that_is_faster_by_a_moment_is_told_in_words(
    app: Flask, room: Newsroom, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page does not wait for the story's row; what it wrote meanwhile shows when the API's own write comes."""
    made = story(room.editor, room.paper, now=SUNDAY)

    def overtaken(*_args: object, **_more: object) -> None:
        raise StaleDataError("UPDATE statement on table 'story' expected to update 1 row(s); 0 were matched.")

    monkeypatch.setattr("cms.stories.review.review.submit", overtaken)
    path = f"/stories/{made.id}/submit"
    refusal(machines.editor.call("POST", path), 409, "conflict")
    refusal(machines.editor.call("POST", path, headers={"If-Match": '"1"'}), 412, "outdated")


def test_a_delivery_moves_only_from_what_was_read(room: Newsroom, machines: Machines) -> None:
    made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
    at = (SUNDAY + timedelta(days=1)).isoformat()
    machines.lead.post(f"/stories/{made.id}/schedule", {"channels": [{"channel": "bao-song-vam", "at": at}]})
    (delivery,) = machines.lead.get("/deliveries", story=made.id)["items"]
    path = f"/deliveries/{delivery['id']}/move"
    later = {"at": (SUNDAY + timedelta(days=2)).isoformat()}
    moved = machines.lead.call("POST", path, json=later, headers={"If-Match": f'"{delivery["version"]}"'})
    assert moved.status_code == 200
    again = machines.lead.call("POST", path, json=later, headers={"If-Match": f'"{delivery["version"]}"'})
    refusal(again, 412, "changed-meanwhile")

"""Units beyond a story's own see the approved revision and nothing newer, wherever they look."""

import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from flask import Flask
from PIL import Image

from cms.core.database import changing, db
from cms.models.people import Person
from cms.models.roles import Role
from cms.models.stories import Story
from cms.stories.editing import content, pictures, writing
from cms.stories.publishing import scheduling
from cms.stories.review import review
from cms.web.context import store
from tests.cms import newsroom
from tests.cms.api.machine import Machine
from tests.cms.newsroom import Newsroom, actor, sign_in
from tests.conftest import Clock

SECRET = "Mật"
"""Stands in everything that the paper has not approved; nothing of it may reach another unit."""
DRAFT = {
    "title": "Mật 1: tiêu đề mới", "summary": "Mật 2: tóm tắt mới.", "body": "Mật 3: thân bài mới.", "byline": "Mật 4",
    "column": "doi-song-so", "variants": {"zalo_oa": {"title": "Mật 5"}},
}  # fmt: skip


@pytest.fixture
def house(app: Flask) -> Newsroom:
    made = newsroom.newsroom()
    newsroom.channel("portal_rss", made.paper, "bao-song-vam", medium="newspaper")
    newsroom.channel("portal_rss", made.department, "cong-so", medium="portal")
    return made


@pytest.fixture
def shared(house: Newsroom, clock: Clock) -> Story:
    """Approved by the paper; nobody has touched it since."""
    return newsroom.approved(house.editor, house.lead, house.paper, now=clock(), title="Bản đã duyệt")


def revise(house: Newsroom, story: Story, clock: Clock) -> None:
    """What goes on inside the paper afterwards: a draft, a plan, a return with its reason, another draft."""
    for turn in range(2):
        with changing() as session:
            fields = {**DRAFT, "body": f"{DRAFT['body']} Lần {turn}."}
            clock.turn(minutes=7)
            writing.save(session, actor(house.editor), story.id, content.parse(fields), base_id=None, now=clock())
            writing.plan_for(session, actor(house.editor), story.id, date(2026, 12, 3), clock())
            review.submit(session, actor(house.editor), story.id, now=clock())
            review.give_back(session, actor(house.lead), story.id, reason=f"Mật 6: lý do {turn}", now=clock())


def outsiders(house: Newsroom) -> dict[str, Person]:
    """One of each role in the department, and who writes below the paper."""
    below = newsroom.unit("Phòng bạn đọc", house.paper)
    found = {role.value: newsroom.person(f"ngoai-{role}", (role, house.department)) for role in Role}
    return found | {
        "below": newsroom.person("duoi", (Role.LEAD, below)),
        "broadcaster of a district": house.broadcaster,
    }


def addresses(story: Story) -> Iterator[str]:
    base = f"/stories/{story.id}"
    yield from (base, f"{base}/history", f"{base}/history?old=1&new=1", f"{base}/preview", f"{base}/schedule")
    yield from (f"{base}/channels/1", f"{base}/channels/2", f"{base}/retract", f"/inbox?story={story.id}")
    yield from ("/", "/?q=mat", "/?q=tieu+de+moi", "/?column=doi-song-so", "/?stage=draft", "/?stage=returned")
    yield from ("/?q=duyet", "/?column=chuyen-doi-so", "/calendar?week=2026-W49", "/audit", "/deliveries", "/quotas")


def calls(story: Story) -> Iterator[str]:
    base = f"/stories/{story.id}"
    yield from (base, f"{base}/revisions", f"{base}/revisions/1", f"{base}/preview/portal_rss", "/stories")
    yield from (f"{base}/preview/portal_rss?revision=1", "/stories?q=mat", "/stories?q=duyet", "/stories?stage=draft")
    yield from ("/stories?stage=approved", "/stories?column=doi-song-so", "/stories?limit=1", "/deliveries", "/units")


def without_tokens(page: str) -> str:
    """A page without what differs on each of them: form tokens, and what else is drawn by chance."""
    return re.sub(r'name="csrf_token"[^>]*value="[^"]*"|csrf-token" content="[^"]*"', "", unescape(page))


def test_what_goes_on_inside_a_unit_changes_nothing_outside_it(
    app: Flask, house: Newsroom, shared: Story, clock: Clock
) -> None:
    """Pages hold nothing of it, and the API's answers are the same to the byte, ETags and cursors included."""
    people = outsiders(house)
    machines = {who: Machine(app, someone) for who, someone in people.items()}
    newsroom.story(house.editor, house.paper, now=clock(), title="Mật 7: chưa ai duyệt")

    def told() -> dict[tuple[str, str], tuple[object, ...]]:
        answers: dict[tuple[str, str], tuple[object, ...]] = {}
        for who, machine in machines.items():
            for path in calls(shared):
                answer = machine.call("GET", path)
                answers[who, path] = (
                    answer.status_code,
                    answer.headers.get("ETag"),
                    answer.headers.get("Link"),
                    answer.text,
                )
        return answers

    before = told()
    revise(house, shared, clock)
    assert told() == before
    for asked, answer in before.items():
        assert SECRET not in str(answer), asked
    for who, someone in people.items():
        browser = sign_in(app, someone)
        for path in addresses(shared):
            page = browser.get(path)
            assert page.status_code in {200, 403}, (who, path, page.status_code)
            assert SECRET not in without_tokens(page.text).replace("Mật khẩu", ""), (who, path)
        shown = browser.get(f"/stories/{shared.id}")
        assert "Bản đã duyệt" in unescape(shown.text)


def test_no_number_opens_what_was_not_approved(app: Flask, house: Newsroom, shared: Story, clock: Clock) -> None:
    draft = newsroom.story(house.editor, house.paper, now=clock(), title="Mật 7: chưa ai duyệt")
    revise(house, shared, clock)
    for who, someone in outsiders(house).items():
        browser, machine = sign_in(app, someone), Machine(app, someone)
        closed = [f"/stories/{shared.id}/history?old=1&new=2", f"/stories/{shared.id}/history?new=3"]
        closed += [f"/stories/{draft.id}{tail}" for tail in ("", "/history", "/preview")]
        for path in closed:
            assert browser.get(path).status_code == 404, (who, path)
        paths = [f"/stories/{shared.id}/revisions/2", f"/stories/{shared.id}/preview/portal_rss?revision=2"]
        paths += [f"/stories/{draft.id}{tail}" for tail in ("", "/revisions", "/revisions/1", "/preview/portal_rss")]
        for path in paths:
            assert machine.call("GET", path).status_code == 404, (who, path)


def test_the_unit_and_those_above_it_see_everything(app: Flask, house: Newsroom, shared: Story, clock: Clock) -> None:
    revise(house, shared, clock)
    for someone in (house.editor, house.lead, house.admin, house.viewer):
        assert "Mật 6: lý do 1" in unescape(sign_in(app, someone).get(f"/stories/{shared.id}/history?old=1&new=3").text)
        told = Machine(app, someone).get(f"/stories/{shared.id}")
        assert (told["revision"], told["title"], told["state"]) == (3, DRAFT["title"], "returned")
        assert [one["title"] for one in Machine(app, someone).get("/stories", q="tieu de moi")["items"]] == [
            DRAFT["title"]
        ]


def test_the_next_approval_is_what_others_see_from_then_on(
    app: Flask, house: Newsroom, shared: Story, clock: Clock
) -> None:
    revise(house, shared, clock)
    outside = Machine(app, house.outsider)
    tag = outside.call("GET", f"/stories/{shared.id}").headers["ETag"]
    with changing() as session:
        review.submit(session, actor(house.editor), shared.id, now=clock())
        review.approve(session, actor(house.lead), shared.id, revision_id=None, now=clock())
    told = outside.get(f"/stories/{shared.id}")
    assert (told["revision"], told["title"], told["review"]["decision"]) == (3, DRAFT["title"], "approved")
    assert outside.call("GET", f"/stories/{shared.id}").headers["ETag"] != tag
    assert [one["id"] for one in outside.get("/stories", q="tieu de moi")["items"]] == [shared.id]
    assert [one["number"] for one in outside.get(f"/stories/{shared.id}/revisions")["items"]] == [3]


def test_what_was_retracted_stays_retracted_for_others_while_it_is_rewritten(
    app: Flask, house: Newsroom, shared: Story, clock: Clock
) -> None:
    with changing() as session:
        scheduling.retract(session, actor(house.lead), shared.id, reason="sai số liệu", now=clock())
    revise(house, shared, clock)
    told = Machine(app, house.outsider).get(f"/stories/{shared.id}")
    assert (told["state"], told["stage"], told["title"]) == ("retracted", "retracted", "Bản đã duyệt")


def test_pages_of_two_lists_follow_one_another_without_gap_or_repeat(app: Flask, house: Newsroom, clock: Clock) -> None:
    made = []
    for number in range(9):
        clock.turn(minutes=1)
        if number % 3:
            made.append(newsroom.approved(house.editor, house.lead, house.paper, now=clock(), title=f"Bài {number}").id)
        else:
            made.append(newsroom.story(house.outsider, house.department, now=clock(), title=f"Nháp {number}").id)
    machine, found, after = Machine(app, house.outsider), [], ""
    for _ in range(9):
        page = machine.get("/stories", limit=2, **({"after": after} if after else {}))
        found += [one["id"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == made[::-1]


def test_a_picture_is_told_of_once_it_stands_in_an_approved_story(app: Flask, house: Newsroom, clock: Clock) -> None:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "PNG")
    picture = pictures.keep(store(), pictures.clean(file.getvalue()))
    with changing() as session:
        kept = pictures.add(session, actor(house.editor), house.paper.id, "Mật 8.png", picture, clock())
        sha256 = kept.sha256
    cover = {"sha256": sha256, "alt": "Một ô màu đỏ"}
    made = newsroom.submitted(house.editor, house.paper, now=clock(), cover=cover)
    outside, inside = Machine(app, house.outsider), Machine(app, house.viewer)
    assert outside.call("GET", f"/assets/{sha256}").status_code == 404
    assert inside.get(f"/assets/{sha256}")["name"] == "Mật 8.png"
    with changing() as session:
        review.approve(session, actor(house.lead), made.id, revision_id=None, now=clock())
    assert outside.get(f"/assets/{sha256}")["sha256"] == sha256
    assert db.session.get(Story, made.id) is not None

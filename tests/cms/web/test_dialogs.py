"""What a dialog promises is what its button does: every dialog of every page stands in this table, with its effect."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes
from sqlalchemy import select, update

from cms.core.database import changing, db
from cms.deliveries import handling
from cms.models.people import Membership, Unit
from cms.models.roles import Role
from cms.radio.scripts import queries
from scheduler.storage.tables import Channel
from tests.cms import newsroom
from tests.cms.api.machine import Machine
from tests.cms.deliveries.press import failed, promised, state, work
from tests.cms.newsroom import actor, channel, sign_in
from tests.cms.web import promises
from tests.cms.web.promises import There
from tests.conftest import Clock

HOUSE = Path(__file__).parents[3]

HELD_ELSEWHERE = {
    "stories.drop": "tests/cms/stories/test_tabs.py",
    "stories.drop_other": "tests/cms/stories/test_tabs.py",
    "lexicon.void_rate": "tests/cms/lexicon/test_rates.py",
}
"""Dialogs whose effect these tests hold."""


@pytest.fixture
def there(app: Flask, clock: Clock) -> There:
    return There(app, newsroom.newsroom(), clock)


def dialogs(app: Flask) -> dict[str, str]:
    """Every button that asks first: its endpoint, and the template it is in."""
    found: dict[str, str] = {}
    for path in sorted((HOUSE / "templates").rglob("*.html")):
        text, name = path.read_text("utf-8"), str(path.relative_to(HOUSE / "templates"))
        if name == "_macros.html":
            continue
        for form in re.findall(r"<form[^>]*?url_for\('([a-z_.]+)'[^>]*?data-confirm=", text):
            found[form] = name
        assert text.count("data-confirm=") == len(re.findall(r"url_for\('[a-z_.]+'[^>]*?data-confirm=", text)), name
        for call in app.jinja_env.parse(text).find_all(nodes.Call):
            asks = len(call.args) > 5 or any(word.key == "confirm" for word in call.kwargs)
            if isinstance(call.node, nodes.Getattr) and call.node.attr == "post_button" and asks:
                address = call.args[0]
                assert isinstance(address, nodes.Call), name
                (endpoint,) = [one.value for one in address.args if isinstance(one, nodes.Const)]
                found[endpoint] = name
    return found


def stopping(kind: str, promise: str) -> Callable[[There], None]:
    """Stopping a channel: what waits stays where it is, and the rest is as ``promise`` says."""

    def held(there: There) -> None:
        settings = {"app_id": "1", "oa_id": "2"} if kind == "zalo_oa" else {}
        made = channel(kind, there.news.paper, "kenh", name="Kênh A", settings=settings)
        waiting = None
        if kind != "zalo_oa":
            waiting = promised(there.app, there.news, made, at=there.clock() + timedelta(minutes=5))
        assert promise in there.page(f"/channels/{made.id}")
        assert there.browser().post(f"/channels/{made.id}/deactivate").status_code == 303
        there.clock.turn(minutes=6)
        work(there.clock)
        if waiting is not None:
            assert state(waiting) == "scheduled", "what waits is kept and not sent"

    return held


def still_heard(there: There) -> None:
    """A script that is out stays with its station when the channel stops, and is called back all the same."""
    made = channel("radio_script", there.news.district, "loa", name="Loa huyện")
    chief = newsroom.person("chi", (Role.LEAD, there.news.province))
    one = promised(there.app, there.news, made, by=chief)
    work(there.clock)
    assert "Kịch bản đã phát hành vẫn ở trang của đài và vẫn thu hồi được" in there.page(f"/channels/{made.id}")
    there.browser().post(f"/channels/{made.id}/deactivate")
    db.session.rollback()
    assert not queries.script(db.session(), actor(there.news.broadcaster), one).withdrawn
    found = queries.script(db.session(), actor(there.news.broadcaster), one)
    with changing() as session:
        from cms.stories.publishing import scheduling

        scheduling.retract(session, actor(there.news.lead), found.story_id, reason="Sai", now=there.clock())
    work(there.clock)
    assert state(one) == "withdrawn"


def resuming(there: There) -> None:
    """What has come due is asked about by name; a yes to other things is none."""
    made = channel("portal_rss", there.news.paper, "bao", name="Báo")
    one = promised(there.app, there.news, made, at=there.clock() + timedelta(minutes=5), title="Tin một")
    two = promised(there.app, there.news, made, at=there.clock() + timedelta(hours=5), title="Tin hai")
    with changing() as session:
        session.execute(update(Channel).where(Channel.id == made.id).values(health="paused"))
    assert "trang sau hỏi lại nếu có" in there.page(f"/channels/{made.id}")
    there.clock.turn(minutes=10)
    browser = there.browser()
    asked = browser.post(f"/channels/{made.id}/resume")
    assert asked.status_code == 200
    assert "thì 1 lượt đã đến giờ được gửi ngay" in asked.text
    assert "Tin một" in asked.text
    assert "Tin hai" not in asked.text
    work(there.clock)
    assert state(one) == "scheduled", "nothing was decided by asking"
    assert browser.post(f"/channels/{made.id}/resume", data={"confirmed": "other"}).status_code == 200
    assert browser.post(f"/channels/{made.id}/resume", data=hidden(asked.text)).status_code == 303
    work(there.clock)
    assert (state(one), state(two)) == ("live", "scheduled")


def reset(there: There) -> None:
    """The old password and the sessions end; tokens go on."""
    editor = there.news.editor
    machine, session_ = Machine(there.app, editor), sign_in(there.app, editor)
    assert "mã truy cập của máy vẫn dùng được" in there.page(f"/people/{editor.id}")
    there.browser().post(f"/people/{editor.id}/password")
    assert session_.get("/profile").status_code == 302
    assert machine.call("GET", "/me").status_code == 200


def merging(there: There) -> None:
    """After the last day the quotas are the successor's; roles and channels stay where they were, and come back."""
    made = channel("portal_rss", there.news.paper, "bao", name="Báo")
    paper, heir = there.news.paper, there.news.department
    assert "tin bài, kênh và vai trò cũ vẫn còn" in there.page(f"/units/{paper.id}")
    data = {"successor": heir.id, "last_day": "30/11/2026", "with_people": "y"}
    assert there.browser().post(f"/units/{paper.id}/merge", data=data).status_code == 303
    db.session.rollback()
    units = {unit.id: unit for unit in db.session.scalars(select(Unit).execution_options(populate_existing=True))}
    assert units[paper.id].successor_id == heir.id
    assert db.session.get_one(Channel, made.id).unit_id == paper.id
    assert roles(there.news.editor.id) == {(paper.id, "editor"), (heir.id, "editor")}
    assert "Vai trò đã cấp ở đơn vị kế thừa vẫn còn" in there.page(f"/units/{paper.id}")
    assert there.browser().post(f"/units/{paper.id}/unmerge").status_code == 303
    db.session.rollback()
    db.session.expire_all()
    again = db.session.get_one(Unit, paper.id)
    assert (again.successor_id, again.valid_to) == (None, None)
    assert roles(there.news.editor.id) == {(paper.id, "editor"), (heir.id, "editor")}


def roles(person_id: int) -> set[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.execute(select(Membership.unit_id, Membership.role).where(Membership.person_id == person_id))
    return {(unit, role) for unit, role in rows}


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a question."""
    return dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page))


EFFECTS: dict[str, list[Callable[[There], None]]] = {
    "channels.active": [
        stopping("portal_rss", "Bài đang chờ được giữ lại, địa chỉ công khai của kênh không còn trả lời"),
        stopping("led_board", "bảng có thể còn chiếu danh sách đã tải về"),
        stopping("zalo_oa", "Bài đã đăng vẫn ở trên kênh và vẫn thu hồi được"),
        still_heard,
    ],
    "channels.resume": [resuming],
    "people.reset_password": [reset],
    "people.merge": [merging],
    "people.unmerge": [merging],
    **promises.EFFECTS,
}


def test_every_dialog_is_held(app: Flask) -> None:
    found = dialogs(app)
    assert set(found) == set(HELD_ELSEWHERE) | set(EFFECTS), "a new dialog needs a test that its promise is kept"
    for endpoint, path in HELD_ELSEWHERE.items():
        assert (HOUSE / path).is_file(), endpoint


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "effect", [pytest.param(one, id=f"{name}-{n}") for name, all_ in EFFECTS.items() for n, one in enumerate(all_)]
)
def test_a_dialog_says_what_happens(there: There, effect: Callable[[There], None]) -> None:
    effect(there)


def test_trying_a_whole_channel_again_is_asked_once_with_what_is_sent(there: There) -> None:
    """One press used to send everything that had failed on a channel."""
    made = channel("portal_rss", there.news.paper, "bao", name="Báo")
    one, two, three = (
        promised(there.app, there.news, made, at=there.clock() + timedelta(hours=n), title=f"Tin {n}")
        for n in (1, 2, 3)
    )
    failed(one)
    failed(two)
    lead = there.browser("lead")
    asked = lead.post("/deliveries/retry-channel", data={"channel": made.id, "next": "/deliveries/attention"})
    assert asked.status_code == 200
    assert "Thử lại ngay 2 lượt trên “Báo”?" in asked.text
    assert ["Tin 1" in asked.text, "Tin 2" in asked.text, "Tin 3" in asked.text] == [True, True, False]
    assert 'href="/deliveries/attention"' in asked.text
    assert [state(one), state(two)] == ["failed", "failed"]
    failed(three)
    stale = lead.post("/deliveries/retry-channel", data=hidden(asked.text))
    assert stale.status_code == 200, "what the yes was for has changed"
    with changing() as session:
        assert handling.would_retry(session, actor(there.news.lead), made.id, now=there.clock()) == [one, two, three]
    done = lead.post("/deliveries/retry-channel", data=hidden(stale.text))
    assert (done.status_code, done.location) == (303, "/deliveries/attention")
    work(there.clock)
    assert [state(one), state(two), state(three)] == ["live", "live", "live"]


def test_opening_a_channel_again_asks_only_if_something_goes_out(there: There) -> None:
    made = channel("portal_rss", there.news.paper, "bao", name="Báo", late_policy="within", late_minutes=30)
    one, two = (
        promised(there.app, there.news, made, at=there.clock() + timedelta(minutes=n), title=f"Tin {n}")
        for n in (5, 45)
    )
    admin = there.browser()
    admin.post(f"/channels/{made.id}/deactivate")
    assert admin.post(f"/channels/{made.id}/activate").status_code == 303
    admin.post(f"/channels/{made.id}/deactivate")
    there.clock.turn(minutes=50)
    asked = admin.post(f"/channels/{made.id}/activate")
    assert "1 lượt khác đã trễ quá mức kênh cho phép nên thành lỡ giờ, không tự gửi." in asked.text
    assert "Tin 45" in asked.text
    assert admin.post(f"/channels/{made.id}/activate", data=hidden(asked.text)).status_code == 303
    work(there.clock)
    assert (state(one), state(two)) == ("missed", "live")

"""What buttons that ask first do to deliveries and to people, each held against the words of its own question."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from cms.core.database import changing, db
from cms.lexicon import entries
from cms.lexicon.fields import EntryFields, Kind, checked
from cms.models.people import ApiToken, Person
from cms.models.radio import ScriptFeed
from cms.models.roles import Role
from cms.models.stories import Story
from cms.radio.bulletins import composing, programmes
from cms.radio.bulletins.programmes import ProgrammeFields
from cms.radio.variants import variants
from cms.radio.variants.variants import VariantFields
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Delivery
from tests.cms import newsroom
from tests.cms.api.machine import Machine
from tests.cms.deliveries.press import promised, state, work
from tests.cms.newsroom import Browser, Newsroom, actor, channel, sign_in, visitor
from tests.conftest import Clock


@dataclass
class There:
    """A newsroom, who is signed in, and the clock."""

    app: Flask
    news: Newsroom
    clock: Clock

    def browser(self, role: str = "admin") -> Browser:
        return sign_in(self.app, getattr(self.news, role))

    def page(self, address: str, role: str = "admin") -> str:
        return " ".join(self.browser(role).get(address).text.split())

    def pressed(self, question: str, page: str, address: str, role: str = "admin", **form: object) -> str:
        """Press the button of ``page`` that asks ``question`` and goes to ``address``; return the page after it.

        ``form`` is what it sends, with ``its_`` before what is called like something here.
        """
        shown = self.page(page, role)
        assert question in shown
        assert f'action="{address}"' in shown
        data = {name.removeprefix("its_"): value for name, value in form.items()}
        answer = self.browser(role).post(address, data=data, follow_redirects=True)
        assert answer.status_code == 200
        db.session.rollback()
        return " ".join(answer.text.split())


def unscheduling(there: There) -> None:
    """What waits on one's own channels never goes out; on the others' it does, as both are named."""
    mine = channel("portal_rss", there.news.paper, "bao", name="Báo")
    theirs = channel("portal_rss", there.news.district, "huyen", name="Huyện")
    at = there.clock() + timedelta(minutes=5)
    one = promised(there.app, there.news, mine, at=at)
    story_id = db.session.get_one(Delivery, one).story_id
    made = db.session.get_one(Story, story_id)
    two = newsroom.delivery(made, theirs, DeliveryState.SCHEDULED, now=at).id
    there.pressed(
        "Bỏ lịch trên: Báo? Bài sẽ không lên các kênh này. Vẫn giữ lịch trên: Huyện.",
        f"/stories/{story_id}", f"/stories/{story_id}/unschedule", "lead",
    )  # fmt: skip
    there.clock.turn(minutes=6)
    work(there.clock)
    assert state(one) == "cancelled"
    assert state(two) != "cancelled"
    assert visitor(there.app).get("/feeds/bao.rss").text.count("<item>") == 0


def cancelling(there: There) -> None:
    """A delivery whose schedule was taken back does not go out at its time."""
    made = channel("portal_rss", there.news.paper, "bao", name="Báo")
    one = promised(there.app, there.news, made, at=there.clock() + timedelta(minutes=5))
    version = db.session.get_one(Delivery, one).schedule_version
    there.pressed(
        "Bỏ lịch này? Bài không lên kênh, và không có gì được phát hành.",
        f"/deliveries/{one}", f"/deliveries/{one}/cancel", "lead", version=version,
    )  # fmt: skip
    there.clock.turn(minutes=6)
    work(there.clock)
    assert state(one) == "cancelled"
    assert visitor(there.app).get("/feeds/bao.rss").text.count("<item>") == 0


def new_board_key(there: There) -> None:
    """The old key is refused at once and the new one taken."""
    made = channel("led_board", there.news.paper, "bang", name="Bảng")
    address = f"/channels/{made.id}/board-key"
    old = _key(there.browser().post(address).text)
    assert _report(there, old) == 200
    new = _key(there.pressed("Cấp khóa mới? Khóa cũ hết hiệu lực ngay.", f"/channels/{made.id}", address))
    assert [_report(there, old), _report(there, new)] == [403, 200]


def _key(page: str) -> str:
    [key] = re.findall(r'readonly value="([^"]{20,})" id="new-key"', page)
    return str(key)


def _report(there: There, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return visitor(there.app).post("/boards/bang/plays", json={"events": []}, headers=headers).status_code


def forgetting_a_reading(there: There) -> None:
    """What is scheduled keeps the reading that was thrown away; what is written afterwards does not have it."""
    made = channel("radio_script", there.news.district, "loa", name="Loa huyện")
    chief = newsroom.person("chi", (Role.LEAD, there.news.province))
    fields = checked(EntryFields(Kind.ABBREVIATION, "XQZTR", "xung kích", source="Đài huyện"))
    with changing() as session:
        entry = entries.add(session, actor(there.news.broadcaster), there.news.district.id, fields, now=there.clock())
    before = promised(
        there.app, there.news, made, by=chief, body="Đội XQZTR đến nhà.", at=there.clock() + timedelta(hours=1)
    )
    there.pressed(
        "Kịch bản soạn sau đó đọc theo từ điển của đơn vị cấp trên, nếu không có thì theo từ điển có sẵn; kịch bản đã"
        " lên lịch giữ cách đọc cũ.",
        f"/lexicon/{entry.id}", f"/lexicon/{entry.id}/remove", "broadcaster",
    )  # fmt: skip
    after = promised(there.app, there.news, made, by=chief, body="Đội XQZTR đến nhà.", title="Bài sau")
    there.clock.turn(hours=2)
    work(there.clock)
    read = [there.browser("broadcaster").get(f"/radio/{one}.txt").text for one in (before, after)]
    assert ["xung kích" in one for one in read] == [True, False]


def ending_a_programme(there: There) -> None:
    """No new bulletin can be begun, and the one that was begun is still there with its script."""
    script, programme_id, bulletin_id = _bulletin(there)
    after = there.pressed(
        "Không soạn thêm được bản tin mới; các bản tin đã có vẫn được giữ.",
        f"/radio/programmes/{programme_id}", f"/radio/programmes/{programme_id}/stop", "broadcaster",
    )  # fmt: skip
    assert "Bản tin chiều" in after
    presenter = there.browser("broadcaster")
    asked = {"programme": programme_id, "air_at": "29/11/2026 17:30"}
    assert presenter.post("/radio/bulletins", data=asked).status_code != 303
    assert "Nộp hồ sơ từ nhà" in presenter.get(f"/radio/bulletins/{bulletin_id}").text
    assert state(script) == "live"


def discarding_a_bulletin(there: There) -> None:
    """The bulletin is gone; its script is with the station as before."""
    script, _programme, bulletin_id = _bulletin(there)
    before = there.browser("broadcaster").get(f"/radio/{script}.txt").text
    there.pressed(
        "Bỏ bản tin này? Các kịch bản vẫn còn nguyên.",
        f"/radio/bulletins/{bulletin_id}", f"/radio/bulletins/{bulletin_id}/discard", "broadcaster",
    )  # fmt: skip
    presenter = there.browser("broadcaster")
    assert presenter.get(f"/radio/bulletins/{bulletin_id}").status_code == 404
    assert (state(script), presenter.get(f"/radio/{script}.txt").text) == ("live", before)


def _script(there: There) -> int:
    made = channel("radio_script", there.news.district, "loa", name="Loa huyện")
    chief = newsroom.person("chi", (Role.LEAD, there.news.province))
    script = promised(there.app, there.news, made, by=chief)
    work(there.clock)
    return script


def _bulletin(there: There) -> tuple[int, int, int]:
    """A live script, a programme, and a bulletin of it that holds the script."""
    script, who = _script(there), actor(there.news.broadcaster)
    with changing() as session:
        programme = programmes.create(
            session, who, unit_id=there.news.district.id, fields=ProgrammeFields("Bản tin chiều"), weekly=[],
            now=there.clock(),
        )  # fmt: skip
    air = there.clock() + timedelta(hours=5)
    with changing() as session:
        begun = composing.begin(session, who, programme_id=programme.id, air_at=air, now=there.clock())
    items = {"do": "add", "delivery": script}
    there.browser("broadcaster").post(f"/radio/bulletins/{begun.id}/items", data=items)
    return script, programme.id, begun.id


def removing_a_variant(there: There) -> None:
    """The other language is gone for good, and the Vietnamese script is as it was."""
    script, who = _script(there), actor(there.news.broadcaster)
    fields = VariantFields("rad", "Klei", "Klei mrâo.", "Y Bhăm")
    with changing() as session:
        made = variants.save(session, who, script, fields, now=there.clock()).id
    before = there.browser("broadcaster").get(f"/radio/{script}.txt").text
    there.pressed(
        "Lời dịch và tệp âm thanh không lấy lại được; kịch bản tiếng Việt vẫn còn nguyên.",
        f"/radio/{script}/variants/{made}", f"/radio/{script}/variants/{made}/remove", "broadcaster",
    )  # fmt: skip
    presenter = there.browser("broadcaster")
    assert presenter.get(f"/radio/{script}/variants/{made}.txt").status_code == 404
    assert (state(script), presenter.get(f"/radio/{script}.txt").text) == ("live", before)


def ending_a_feed(there: There) -> None:
    """The address opens nothing any more."""
    _script(there)
    page = there.browser("broadcaster").post("/radio/news/feeds", data={"unit": there.news.district.id}).text
    [address] = set(re.findall(r"/radio/feeds/[\w-]{43}\.rss", page))
    assert visitor(there.app).get(address).status_code == 200
    db.session.rollback()
    feed = db.session.scalars(select(ScriptFeed.id)).one()
    there.pressed(
        "Thu hồi địa chỉ này? Trình đọc tin đang dùng nó không mở được nữa.",
        "/radio/news", f"/radio/news/feeds/{feed}/revoke", "broadcaster",
    )  # fmt: skip
    assert visitor(there.app).get(address).status_code == 404


def taking_a_role(there: There) -> None:
    """The named role ends at once, also in a session that is open; the others stay."""
    editor = there.news.editor
    again = newsroom.person("hai-vai", (Role.EDITOR, there.news.paper), (Role.VIEWER, there.news.district), name="Hai")
    open_session = sign_in(there.app, again)
    assert open_session.get("/stories/new").status_code == 200
    there.pressed(
        "Thôi vai trò này của Hai?", f"/people/{again.id}", f"/people/{again.id}/roles/remove",
        unit=there.news.paper.id, its_role="editor",
    )  # fmt: skip
    assert [open_session.get("/stories/new").status_code, open_session.get("/").status_code] == [403, 200]
    assert sign_in(there.app, editor).get("/stories/new").status_code == 200


def revoking_a_token(*, by_admin: bool) -> Callable[[There], None]:
    """One's own token, or that of somebody by their admin: its machine is out, another's goes on."""

    def held(there: There) -> None:
        editor = there.news.editor
        machine, other = Machine(there.app, editor), Machine(there.app, editor)
        first = db.session.scalars(select(ApiToken.id).order_by(ApiToken.id)).first()
        page, role = (f"/people/{editor.id}", "admin") if by_admin else ("/profile", "editor")
        there.pressed(
            "Thu hồi mã truy cập này? Máy đang dùng nó sẽ không vào được nữa.", page, f"{page}/tokens/{first}/revoke",
            role,
        )  # fmt: skip
        answers = [one.call("GET", "/me").status_code for one in (machine, other)]
        assert answers == [401, 200]

    return held


def ending_an_account(there: There) -> None:
    """Session and tokens end at once, and what the person wrote goes on to its channel."""
    editor = there.news.editor
    made = channel("portal_rss", there.news.paper, "bao", name="Báo")
    one = promised(there.app, there.news, made, at=there.clock() + timedelta(minutes=5), title="Bài của Khôi")
    machine, session_ = Machine(there.app, editor), sign_in(there.app, editor)
    there.pressed(
        f"Ngừng tài khoản của {editor.name}? Phiên đăng nhập và mã truy cập hết hiệu lực ngay; bài đã viết vẫn còn.",
        f"/people/{editor.id}", f"/people/{editor.id}/deactivate",
    )  # fmt: skip
    assert not db.session.get_one(Person, editor.id).active
    assert [session_.get("/profile").status_code, machine.call("GET", "/me").status_code] == [302, 401]
    there.clock.turn(minutes=6)
    work(there.clock)
    assert state(one) == "live"
    assert "Bài của Khôi" in there.page("/", "lead")


EFFECTS: dict[str, list[Callable[[There], None]]] = {
    "stories.unschedule": [unscheduling],
    "deliveries.cancel": [cancelling],
    "channels.board_key": [new_board_key],
    "lexicon.remove": [forgetting_a_reading],
    "radio.stop_programme": [ending_a_programme],
    "radio.discard_bulletin": [discarding_a_bulletin],
    "radio.remove_variant": [removing_a_variant],
    "radio.revoke_feed": [ending_a_feed],
    "people.take_away": [taking_a_role],
    "people.revoke_token": [revoking_a_token(by_admin=False)],
    "people.revoke_token_of": [revoking_a_token(by_admin=True)],
    "people.deactivate": [ending_an_account],
}

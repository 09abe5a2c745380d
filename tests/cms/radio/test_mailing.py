"""Mail about new scripts: at most once each, durable, and nothing at all unless somebody asked for it."""

import smtplib
import socket
import socketserver
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from cms.core.database import changing, db
from cms.core.refusal import Invalid
from cms.core.settings import Settings
from cms.models.people import Person
from cms.models.radio import ScriptNotice
from cms.radio.notices import subscribing
from cms.radio.notices.mailing import Mailer
from cms.radio.notices.postbox import NotSent, Postbox
from tests.cms.newsroom import Browser, Newsroom, actor
from tests.cms.radio.conftest import Live
from tests.conftest import Clock

ONE_DATABASE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


class Post:
    """A mail server that does as it is told, and remembers."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.trouble: list[Exception] = []

    def __call__(self, message: EmailMessage) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.received.append(message)

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.received]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def mailer(news: Newsroom, post: Post, clock: Clock) -> Mailer:
    return Mailer(db.engine, "dakenh@tinh.example.vn", "https://tinh.example.vn", post, clock)


@pytest.fixture
def subscribed(news: Newsroom, loudspeaker: object, clock: Clock) -> int:
    with changing() as session:
        return subscribing.subscribe(
            session, actor(news.broadcaster), news.district.id, "loa@huyen.example.vn", now=clock()
        ).id


def notices() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(ScriptNotice.state).order_by(ScriptNotice.delivery_id)))


def test_one_message_for_each_new_script(mailer: Mailer, post: Post, subscribed: int, live: Live) -> None:
    live("Tin một")
    assert mailer.look() == 1
    live("Tin hai")
    assert (mailer.look(), mailer.look()) == (1, 0)
    assert post.subjects == ["Kịch bản mới: Tin một", "Kịch bản mới: Tin hai"]
    first = post.received[0]
    assert (first["To"], first["From"]) == ("loa@huyen.example.vn", "dakenh@tinh.example.vn")
    assert "https://tinh.example.vn/radio/1" in first.get_content()
    assert first["Auto-Submitted"] == "auto-generated"
    assert notices() == ["sent", "sent"]


@ONE_DATABASE
def test_nothing_is_told_of_what_was_there_before(
    mailer: Mailer, post: Post, live: Live, news: Newsroom, clock: Clock
) -> None:
    live("Tin cũ")
    with changing() as session:
        subscribing.subscribe(session, actor(news.broadcaster), news.district.id, "a@b.vn", now=clock())
    assert mailer.look() == 0


@ONE_DATABASE
def test_after_a_long_stop_nobody_gets_a_heap_of_old_mail(
    mailer: Mailer, post: Post, subscribed: int, live: Live, clock: Clock
) -> None:
    live("Tin cũ")
    clock.turn(hours=25)
    live("Tin mới")
    mailer.look()
    assert post.subjects == ["Kịch bản mới: Tin mới"]


def test_what_surely_did_not_leave_is_tried_again_later(
    mailer: Mailer, post: Post, subscribed: int, live: Live, clock: Clock
) -> None:
    live("Tin một")
    post.trouble = [NotSent("450 busy"), NotSent("450 busy")]
    assert (mailer.look(), mailer.look()) == (0, 0)
    clock.turn(minutes=1)
    assert mailer.look() == 0
    clock.turn(minutes=1)
    assert mailer.look() == 0
    clock.turn(minutes=1)
    assert mailer.look() == 1
    assert notices() == ["sent"]


@ONE_DATABASE
def test_a_refusal_for_good_and_the_eighth_try_end_it(
    mailer: Mailer, post: Post, subscribed: int, live: Live, clock: Clock
) -> None:
    live("Tin một")
    post.trouble = [NotSent("550 no such user", permanent=True)]
    mailer.look()
    live("Tin hai")
    post.trouble = [NotSent("450 busy")] * 8
    for _ in range(12):
        mailer.look()
        clock.turn(hours=1)
    assert notices() == ["failed", "failed"]
    assert post.received == []


@ONE_DATABASE
@pytest.mark.parametrize("trouble", [smtplib.SMTPServerDisconnected("gone"), TimeoutError(), RuntimeError("bug")])
def test_what_may_have_left_is_never_sent_again(
    mailer: Mailer, post: Post, subscribed: int, live: Live, clock: Clock, trouble: Exception
) -> None:
    live("Tin một")
    post.trouble = [trouble]
    mailer.look()
    clock.turn(hours=3)
    assert mailer.look() == 0
    assert notices() == ["unclear"]


def test_a_process_that_dies_in_the_call_leaves_no_second_message(
    mailer: Mailer, post: Post, subscribed: int, live: Live, clock: Clock
) -> None:
    live("Tin một")
    post.trouble = [KeyboardInterrupt()]  # type: ignore[list-item]  # what ends a process at any point
    with pytest.raises(KeyboardInterrupt):
        mailer.look()
    assert notices() == ["called"]
    clock.turn(hours=1)
    assert mailer.look() == 0
    assert post.received == []


def test_a_script_that_was_called_back_meanwhile_is_not_told(
    mailer: Mailer, post: Post, subscribed: int, live: Live, retract: Callable[[int], None], clock: Clock
) -> None:
    script = live("Tin một")
    post.trouble = [NotSent("450 busy")]
    mailer.look()
    retract(script)
    clock.turn(minutes=5)
    assert mailer.look() == 0
    assert notices() == ["failed"]


@ONE_DATABASE
def test_who_ended_it_or_left_gets_nothing(
    mailer: Mailer, post: Post, news: Newsroom, subscribed: int, live: Live, clock: Clock
) -> None:
    with changing() as session:
        subscribing.end(session, actor(news.broadcaster), subscribed, now=clock())
    live("Tin một")
    with changing() as session:
        subscribing.subscribe(session, actor(news.broadcaster), news.district.id, "a@b.vn", now=clock())
        session.get_one(Person, news.broadcaster.id).active = False
    live("Tin hai")
    assert mailer.look() == 0


@ONE_DATABASE
@pytest.mark.parametrize(
    "address", ["", "a@b", "không dấu@a.vn", "a b@c.vn", "a@b.vn\nBcc: c@d.vn", f"{'a' * 65}@b.vn"]
)
def test_only_an_address_is_taken(news: Newsroom, loudspeaker: object, clock: Clock, address: str) -> None:
    with pytest.raises(Invalid, match="Địa chỉ thư chưa đúng"), changing() as session:
        subscribing.subscribe(session, actor(news.broadcaster), news.district.id, address, now=clock())


@ONE_DATABASE
def test_the_page_offers_mail_only_where_it_works(
    settings: Settings, news: Newsroom, loudspeaker: object, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "chưa được cấu hình để gửi thư" in browser.get("/radio/news").text
    form = {"unit": news.district.id, "address": "loa@huyen.example.vn"}
    assert browser.post("/radio/news/mail", data=form).status_code == 404
    works = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    monkeypatch.setattr("cms.radio.notices.news_views.settings", lambda: works)
    assert browser.post("/radio/news/mail", data={**form, "address": "x"}).status_code == 422
    assert "loa@huyen.example.vn" in browser.post("/radio/news/mail", data=form, follow_redirects=True).text
    assert "Đã thôi gửi thư" in browser.post("/radio/news/mail/1/end", follow_redirects=True).text


class Conversation(socketserver.StreamRequestHandler):
    """SMTP as far as one message needs it; the server's ``answers`` replace what is said to a command."""

    def handle(self) -> None:
        server: Any = self.server
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split(" ")[0].upper()
            answer = server.answers.get(word, {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 ok"))
            if answer == "hang up":
                return
            self._say(answer)
            if word == "DATA" and answer.startswith("354"):
                while self.rfile.readline().strip() != b".":
                    pass
                if server.answers.get("END") == "hang up":
                    return
                self._say(server.answers.get("END", "250 kept"))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server() -> Iterator[Any]:
    made: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
    made.daemon_threads, made.answers = True, {}
    Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def letter() -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = "Kịch bản mới", "a@b.vn", "c@d.vn"
    made.set_content("Đọc và tải")
    return made


@pytest.mark.parametrize(
    ("answers", "permanent"),
    [
        ({"MAIL": "451 later"}, False), ({"RCPT": "550 unknown"}, True), ({"RCPT": "450 busy"}, False),
        ({"DATA": "451 later"}, False), ({"END": "552 too big"}, True), ({"EHLO": "hang up"}, False),
        ({"RCPT": "hang up"}, False),
    ],
)  # fmt: skip
def test_the_postbox_knows_what_surely_did_not_leave(server: Any, answers: dict[str, str], permanent: bool) -> None:
    server.answers = answers
    with pytest.raises(NotSent) as refused:
        Postbox(f"smtp://127.0.0.1:{server.server_address[1]}").send(letter())
    assert refused.value.permanent is permanent


def test_the_postbox_says_when_nobody_knows(server: Any) -> None:
    server.answers = {"END": "hang up"}
    with pytest.raises(smtplib.SMTPServerDisconnected):
        Postbox(f"smtp://127.0.0.1:{server.server_address[1]}").send(letter())


def test_the_postbox_hands_over_and_a_closed_door_is_surely_not_sent(server: Any) -> None:
    Postbox(f"smtp://127.0.0.1:{server.server_address[1]}").send(letter())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotSent):
        Postbox(f"smtp://127.0.0.1:{port}").send(letter())

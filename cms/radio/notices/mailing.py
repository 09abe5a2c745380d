"""Mail about new scripts: durable, at most once for each script, and never in the way of a delivery.

A message is stamped as called before it is handed over. What surely did not leave is tried again; what may have left is
never sent a second time, whatever happens to this process.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from threading import Event, Thread

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from channels.radio_script.speech.length import clock
from cms.core.clock import utc_now
from cms.core.permissions import Action
from cms.core.settings import Settings
from cms.models.people import Person, Unit
from cms.models.radio import ScriptMail, ScriptNotice
from cms.radio.notices import newsfeed
from cms.radio.notices.postbox import NotSent, Postbox
from cms.radio.scripts import broadcast_log, queries
from media.characters import clean_line
from scheduler.decisions.states import DeliveryState
from scheduler.storage.database import IMMEDIATE, open_engine
from scheduler.storage.tables import Delivery

log = logging.getLogger(__name__)

EVERY_S = 20.0
"""Seconds between two looks for new scripts."""
NEWS_FOR = timedelta(hours=24)
"""A script that went live longer ago is no news: after a long stop nobody gets a heap of old mail."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class MailClaim:
    """A message that this process, and no other, may send now."""

    mail_id: int
    delivery_id: int
    address: str
    tries: int


class Mailer:
    """Looks for new scripts and sends what is due. ``send`` hands one message over or raises ``NotSent``."""

    def __init__(
        self, database: Engine, sender: str, public_url: str, send: Callable[[EmailMessage], None],
        clock_: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        self._database = database
        self._sender, self._public_url = sender, public_url
        self._send, self._now = send, clock_

    def look(self) -> int:
        """Queue news and send all that is due; return how many messages were handed over."""
        self._queue()
        sent = 0
        while (claim := self._claim()) is not None:
            sent += self._deliver(claim)
        return sent

    def _queue(self) -> None:
        """Enter a waiting message for every script that somebody was not told of yet."""
        now = self._now()
        with self._changing() as session:
            mails = select(ScriptMail, Unit.path, Person).join(Unit, Unit.id == ScriptMail.unit_id)
            mails = mails.join(Person, Person.id == ScriptMail.person_id)
            for mail, path, person in session.execute(mails.where(ScriptMail.ended_at.is_(None))).all():
                if not person.active or not newsfeed.reader(person).may(Action.READ_SCRIPTS, path):
                    continue
                known = select(ScriptNotice.delivery_id).where(ScriptNotice.mail_id == mail.id)
                fresh = select(Delivery.id).where(
                    Delivery.channel_id.in_(queries.sources(session, path)), Delivery.state == DeliveryState.LIVE,
                    Delivery.live_at >= max(mail.since, now - NEWS_FOR), Delivery.id.not_in(known),
                )  # fmt: skip
                for one in list(session.scalars(fresh)):
                    broadcast_log.insert_once(
                        session, ScriptNotice.__table__, ["mail_id", "delivery_id"],
                        mail_id=mail.id, delivery_id=one, state="waiting", tries=0, next_at=now, detail="",
                    )  # fmt: skip

    def _claim(self) -> MailClaim | None:
        """Stamp the next due message as called, and commit, before anything is said to a server."""
        now = self._now()
        with self._changing() as session:
            due = select(ScriptNotice, ScriptMail.address).join(ScriptMail, ScriptMail.id == ScriptNotice.mail_id)
            due = due.where(ScriptNotice.state == "waiting", ScriptNotice.next_at <= now)
            due = due.order_by(ScriptNotice.next_at).limit(1).with_for_update(of=ScriptNotice, skip_locked=True)
            row = session.execute(due).one_or_none()
            if row is None:
                return None
            notice, address = row
            notice.state, notice.called_at, notice.next_at, notice.tries = "called", now, None, notice.tries + 1
            return MailClaim(notice.mail_id, notice.delivery_id, address, notice.tries)

    def _deliver(self, claim: MailClaim) -> bool:
        try:
            message = self._message(claim)
            if message is None:
                self._note(claim, "failed", "called back before it was told")
                return False
            self._send(message)
        except NotSent as problem:
            self._again(claim, problem)
            return False
        except Exception as problem:  # it may have left: nobody sends it again
            log.warning("mail about script %s: unclear whether it left (%s)", claim.delivery_id, type(problem).__name__)
            self._note(claim, "unclear", type(problem).__name__)
            return False
        self._note(claim, "sent", "")
        return True

    def _message(self, claim: MailClaim) -> EmailMessage | None:
        with Session(self._database) as session:
            script = queries.by_ids(session, [claim.delivery_id]).get(claim.delivery_id)
        if script is None or script.state is not DeliveryState.LIVE:
            return None
        mark = newsfeed.CLASSES.get(script.urgency)
        made, title = EmailMessage(), clean_line(script.title)
        made["Subject"] = f"{f'{mark} – ' if mark else ''}Kịch bản mới: {title}"
        made["From"], made["To"] = self._sender, claim.address
        made["Date"] = format_datetime(self._now())
        made["Message-ID"] = f"<script-{claim.delivery_id}-{claim.mail_id}@{self._sender.partition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(
            f"{title}\n{clean_line(script.channel)}, dài khoảng {clock(script.seconds)}\n\n"
            f"Đọc và tải: {self._public_url}/radio/{script.delivery_id}\n\n"
            f"Thôi nhận thư này: {self._public_url}/radio/news\n"
        )
        return made

    def _again(self, claim: MailClaim, problem: NotSent) -> None:
        """Plan another try of what surely did not leave, or give up."""
        log.warning("mail about script %s was not sent: %s", claim.delivery_id, problem)
        if problem.permanent or claim.tries >= MOST_TRIES:
            self._note(claim, "failed", str(problem))
        else:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (claim.tries - 1))
            self._note(claim, "waiting", str(problem), self._now() + pause)

    def _note(self, claim: MailClaim, state: str, detail: str, next_at: datetime | None = None) -> None:
        mine = (ScriptNotice.mail_id == claim.mail_id, ScriptNotice.delivery_id == claim.delivery_id)
        with self._changing() as session:
            values = {"state": state, "detail": detail[:500], "next_at": next_at}
            session.execute(update(ScriptNotice).where(*mine, ScriptNotice.state == "called").values(values))

    @contextmanager
    def _changing(self) -> Iterator[Session]:
        with Session(self._database, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options=IMMEDIATE)
            yield session


@contextmanager
def beside(settings: Settings) -> Iterator[None]:
    """Send mail in a thread of its own while the block runs, if a mail server is configured."""
    if not settings.smtp_url:
        yield
        return
    database, over = open_engine(settings.database), Event()
    mailer = Mailer(database, settings.mail_from, settings.public_url, Postbox(settings.smtp_url).send)
    thread = Thread(target=_run, args=(mailer, over), name="script-mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=10)
        database.dispose()


def _run(mailer: Mailer, over: Event) -> None:
    while not over.is_set():
        try:
            mailer.look()
        except Exception:
            log.exception("mail about scripts could not be worked; trying again")
        over.wait(EVERY_S)

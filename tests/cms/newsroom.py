"""Builders of a small newsroom for tests: units, people, vocabulary, channels, stories, and signing in.

Everything goes through the session of the running application; each builder commits, so a page sees it at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_login import utils as login_utils
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.core.database import changing, db
from cms.core.permissions import Actor
from cms.models.people import Membership, Person, Unit
from cms.models.plans import Term
from cms.models.roles import Grant, Role
from cms.models.stories import Story
from cms.stories.editing import content as contents
from cms.stories.editing import writing
from cms.stories.review import review
from cms.web.actor import SignedIn
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery, StoredRendition

LONG_AGO = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
PASSWORD = "một câu dài dễ nhớ"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def unit(name: str, above: Unit | None = None, *, own_approval: bool = False) -> Unit:
    """A unit below ``above``, or a root; its code is made from the count of units."""
    with changing() as session:
        made = Unit(
            code="", name=name, parent_id=above.id if above else None, path="", groups=[], own_approval=own_approval
        )
        made.code = f"unit-{name.casefold().replace(' ', '-')}"[:80]
        session.add(made)
        session.flush()
        made.path = f"{above.path if above else '/'}{made.id}/"
    return made


def person(username: str, *roles: tuple[Role, Unit], name: str = "") -> Person:
    """An active person with roles; the password is ``PASSWORD``."""
    with changing() as session:
        made = Person(username=username, name=name or username.title(), password_hash=_HASH, created_at=LONG_AGO)
        made.memberships = [Membership(unit_id=where.id, unit=where, role=role.value) for role, where in roles]
        session.add(made)
    return made


def actor(someone: Person) -> Actor:
    """The actor of a person with all their roles."""
    grants = tuple(Grant(Role(m.role), m.unit_id, m.unit.path) for m in someone.memberships)
    return Actor(someone.id, someone.name, grants)


def term(kind: str, code: str, label: str) -> Term:
    """A word of the vocabulary: kind is column, topic, audience or document."""
    with changing() as session:
        made = Term(kind=kind, code=code, label=label, detail={})
        session.add(made)
    return made


def channel(kind: str, owner: Unit, slug: str, **more: Any) -> Channel:
    """An active channel; ``settings`` and other columns as keywords."""
    with changing() as session:
        made = Channel(kind=kind, unit_id=owner.id, slug=slug, created_at=LONG_AGO, **{"name": slug, **more})
        session.add(made)
    return made


def story(author: Person, owner: Unit, *, now: datetime, **fields: Any) -> Story:
    """A draft by ``author``; fields are those of ``Content``, with a complete article as the default."""
    values = {
        "title": "Nộp hồ sơ từ nhà",
        "summary": "Không phải chờ ở bộ phận một cửa.",
        "body": "Người dân đăng nhập bằng VNeID rồi nộp hồ sơ.",
        "column": "chuyen-doi-so",
    }
    with changing() as session:
        return writing.create(
            session, actor(author), unit_id=owner.id, content=contents.parse({**values, **fields}), now=now
        )


def submitted(author: Person, owner: Unit, *, now: datetime, **fields: Any) -> Story:
    """A story that waits for approval."""
    made = story(author, owner, now=now, **fields)
    with changing() as session:
        return review.submit(session, actor(author), made.id, now=now)


def approved(author: Person, lead: Person, owner: Unit, *, now: datetime, **fields: Any) -> Story:
    """A story whose first revision ``lead`` has approved."""
    made = submitted(author, owner, now=now, **fields)
    with changing() as session:
        return review.approve(session, actor(lead), made.id, revision_id=made.current_id, now=now)


def delivery(
    of: Story, where: Channel, state: DeliveryState, *, now: datetime, revision_id: int | None = None
) -> Delivery:
    """A delivery of the story's newest revision (or ``revision_id``) in ``state``, put there without the desk."""
    with changing() as session:
        number = session.scalar(select(func.count()).select_from(StoredRendition)) or 0
        rendition = StoredRendition(
            story_id=of.id, revision_id=revision_id or of.current_id, revision=1, channel_id=where.id, kind=where.kind,
            sha256=f"{number:064x}", title=of.title, document={}, files=[], created_at=now,
        )  # fmt: skip
        session.add(rendition)
        session.flush()
        made = Delivery(
            key=f"test-{rendition.id}", story_id=of.id, channel_id=where.id, rendition_id=rendition.id, state=state,
            scheduled_at=now, live_at=now if state is DeliveryState.LIVE else None, created_at=now,
        )  # fmt: skip
        session.add(made)
    return made


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the database is sent while the block runs, in their order."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class Newsroom:
    """A province with a paper, a department and a district; one person a role."""

    province: Unit
    paper: Unit
    department: Unit
    district: Unit
    editor: Person
    colleague: Person
    lead: Person
    outsider: Person
    broadcaster: Person
    admin: Person
    viewer: Person


def newsroom() -> Newsroom:
    """Build the newsroom with the columns and terms that stories of tests use."""
    province = unit("Tỉnh Sông Vàm")
    paper = unit("Báo Sông Vàm", province)
    department = unit("Sở Thông tin Sông Vàm", province)
    district = unit("Huyện Bến Tre Xanh", province)
    term("column", "chuyen-doi-so", "Chuyển đổi số")
    term("column", "doi-song-so", "Đời sống số")
    term("topic", "dich-vu-cong", "Dịch vụ công trực tuyến")
    term("audience", "nguoi-dan", "Người dân")
    term("document", "06/QĐ-TTg", "Quyết định 06/QĐ-TTg")
    return Newsroom(
        province, paper, department, district,
        editor=person("khoi", (Role.EDITOR, paper), name="Nguyễn Minh Khôi"),
        colleague=person("vy", (Role.EDITOR, paper), name="Trần Thảo Vy"),
        lead=person("diep", (Role.LEAD, paper), name="Lê Ngọc Diệp"),
        outsider=person("hoa", (Role.EDITOR, department), name="Phan Thanh Hòa"),
        broadcaster=person("phuong", (Role.BROADCASTER, district), name="Ngô Mai Phương"),
        admin=person("quan", (Role.ADMIN, province), name="Võ Anh Quân"),
        viewer=person("yen", (Role.VIEWER, province), name="Lý Hải Yến"),
    )  # fmt: skip


class Browser(FlaskClient):
    """A client whose every request has its own application context, and so its own ``g`` and database session.

    Without it all requests of a test would share those of the fixture, and with them the first person signed in.
    """

    def open(self, *args: Any, **options: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **options)


def visitor(app: Flask) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(app, app.response_class, use_cookies=True)


def sign_in(app: Flask, someone: Person) -> Browser:
    """A browser in which ``someone`` is signed in already, without the time that checking a password takes."""
    client = visitor(app)
    with app.test_request_context(environ_base=client.environ_base):
        mark = login_utils._create_identifier()
    with client.session_transaction() as session:
        session.update({"_user_id": SignedIn(someone).get_id(), "_fresh": True, "_id": mark})
    return client


def fresh(session: Session, made: Story) -> Story:
    """The story as the database holds it now."""
    session.rollback()
    return session.get_one(Story, made.id, populate_existing=True)

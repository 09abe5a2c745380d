"""Channels as admins make and change them: each change audited, no secret ever readable."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from channels import registry
from cms.boards import service as boards
from cms.channels import queries, service
from cms.channels.service import ChannelBasics
from cms.core.channel_secrets import opened
from cms.core.database import changing, db
from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound, Refusal
from cms.models.audit import AuditEntry
from cms.models.boards import BoardKey
from cms.models.roles import Role
from cms.web.input import weekly_times
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys
from tests.cms.newsroom import Newsroom, actor, channel, newsroom, person
from tests.conftest import Clock

KEYS = Keys(["một khóa dài để thử"])
SECRETS = {"app_secret": "BI-MAT-APP-1", "access_token": "BI-MAT-TOKEN-2", "refresh_token": "BI-MAT-REFRESH-3"}


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


def created(news: Newsroom, clock: Clock, *, kind: str = "portal_rss", slug: str = "bao", **more: Any) -> Channel:
    with changing() as session:
        return service.create(
            session, actor(news.admin), kind=kind, slug=slug, unit_id=more.pop("unit_id", news.paper.id),
            basics=ChannelBasics(**{"name": "Báo", **more}), settings=registry.adapter(kind).Settings(), now=clock(),
        )  # fmt: skip


def now_of(one: Channel) -> Channel:
    db.session.rollback()
    return db.session.get_one(Channel, one.id, populate_existing=True)


def last() -> AuditEntry:
    db.session.rollback()
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


@pytest.mark.parametrize("kind", list(registry.KINDS))
def test_a_channel_of_every_kind_is_made_with_its_defaults(news: Newsroom, clock: Clock, kind: str) -> None:
    made = created(news, clock, kind=kind, medium="portal")
    model = registry.adapter(kind).Settings
    assert model.model_validate(now_of(made).settings) == model()
    assert last().detail == {"kind": kind, "slug": "bao", "name": "Báo"}


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"slug": "Báo Long"}, "slug", "Địa chỉ kênh chỉ gồm"),
        ({"slug": "a" * 81}, "slug", "Địa chỉ kênh chỉ gồm"),
        ({"name": "  "}, "name", "Hãy nhập tên kênh"),
        ({"name": "x" * 201}, "name", "dài quá 200"),
        ({"late_policy": "never"}, "late_policy", "trong danh sách"),
        ({"late_minutes": 0}, "late_minutes", "từ 1 đến 10080"),
        ({"unit_id": 999}, "unit", "Không có đơn vị này"),
    ],
)
def test_a_bad_channel_is_refused_with_one_sentence(
    news: Newsroom, clock: Clock, more: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence) as refused:
        created(news, clock, **more)
    assert refused.value.field == field
    assert db.session.scalars(select(Channel)).all() == []


def test_an_address_is_taken_once(news: Newsroom, clock: Clock) -> None:
    created(news, clock)
    with pytest.raises(Conflict, match="đã có kênh khác dùng"):
        created(news, clock)


def test_an_edit_tells_each_change_and_has_the_documents_made_anew(news: Newsroom, clock: Clock) -> None:
    made = created(news, clock)
    model = registry.adapter("portal_rss").Settings
    version = now_of(made).version
    with changing() as session:
        service.edit(
            session, actor(news.admin), made.id, basics=ChannelBasics("Báo mới", late_policy="at_once"),
            settings=model(max_items=20), now=clock(),
        )  # fmt: skip
    assert last().detail == {
        "changes": {"name": ["Báo", "Báo mới"], "late_policy": ["within", "at_once"], "max_items": [50, 20]}
    }
    assert now_of(made).version == version + 1
    with changing() as session:
        service.edit(
            session, actor(news.admin), made.id, basics=ChannelBasics("Báo mới", late_policy="at_once"),
            settings=model(max_items=20), now=clock(),
        )  # fmt: skip
    assert now_of(made).version == version + 1


def test_weekly_times_are_kept_as_the_scheduler_reads_them(news: Newsroom, clock: Clock) -> None:
    made = created(news, clock)
    with changing() as session:
        service.set_slots(
            session, actor(news.admin), made.id, weekly_times.read({1: "7h30, 17:30", 7: "19:00"}), now=clock()
        )
    assert now_of(made).weekly_slots == [
        {"weekday": 1, "time": "07:30"}, {"weekday": 1, "time": "17:30"}, {"weekday": 7, "time": "19:00"}
    ]  # fmt: skip
    assert last().detail == {"slots": ["1 07:30", "1 17:30", "7 19:00"]}


def test_stopping_and_opening_a_channel(news: Newsroom, clock: Clock) -> None:
    made = created(news, clock)
    for active in (False, True):
        with changing() as session:
            service.set_active(session, actor(news.admin), made.id, active, now=clock())
        assert now_of(made).active is active
        with pytest.raises(Conflict), changing() as session:
            service.set_active(session, actor(news.admin), made.id, active, now=clock())
    db.session.rollback()
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["channel.create", "channel.deactivate", "channel.activate"]


def test_secrets_are_kept_encrypted_and_named_but_never_told(news: Newsroom, clock: Clock) -> None:
    made = created(news, clock, kind="zalo_oa")
    with changing() as session:
        service.store_secrets(session, actor(news.admin), made.id, SECRETS, KEYS, now=clock())
    assert service.secrets_held(db.session(), made.id, KEYS) == frozenset(SECRETS)
    assert service.secrets_held(db.session(), made.id, Keys(["khóa khác hẳn khóa cũ"])) is None
    assert last().detail == {"secrets": sorted(SECRETS)}
    _nowhere_in_the_database()


def _nowhere_in_the_database() -> None:
    for table in ("audit_entry", "channel", "channel_secret"):
        for row in db.session.execute(text(f"SELECT * FROM {table}")):
            assert "BI-MAT" not in str([bytes(v) if isinstance(v, memoryview) else v for v in row])


def test_an_empty_box_keeps_what_is_stored(news: Newsroom, clock: Clock) -> None:
    made = created(news, clock, kind="zalo_oa")
    with changing() as session:
        service.store_secrets(session, actor(news.admin), made.id, SECRETS, KEYS, now=clock())
    with changing() as session:
        service.store_secrets(
            session, actor(news.admin), made.id, {"access_token": "MOI", "refresh_token": "  "}, KEYS, now=clock()
        )
    with changing() as session:
        assert opened(session, made.id, KEYS) == SECRETS | {"access_token": "MOI"}


@pytest.mark.parametrize("values", [{}, {"access_token": "  "}, {"unknown": "x"}])
def test_no_secret_at_all_is_refused(news: Newsroom, clock: Clock, values: dict[str, str]) -> None:
    made = created(news, clock, kind="zalo_oa")
    with pytest.raises(Invalid, match="ít nhất một mã bí mật"), changing() as session:
        service.store_secrets(session, actor(news.admin), made.id, values, KEYS, now=clock())


def test_new_secrets_let_a_channel_that_lost_its_authorisation_go_on(news: Newsroom, clock: Clock) -> None:
    made = created(news, clock, kind="zalo_oa")
    with changing() as session:
        session.get_one(Channel, made.id).health = "needs_auth"
    with changing() as session:
        service.store_secrets(session, actor(news.admin), made.id, SECRETS, KEYS, now=clock())
    assert now_of(made).health == "ok"


def test_a_boards_key_opens_its_door_until_the_next_one_is_issued(news: Newsroom, clock: Clock) -> None:
    made = created(news, clock, kind="led_board", slug="bang-1")
    with changing() as session:
        first = service.issue_board_key(session, actor(news.admin), made.id, now=clock())
    assert boards.board(db.session(), "bang-1", first).id == made.id
    with changing() as session:
        second = service.issue_board_key(session, actor(news.admin), made.id, now=clock())
    assert boards.board(db.session(), "bang-1", second).id == made.id
    with pytest.raises(NotAllowed):
        boards.board(db.session(), "bang-1", first)
    assert first not in str(db.session.scalars(select(BoardKey.hash)).all())
    assert last().detail == {"name": "Báo"}


def test_only_boards_have_keys(news: Newsroom, clock: Clock) -> None:
    made = created(news, clock)
    with pytest.raises(Conflict, match="Chỉ bảng điện tử"), changing() as session:
        service.issue_board_key(session, actor(news.admin), made.id, now=clock())


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("admin", True), ("lead", False), ("editor", False), ("viewer", False), ("broadcaster", False)],
)
def test_who_configures_channels(news: Newsroom, clock: Clock, who: str, allowed: bool) -> None:
    made = created(news, clock)
    someone = actor(getattr(news, who))
    if allowed:
        with changing() as session:
            service.set_active(session, someone, made.id, False, now=clock())
        assert queries.page(db.session(), someone).total == 1
    else:
        with pytest.raises(NotAllowed), changing() as session:
            service.set_active(session, someone, made.id, False, now=clock())
        with pytest.raises(NotAllowed):
            queries.page(db.session(), someone)


def test_a_local_admin_configures_only_below(news: Newsroom, clock: Clock) -> None:
    local = actor(person("thu", (Role.ADMIN, news.district)))
    mine, other = channel("radio_script", news.district, "loa"), created(news, clock)
    assert [line.channel.id for line in queries.page(db.session(), local).lines] == [mine.id]
    with pytest.raises(NotAllowed), changing() as session:
        service.set_slots(session, local, other.id, [], now=clock())
    with pytest.raises(NotFound), changing() as session:
        service.set_slots(session, local, 999, [], now=clock())

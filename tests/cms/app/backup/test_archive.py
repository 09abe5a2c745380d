"""Backup and restore: everything comes back, in either kind of database, and nothing goes out twice because of it."""

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, insert, select, update
from sqlalchemy.orm import Session

from channels.words import Words
from cms.app import schema
from cms.app.backup import archive as safekeeping
from cms.app.backup.archive import MADE_ANEW
from cms.core.refusal import Conflict, Invalid, Refusal
from cms.models import metadata
from cms.models.people import Person, Unit
from cms.models.stories import Story
from cms.stories.queries import search
from media.storage.store import Store
from scheduler.decisions.states import DeliveryState
from scheduler.storage import vault
from scheduler.storage.database import open_engine, writing
from scheduler.storage.rows import CHANNEL, DELIVERY
from scheduler.storage.tables import Delivery
from scheduler.storage.vault import Keys
from tests.cms import newsroom
from tests.cms.damage import DAMAGE, changed_row
from tests.cms.feeds.press import Press
from tests.cms.filler import fill, rows
from tests.conftest import SUNDAY, Clock
from tests.databases import MIGRATED, postgres_database

SCHEMA = schema.newest() or ""
LATER = SUNDAY + timedelta(hours=3)
SECRET = "một bí mật của kênh"
PICTURE = b"a picture, or something like it" * 100


@pytest.fixture
def other_url(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[str]:
    """Address of an empty, migrated database of the other kind."""
    if url.startswith("postgresql"):
        path = tmp_path / "other.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with postgres_database(request.getfixturevalue("postgres"), MIGRATED) as address:
        yield address


@pytest.fixture
def other(other_url: str) -> Iterator[Engine]:
    made = open_engine(other_url)
    yield made
    made.dispose()


@pytest.fixture
def press(app: Flask, engine: Engine, clock: Clock) -> Press:
    """A newsroom at work: stories out, one withdrawn, one corrected, a secret kept, a picture in the store."""
    made = Press(app, engine, clock)
    corrected = made.publish(made.portal, made.board, title="Nộp hồ sơ từ nhà")
    made.correct(corrected, made.portal, made.board, title="Nộp hồ sơ tại nhà")
    made.retract(made.publish(title="Con số sai"))
    zalo = newsroom.channel("zalo_oa", made.room.paper, "zalo")
    with writing(engine) as connection:
        vault.put_secrets(connection, zalo.id, {"app_secret": SECRET}, Keys(("k" * 32,)), SUNDAY)
    made.context.store.put(PICTURE)
    return made


@pytest.fixture
def copy(press: Press, engine: Engine, tmp_path: Path) -> Path:
    """A copy of that newsroom."""
    file = tmp_path / "ban-sao.zip"
    safekeeping.backup(engine, press.context.store, SCHEMA, file, SUNDAY)
    return file


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The empty store of the new installation."""
    return Store(tmp_path / "new-media")


def test_every_table_comes_back_in_the_other_kind_of_database(
    press: Press, engine: Engine, other: Engine, store: Store, tmp_path: Path
) -> None:
    fill(engine)
    file = tmp_path / "ban-sao.zip"
    written = safekeeping.backup(engine, press.context.store, SCHEMA, file, SUNDAY)
    restored = safekeeping.restore(other, store, SCHEMA, file, SUNDAY - timedelta(days=400))
    before, after = rows(engine), rows(other)
    assert all(before.values()), "a table that is empty proves nothing"
    for name in before:
        assert after[name] == ([] if name in MADE_ANEW else before[name]), name
    assert written == restored == sum(len(found) for found in after.values())


def test_pictures_come_back(copy: Path, press: Press, other: Engine, store: Store) -> None:
    safekeeping.restore(other, store, SCHEMA, copy, LATER)
    assert set(store) == set(press.context.store)
    assert PICTURE in [store.read(name, verify=True) for name in store]


def test_new_rows_get_new_numbers_after_a_restore(copy: Path, other: Engine, store: Store) -> None:
    safekeeping.restore(other, store, SCHEMA, copy, LATER)
    with writing(other) as connection:
        units = connection.scalars(select(Unit.id)).all()
        fresh = {
            "code": "moi",
            "name": "Đơn vị mới",
            "short_name": "",
            "path": "/",
            "groups": [],
            "own_approval": False,
        }
        assert connection.scalar(insert(Unit).values(fresh).returning(Unit.id)) == max(units) + 1


def test_every_sequence_goes_on_after_the_last_row(
    press: Press, engine: Engine, other: Engine, store: Store, tmp_path: Path
) -> None:
    fill(engine)
    safekeeping.backup(engine, press.context.store, SCHEMA, tmp_path / "ban-sao.zip", SUNDAY)
    safekeeping.restore(other, store, SCHEMA, tmp_path / "ban-sao.zip", LATER)
    if other.dialect.name == "sqlite":
        return
    with other.connect() as connection:
        for table in metadata.sorted_tables:
            if (key := table.autoincrement_column) is not None:
                sequence = func.nextval(func.pg_get_serial_sequence(table.name, key.name))
                assert connection.scalar(select(sequence)) == connection.scalar(select(func.max(key) + 1)), table.name


def test_stories_are_found_again(copy: Path, other: Engine, store: Store) -> None:
    safekeeping.restore(other, store, SCHEMA, copy, LATER)
    with Session(other) as session:
        for words, number in (("nop ho so", 2), ("Nộp hồ sơ tại nhà", 1), ("con so sai", 1), ("dong dat", 0)):
            condition = search.matching(session, words)
            assert condition is not None
            assert session.scalar(select(func.count()).select_from(Story).where(condition)) == number, words


def test_secrets_open_with_the_key_and_only_with_it(copy: Path, other: Engine, store: Store) -> None:
    safekeeping.restore(other, store, SCHEMA, copy, LATER)
    with other.connect() as connection:
        zalo = connection.execute(select(CHANNEL.c.id).where(CHANNEL.c.slug == "zalo")).scalar_one()
        box = connection.execute(select(metadata.tables["channel_secret"].c.box)).scalar_one()
    assert SECRET.encode() not in box
    opened = vault.DatabaseVault(other, zalo, Keys(("k" * 32,)), clock=lambda: LATER, owner="test")
    assert opened.read() == {"app_secret": SECRET}


def test_the_copy_holds_no_key_no_secret_and_is_for_its_owner_alone(copy: Path, app: Flask) -> None:
    with zipfile.ZipFile(copy) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for hidden in (SECRET, json.dumps(SECRET), "k" * 32, newsroom.PASSWORD):
        assert hidden.encode() not in everything
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not list(copy.parent.glob("*.part"))


# What may have gone out since the copy


def waiting(press: Press, engine: Engine, slug: str, story: int, **values: Any) -> int:
    """A delivery of a story in the state of ``values`` on the channel ``slug``."""
    with writing(engine) as connection:
        channel = connection.execute(select(CHANNEL.c.id).where(CHANNEL.c.slug == slug)).scalar_one()
        like = connection.execute(select(DELIVERY).limit(1)).mappings().one()
        fresh = {"key": uuid4().hex, "story_id": story, "channel_id": channel, "live_at": None}
        gone = dict.fromkeys(("live_rendition_id", "corrected_at", "withdrawn_at", "lease_owner", "lease_until"))
        row = {name: value for name, value in like.items() if name != "id"} | gone | fresh | values
        return int(connection.execute(insert(DELIVERY).values(row).returning(DELIVERY.c.id)).scalar_one())


CASES: list[tuple[str, dict[str, Any], bool]] = [
    ("zalo", {"state": DeliveryState.SCHEDULED, "next_at": SUNDAY + timedelta(hours=1)}, True),
    ("zalo", {"state": DeliveryState.SCHEDULED, "next_at": LATER + timedelta(hours=1)}, False),
    ("zalo", {"state": DeliveryState.SENDING, "next_at": SUNDAY}, True),
    (
        "zalo",
        {"state": DeliveryState.SCHEDULED, "next_at": LATER + timedelta(seconds=30), "lease_owner": "old:1"},
        True,
    ),
    ("zalo", {"state": DeliveryState.FAILED, "next_at": None}, False),
    ("bao", {"state": DeliveryState.SCHEDULED, "next_at": SUNDAY + timedelta(hours=1)}, False),
]


def test_what_may_have_been_sent_since_is_looked_up_before_it_is_sent(
    press: Press, engine: Engine, other: Engine, store: Store, tmp_path: Path
) -> None:
    made = [waiting(press, engine, slug, number, **values) for number, (slug, values, _) in enumerate(CASES, 1000)]
    safekeeping.backup(engine, press.context.store, SCHEMA, tmp_path / "ban-sao.zip", SUNDAY)
    safekeeping.restore(other, store, SCHEMA, tmp_path / "ban-sao.zip", LATER)
    with Session(other) as session:
        for delivery, (slug, values, doubted) in zip(made, CASES, strict=True):
            row = session.get_one(Delivery, delivery)
            assert row.called_at == (SUNDAY if doubted else None), (slug, values)
            assert row.state == (DeliveryState.SENDING if doubted else values["state"])


def test_a_call_whose_outcome_was_open_already_stays_as_it_was(
    press: Press, engine: Engine, other: Engine, store: Store, tmp_path: Path
) -> None:
    called = SUNDAY - timedelta(minutes=2)
    delivery = waiting(press, engine, "zalo", 1000, state=DeliveryState.SENDING, next_at=SUNDAY, called_at=called)
    file = tmp_path / "ban-sao.zip"
    safekeeping.backup(engine, press.context.store, SCHEMA, file, SUNDAY)
    safekeeping.restore(other, store, SCHEMA, file, LATER)
    with Session(other) as session:
        assert session.get_one(Delivery, delivery).called_at == called


# What is refused


def test_a_database_that_holds_something_is_left_as_it_is(copy: Path, engine: Engine, store: Store) -> None:
    before = rows(engine)
    with pytest.raises(Conflict, match="trống"):
        safekeeping.restore(engine, store, SCHEMA, copy, LATER)
    assert rows(engine) == before
    assert list(store) == []


def test_a_copy_of_another_version_is_refused_and_both_are_named(copy: Path, other: Engine, store: Store) -> None:
    with pytest.raises(Invalid, match=f"phiên bản {SCHEMA}, hệ thống này là 9999"):
        safekeeping.restore(other, store, "9999", copy, LATER)


def test_a_damaged_or_foreign_file_is_refused_and_nothing_is_half_done(
    copy: Path, other: Engine, store: Store, tmp_path: Path
) -> None:
    for what, damage in DAMAGE.items():
        damaged = tmp_path / "hong.zip"
        shutil.copy(copy, damaged)
        damage(damaged)
        with pytest.raises(Refusal) as caught:
            safekeeping.restore(other, store, SCHEMA, damaged, LATER)
        assert damaged.name in str(caught.value), what
        if "row" in what.split() and what != "a row without what it needs":
            assert re.search(r"bảng \w+, dòng \d+|story \d+", str(caught.value)), what
        assert "\n" not in str(caught.value)
        assert not any(rows(other).values()), what
    assert safekeeping.restore(other, store, SCHEMA, copy, LATER)


def test_a_sign_that_no_database_stores_is_dropped_and_its_row_is_named(
    copy: Path, other: Engine, store: Store
) -> None:
    changed_row("person", name="Khôi\x00 \ud800Nguyễn", language="vi")(copy)
    told: list[Words] = []
    safekeeping.restore(other, store, SCHEMA, copy, LATER, told.append)
    assert [str(one) for one in told] == ["Bảng person, dòng 1 (name): đã bỏ ký tự không lưu được."]
    with Session(other) as session:
        assert "Khôi Nguyễn" in session.scalars(select(Person.name)).all()


def test_a_store_without_room_is_told_as_such_and_nothing_is_half_done(
    copy: Path, other: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "put", full)
    with pytest.raises(Invalid, match="No space left"):
        safekeeping.restore(other, store, SCHEMA, copy, LATER)
    assert not any(rows(other).values())


def test_a_file_that_is_not_there_is_named(other: Engine, store: Store, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"khong-co\.zip"):
        safekeeping.restore(other, store, SCHEMA, tmp_path / "khong-co.zip", LATER)


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(
    press: Press, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid, match="Không ghi được"):
        safekeeping.backup(engine, press.context.store, SCHEMA, tmp_path / "khong-co" / "a.zip", SUNDAY)
    file = tmp_path / "ban-sao.zip"
    file.write_bytes(b"the copy of yesterday")
    broken = Store(tmp_path / "nothing")
    kept = broken.put(b"x")
    monkeypatch.setattr(broken, "path", lambda _sha256: tmp_path / kept.sha256)
    with pytest.raises(Invalid, match="Không ghi được"):
        safekeeping.backup(engine, broken, SCHEMA, file, SUNDAY)
    assert file.read_bytes() == b"the copy of yesterday"
    assert not list(tmp_path.glob("*.part"))


def test_a_copy_is_of_one_moment_while_others_write(press: Press, engine: Engine, url: str, tmp_path: Path) -> None:
    writer, file, statements = open_engine(url), tmp_path / "ban-sao.zip", count()

    def write_meanwhile(*_: object) -> None:
        if next(statements) == 3:
            with writing(writer) as connection:
                connection.execute(update(DELIVERY).values(reason="Đổi giữa chừng"))

    event.listen(engine, "before_cursor_execute", write_meanwhile)
    safekeeping.backup(engine, press.context.store, SCHEMA, file, SUNDAY)
    event.remove(engine, "before_cursor_execute", write_meanwhile)
    with writer.connect() as connection:
        assert set(connection.scalars(select(DELIVERY.c.reason))) == {"Đổi giữa chừng"}
    writer.dispose()
    with zipfile.ZipFile(file) as archive:
        assert "Đổi giữa chừng".encode() not in archive.read("rows/delivery.jsonl")

"""A check tells of every secret that no longer opens and every file that is gone or damaged."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from cms.app.backup import integrity
from cms.models.radio import ScriptVariant
from cms.models.stories import Asset
from media.storage.store import Store
from scheduler.storage import vault
from scheduler.storage.database import writing
from scheduler.storage.rows import RENDITION, SECRET
from scheduler.storage.vault import Keys
from tests.cms import newsroom
from tests.cms.feeds.press import Press
from tests.cms.filler import fill
from tests.conftest import SUNDAY, Clock

KEY = Keys(("k" * 32,))


@pytest.fixture
def store(app: Flask, engine: Engine, clock: Clock, tmp_path: Path) -> Store:
    """A newsroom with a secret, a rendition, a picture and a sound; every file is in the store."""
    press = Press(app, engine, clock)
    press.publish(press.portal, press.board)
    zalo = newsroom.channel("zalo_oa", press.room.paper, "zalo", name="OA Sông Vàm")
    with writing(engine) as connection:
        vault.put_secrets(connection, zalo.id, {"app_secret": "x"}, KEY, SUNDAY)
    fill(engine)
    made = press.context.store
    picture, sound = made.put(b"picture").sha256, made.put(b"sound").sha256
    with writing(engine) as connection:
        connection.execute(update(Asset).values(sha256=picture, name="bia.jpg"))
        connection.execute(update(ScriptVariant).values(audio_sha256=sound))
    return made


def told(engine: Engine, store: Store, keys: Keys = KEY) -> list[str]:
    return [str(fault) for fault in integrity.faults(engine, keys, store)]


def test_all_is_well(engine: Engine, store: Store) -> None:
    assert told(engine, store) == []


@pytest.mark.parametrize("keys", [Keys(("another" * 5,)), Keys(())])
def test_a_lost_key_is_told_with_the_channel(engine: Engine, store: Store, keys: Keys) -> None:
    (line,) = told(engine, store, keys)
    assert "OA Sông Vàm" in line
    assert "DAKENH_ENCRYPTION_KEY" in line


def test_a_box_that_holds_something_else_is_told_too(engine: Engine, store: Store) -> None:
    with writing(engine) as connection:
        connection.execute(update(SECRET).values(box=b"\x00not a box"))
    assert len(told(engine, store)) == 1


def test_each_file_that_is_gone_or_damaged_is_told_with_what_it_is(engine: Engine, store: Store) -> None:
    picture, sound = (Store(store.root).put(data).sha256 for data in (b"picture", b"sound"))
    store.path(picture).unlink()
    store.path(sound).write_bytes(b"sounds like another")
    with engine.connect() as connection:
        frame = next(files[0]["sha256"] for files in connection.scalars(select(RENDITION.c.files)) if files)
    store.path(frame).unlink()
    lines = "\n".join(told(engine, store))
    assert f"Thiếu tệp {picture[:12]} của ảnh “bia.jpg”" in lines
    assert f"Tệp {sound[:12]} của bản âm thanh của tin, bài #" in lines
    assert f"Thiếu tệp {frame[:12]} của bản phát hành #" in lines
    assert lines.count("\n") == 2


HURT = [
    {"document": {"title": ["x"]}},
    {"document": []},
    {"kind": "another"},
    {"files": {"a": 1}},
    {"files": [None]},
    {"files": [{"sha256": None}]},
    {"files": 7},
]


@pytest.mark.parametrize("hurt", HURT)
def test_a_rendition_that_is_not_what_was_kept_is_told(engine: Engine, store: Store, hurt: dict[str, object]) -> None:
    with writing(engine) as connection:
        first = connection.scalar(select(RENDITION.c.id).order_by(RENDITION.c.id))
        connection.execute(update(RENDITION).where(RENDITION.c.id == first).values(hurt))
    (line,) = told(engine, store)
    assert f"bản phát hành #{first}" in line

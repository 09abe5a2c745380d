"""What is stored of an item is compared with the checksum that it was kept with before a channel carries it."""

import json

import pytest
from sqlalchemy import text, update

from channels.contract import Continue, RenditionFile
from scheduler import health
from scheduler.decisions.states import DeliveryState
from scheduler.storage.database import writing
from scheduler.storage.rows import RENDITION
from tests.scheduler.conftest import House

CHANGED = [
    {"document": '{"text": "Số khác"}'},
    {"document": '{"text": "Hỏng", "more": {"deep": [1e300, true]}}'},
    {"document": '{"text": ["Hỏng"]}'},
    {"kind": "another"},
    {"files": '[{"name": "a.png", "mime": "image/png", "sha256": "%s", "size": 3}]' % ("0" * 64)},
]


@pytest.mark.parametrize("hurt", CHANGED)
def test_a_rendition_that_is_no_longer_what_was_approved_is_left_out_and_a_correction_puts_it_back(
    house: House, hurt: dict[str, str]
) -> None:
    channel = house.channel("fake_pull")
    bad, gone = house.schedule(channel, "Hỏng"), house.schedule(channel, "Gỡ")
    worker = house.worker()
    worker.run_due()
    with writing(house.database) as connection:
        for name, value in hurt.items():
            stored = value if name == "kind" else json.loads(value)
            change = update(RENDITION).where(RENDITION.c.id == house.row(bad).rendition_id)
            connection.execute(change.values({name: stored}))
    house.withdraw(house.row(gone).story_id)
    worker.run_due()
    assert house.listed(channel) | {"items": [], "gone": ["Gỡ"]} == house.listed(channel)
    with house.database.connect() as connection:
        assert health.needs_person(connection) == 1
    house.correct(bad, "Đã sửa")
    worker.run_due()
    assert house.listed(channel)["items"] == ["Đã sửa"]
    with house.database.connect() as connection:
        assert health.needs_person(connection) == 0


def _hurt(house: House, delivery_id: int, hurt: dict[str, str]) -> None:
    with writing(house.database) as connection:
        for name, value in hurt.items():
            stored = value if name == "kind" else json.loads(value)
            change = update(RENDITION).where(RENDITION.c.id == house.row(delivery_id).rendition_id)
            connection.execute(change.values({name: stored}))


UNREADABLE = ["{", "", "null", "7", '"x"']
"""What the text of a JSON column may be after somebody's hand or a broken disk."""


def _spoil(house: House, delivery_id: int, column: str, written: str) -> None:
    with writing(house.database) as connection:
        statement = text(f"UPDATE rendition SET {column} = :written WHERE id = :id")
        connection.execute(statement, {"written": written, "id": house.row(delivery_id).rendition_id})


@pytest.mark.parametrize("hurt", CHANGED)
def test_what_is_no_longer_what_was_approved_is_not_pushed_and_stops_no_other(
    house: House, hurt: dict[str, str]
) -> None:
    channel, provider = house.memory()
    good, gone = house.schedule(channel, "Tốt"), house.schedule(channel, "Gỡ")
    house.worker().run_due()
    bad, later = house.schedule(channel, "Hỏng"), house.schedule(channel, "Sau")
    house.correct(good, "Đã sửa")
    _hurt(house, bad, hurt)
    house.withdraw(house.row(gone).story_id)
    house.worker().run_due()
    assert sorted(text for _key, text in provider.items.values()) == ["Sau", "Đã sửa"]
    assert [house.state(one) for one in (good, gone, bad, later)] == [
        DeliveryState.LIVE, DeliveryState.WITHDRAWN, DeliveryState.FAILED, DeliveryState.LIVE,
    ]  # fmt: skip
    assert "checksum" in house.row(bad).problem["detail"]
    with house.database.connect() as connection:
        assert health.needs_person(connection) == 1


@pytest.mark.parametrize("column", ["document", "files"])
@pytest.mark.parametrize("written", UNREADABLE)
def test_a_push_rendition_that_nobody_can_read_stops_no_other(house: House, column: str, written: str) -> None:
    if house.database.dialect.name != "sqlite" and written in ("{", ""):
        pytest.skip("PostgreSQL keeps only what is JSON")
    channel, provider = house.memory()
    bad, good = house.schedule(channel, "Hỏng"), house.schedule(channel, "Tốt")
    _spoil(house, bad, column, written)
    house.worker().run_due()
    assert [text for _key, text in provider.items.values()] == ["Tốt"]
    assert [house.state(bad), house.state(good)] == [DeliveryState.FAILED, DeliveryState.LIVE]


def test_a_damaged_correction_leaves_what_is_live_and_asks_a_person(house: House) -> None:
    channel, provider = house.memory()
    item = house.schedule(channel, "Cũ")
    house.worker().run_due()
    house.correct(item, "Mới")
    _hurt(house, item, CHANGED[0])
    house.worker().run_due()
    assert [text for _key, text in provider.items.values()] == ["Cũ"]
    with house.database.connect() as connection:
        assert health.needs_person(connection) == 1
    house.withdraw(house.row(item).story_id)
    house.worker().run_due()
    assert not provider.items
    assert house.state(item) is DeliveryState.WITHDRAWN


def test_what_was_accepted_before_its_rendition_was_damaged_is_unclear_and_not_sent_again(house: House) -> None:
    channel, provider = house.memory()
    provider.next.append(Continue({"job": "1"}, after=1, repeatable=True))
    item = house.schedule(channel, "Hỏng")
    house.worker().run_due()
    _hurt(house, item, CHANGED[0])
    house.clock.turn(seconds=2)
    house.worker().run_due()
    assert house.state(item) is DeliveryState.UNKNOWN
    assert [what for what, _key, _text in provider.calls] == ["publish"]


@pytest.mark.parametrize("hurt", ["gone", "other"])
def test_a_push_item_whose_file_is_gone_or_another_is_not_sent_and_asks_a_person(house: House, hurt: str) -> None:
    channel, provider = house.memory()
    file = RenditionFile.of("a.txt", "text/plain", b"hinh")
    bad, good = house.schedule(channel, "Hỏng", files=(file,)), house.schedule(channel, "Tốt")
    place = house.store.path(file.sha256)
    place.chmod(0o644)
    place.unlink() if hurt == "gone" else place.write_bytes(b"khac")
    house.worker().run_due()
    assert [text for _key, text in provider.items.values()] == ["Tốt"]
    assert [house.state(bad), house.state(good)] == [DeliveryState.FAILED, DeliveryState.LIVE]

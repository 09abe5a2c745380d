"""What is stored of an item is compared with the checksum that it was kept with before a channel carries it."""

import json

import pytest
from sqlalchemy import update

from scheduler import health
from scheduler.database import writing
from scheduler.rows import RENDITION
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

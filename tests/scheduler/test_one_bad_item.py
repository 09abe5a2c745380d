"""A pull channel with something broken in it: all else goes out, and people are told what, since when and why."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import String, text, type_coerce, update

from channels.contract import Document, Feed, RenditionFile
from scheduler import health
from scheduler.decisions.states import DeliveryState, Desired
from scheduler.orders import promises
from scheduler.storage.database import writing
from scheduler.storage.rows import DELIVERY, RENDITION
from tests.scheduler.conftest import House
from tests.scheduler.fakes import Pull


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Make the adapter raise on every item whose text holds a word; None mends it."""
    make = Pull.documents

    def choose(word: str | None) -> None:
        def documents(adapter: Pull, feed: Feed) -> Sequence[Document]:
            if word is not None and any(word in item.rendition.document["text"] for item in feed.items):
                raise RuntimeError(f"{word} làm hỏng cả kênh")
            return make(adapter, feed)

        monkeypatch.setattr(Pull, "documents", documents)

    choose("Độc")
    return choose


def damage(house: House, delivery_id: int, **columns: str) -> None:
    """Write other text into a delivery or its rendition, past everything that guards it; no JSON on SQLite alone."""
    with writing(house.database) as connection:
        for name, value in columns.items():
            table = DELIVERY if name in DELIVERY.c and name != "id" else RENDITION
            id_ = delivery_id if table is DELIVERY else house.row(delivery_id).rendition_id
            cast = "CAST(:value AS jsonb)" if house.database.dialect.name == "postgresql" else ":value"
            connection.execute(
                text(f"UPDATE {table.name} SET {name} = {cast} WHERE id = :id"), {"value": value, "id": id_}
            )


def needing(house: House) -> int:
    with house.database.connect() as connection:
        return health.needs_person(connection)


def test_the_others_and_every_retraction_go_through(house: House, poison: Callable[[str | None], None]) -> None:
    channel = house.channel("fake_pull")
    first = house.schedule(channel, "Tin cũ")
    worker = house.worker()
    worker.run_due()
    house.clock.turn(minutes=1)
    bad = house.schedule(channel, "Độc")
    worker.run_due()
    house.clock.turn(minutes=1)
    house.schedule(channel, "Tin mới")
    worker.run_due()
    assert house.listed(channel)["items"] == ["Tin mới", "Tin cũ"]
    house.withdraw(house.row(first).story_id)
    worker.run_due()
    assert house.listed(channel) | {"items": ["Tin mới"], "gone": ["Tin cũ"]} == house.listed(channel)
    row = house.row(bad)
    assert row.state == DeliveryState.LIVE
    assert row.broken_since == house.clock() - timedelta(minutes=1)
    assert "bị bỏ ra ngoài" in row.problem["text"]
    assert "làm hỏng cả kênh" in row.problem["detail"]
    assert house.attempts(bad) == [("publish", "done"), ("publish", "rejected")], "told once, not at every making"
    assert needing(house) == 1
    assert house.channel_row(channel).broken_since is None


def test_a_correction_puts_it_back(house: House, poison: Callable[[str | None], None]) -> None:
    channel = house.channel("fake_pull")
    bad, _good = house.schedule(channel, "Độc"), house.schedule(channel, "Lành")
    worker = house.worker()
    worker.run_due()
    assert house.listed(channel)["items"] == ["Lành"]
    house.correct(bad, "Đã sửa")
    worker.run_due()
    assert sorted(house.listed(channel)["items"]) == ["Lành", "Đã sửa"]
    row = house.row(bad)
    assert (row.broken_since, row.problem) == (None, {})
    assert needing(house) == 0


def test_a_correction_that_breaks_leaves_the_item_out_rather_than_its_wrong_text_in(
    house: House, poison: Callable[[str | None], None]
) -> None:
    channel = house.channel("fake_pull")
    item = house.schedule(channel, "Sai số điện thoại")
    worker = house.worker()
    worker.run_due()
    house.correct(item, "Độc")
    worker.run_due()
    assert house.listed(channel)["items"] == []
    assert needing(house) == 1


def test_it_is_withdrawn_like_any_other(house: House, poison: Callable[[str | None], None]) -> None:
    channel = house.channel("fake_pull")
    bad = house.schedule(channel, "Độc")
    worker = house.worker()
    worker.run_due()
    house.withdraw(house.row(bad).story_id)
    worker.run_due()
    row = house.row(bad)
    assert (row.state, row.broken_since, row.problem) == (DeliveryState.WITHDRAWN, None, {})
    assert house.listed(channel)["gone"] == ["Độc"]
    assert needing(house) == 0


def test_a_person_tries_again_and_a_version_that_mends_it_finds_it(
    house: House, poison: Callable[[str | None], None]
) -> None:
    channel = house.channel("fake_pull")
    bad = house.schedule(channel, "Độc")
    worker = house.worker()
    worker.run_due()
    worker.refresh_documents()
    house.decide(promises.retry, delivery_id=bad)
    assert needing(house) == 0
    worker.run_due()
    worker.refresh_documents()
    assert house.row(bad).broken_since == house.clock()
    assert house.attempts(bad)[-1] == ("publish", "rejected")
    poison(None)
    house.decide(promises.retry, delivery_id=bad)
    worker.run_due()
    worker.refresh_documents()
    assert house.listed(channel)["items"] == ["Độc"]
    poison("Độc")
    house.set_channel(channel, version=99)
    worker.refresh_documents()
    assert needing(house) == 1
    poison(None)
    assert house.worker().refresh_documents() == 1, "a new process looks again at what an older one could not do"
    assert house.listed(channel)["items"] == ["Độc"]
    assert needing(house) == 0
    assert house.attempts(bad)[-2:] == [("publish", "rejected"), ("publish", "done")]


def test_it_is_looked_at_again_by_itself(house: House, poison: Callable[[str | None], None]) -> None:
    channel = house.channel("fake_pull")
    house.schedule(channel, "Độc")
    house.schedule(channel, "Lành")
    worker = house.worker()
    worker.run_due()
    worker.refresh_documents()
    wake = worker.next_wake()
    assert wake is not None
    assert house.clock() < wake <= house.clock() + timedelta(minutes=5)
    poison(None)
    house.clock.at = wake
    worker.refresh_documents()
    assert sorted(house.listed(channel)["items"]) == ["Lành", "Độc"]


HURT = ["[]", "null", "7", '"chữ"', "{}", '{"text": null}', '{"tin": "x"}']


@pytest.mark.parametrize("hurt", [*HURT, "{", "\x00", ""])
def test_a_rendition_that_was_damaged_in_the_database_is_left_out(house: House, hurt: str) -> None:
    sqlite = house.database.dialect.name == "sqlite"
    if not sqlite and hurt not in HURT:
        pytest.skip("PostgreSQL keeps nothing but JSON")
    channel = house.channel("fake_pull")
    bad, gone, _good = (house.schedule(channel, words) for words in ("Hỏng", "Gỡ", "Lành"))
    worker = house.worker()
    worker.run_due()
    damage(house, bad, document=hurt)
    house.withdraw(house.row(gone).story_id)
    worker.run_due()
    assert house.listed(channel)["items"] == ["Lành"]
    assert house.listed(channel)["gone"] == ["Gỡ"]
    assert house.row(bad).broken_since is not None


@pytest.mark.parametrize("hurt", ['{"a": 1}', '["x"]', "[{}]", "7", '[{"name": "a", "mime": "b", "size": 1}]'])
def test_a_list_of_files_that_was_damaged_is_the_item_s_own_trouble_and_a_retraction_is_still_told(
    house: House, hurt: str
) -> None:
    channel = house.channel("fake_pull")
    bad, gone, _good = (house.schedule(channel, words) for words in ("Hỏng", "Gỡ", "Lành"))
    worker = house.worker()
    worker.run_due()
    damage(house, bad, files=hurt)
    damage(house, gone, files=hurt)
    house.withdraw(house.row(gone).story_id)
    worker.run_due()
    assert house.listed(channel)["items"] == ["Lành"]
    assert house.listed(channel)["gone"] == ["Gỡ"]


def test_an_item_whose_file_is_gone_is_left_out_until_it_is_back(house: House) -> None:
    channel = house.channel("fake_pull")
    file = RenditionFile.of("trang-1.png", "image/png", b"khung")
    bad = house.schedule(channel, "Có hình", files=(file,))
    house.schedule(channel, "Lành")
    house.worker().run_due()
    house.store.path(file.sha256).unlink()
    house.set_channel(channel, version=50)
    worker = house.worker()
    worker.refresh_documents()
    assert house.listed(channel)["items"] == ["Lành"]
    assert "kho" in house.row(bad).problem["text"]
    house.store.put(b"khung")
    house.clock.turn(minutes=5)
    worker.refresh_documents()
    assert sorted(house.listed(channel)["items"]) == ["Có hình", "Lành"]
    assert needing(house) == 0


PROGRESS = ["{", "[1]", '{"rendition": "x"}', '{"step": 1}', '{"rendition": 1, "looked_at": "hôm qua"}', '"chữ"', "7"]


@pytest.mark.parametrize("hurt", PROGRESS)
def test_a_progress_that_was_damaged_stops_no_pull_channel(house: House, hurt: str) -> None:
    if hurt == "{" and house.database.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps nothing but JSON")
    channel = house.channel("fake_pull")
    bad, gone = house.schedule(channel, "Hỏng"), house.schedule(channel, "Gỡ")
    worker = house.worker()
    worker.run_due()
    for delivery in (bad, gone):
        damage(house, delivery, progress=hurt)
    house.schedule(channel, "Lành")
    house.withdraw(house.row(gone).story_id)
    house.correct(bad, "Đã sửa")
    worker.run_due()
    assert sorted(house.listed(channel)["items"]) == ["Lành", "Đã sửa"]
    assert house.listed(channel)["gone"] == ["Gỡ"]


@pytest.mark.parametrize("hurt", PROGRESS)
def test_a_progress_that_was_damaged_stops_no_push_channel_and_sends_nothing_twice(house: House, hurt: str) -> None:
    if hurt == "{" and house.database.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps nothing but JSON")
    channel, provider = house.memory()
    waiting, sending = house.schedule(channel, "Đang chờ"), house.schedule(channel, "Đang gửi")
    with writing(house.database) as connection:
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == sending).values(state=DeliveryState.SENDING))
    for delivery in (waiting, sending):
        damage(house, delivery, progress=hurt)
    sound = house.schedule(channel, "Lành")
    house.worker().run_due()
    assert {house.state(sound), house.state(waiting)} == {DeliveryState.LIVE}
    assert house.state(sending) is DeliveryState.UNKNOWN, "nobody knows how far it came: a person looks"
    assert needing(house) == 1
    assert sorted(text for _key, text in provider.items.values()) == ["Lành", "Đang chờ"]
    house.decide(promises.confirm_sent, delivery_id=sending)
    assert house.state(sending) is DeliveryState.LIVE


def unreadable(house: House, delivery_id: int, **columns: str) -> None:
    """Write what no clock says; only SQLite takes it."""
    with writing(house.database) as connection:
        for name, value in columns.items():
            plain = {name: type_coerce(value, String)}
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(plain))


@pytest.mark.parametrize("push", [False, True])
def test_a_row_that_cannot_be_read_stops_nobody_and_asks_a_person(house: House, *, push: bool) -> None:
    if house.database.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps nothing but instants")
    channel = house.memory()[0] if push else house.channel("fake_pull")
    bad, good = house.schedule(channel, "Hỏng"), house.schedule(channel, "Lành")
    unreadable(house, bad, created_at="hôm kia", scheduled_at="hôm qua")
    house.worker().run_due()
    assert house.state(good) is DeliveryState.LIVE
    assert needing(house) == 1
    with house.database.connect() as connection:
        told = connection.execute(DELIVERY.select().with_only_columns(DELIVERY.c.problem).where(DELIVERY.c.id == bad))
        assert "bị hỏng" in told.scalar_one()["text"]


def test_a_story_is_called_back_everywhere_although_one_of_its_rows_cannot_be_read(house: House) -> None:
    if house.database.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps nothing but instants")
    channels = [house.channel("fake_pull") for _ in range(2)]
    deliveries = [house.schedule(channel, "Sai", story_id=5) for channel in channels]
    worker = house.worker()
    worker.run_due()
    unreadable(house, deliveries[0], scheduled_at="hôm qua")
    assert house.withdraw(5) == deliveries
    worker.run_due()
    for channel in channels:
        assert house.listed(channel)["items"] == []
        assert house.listed(channel)["gone"] == ["Sai"]
    with house.database.connect() as connection:
        states = connection.execute(DELIVERY.select().with_only_columns(DELIVERY.c.state, DELIVERY.c.desired)).all()
    assert {tuple(row) for row in states} == {(DeliveryState.WITHDRAWN, Desired.WITHDRAWN)}


@pytest.fixture
def frameless(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Feed], bool] | None], None]:
    """Make the adapter raise for every feed of which a test says so; None mends it."""
    make = Pull.documents

    def choose(breaks: Callable[[Feed], bool] | None) -> None:
        def documents(adapter: Pull, feed: Feed) -> Sequence[Document]:
            if breaks is not None and breaks(feed):
                raise RuntimeError("khung hỏng")
            return make(adapter, feed)

        monkeypatch.setattr(Pull, "documents", documents)

    return choose


def test_a_channel_whose_frame_breaks_is_served_with_a_plainer_one(house: House, frameless: Any) -> None:
    channel = house.channel("fake_pull")
    gone, _stays = house.schedule(channel, "Gỡ"), house.schedule(channel, "Lành")
    worker = house.worker()
    worker.run_due()
    frameless(lambda feed: feed.name == "Kênh 1")
    house.withdraw(house.row(gone).story_id)
    worker.run_due()
    assert house.listed(channel) == {"name": "kenh-1", "unit": "", "items": ["Lành"], "gone": ["Gỡ"]}
    row = house.channel_row(channel)
    assert row.broken_since == house.clock()
    assert "khung hỏng" in row.broken["detail"]
    house.clock.turn(minutes=5)
    worker.refresh_documents()
    assert house.channel_row(channel).broken_since == house.clock() - timedelta(minutes=5), "since when it began"
    frameless(None)
    house.clock.turn(minutes=5)
    worker.refresh_documents()
    assert house.listed(channel)["name"] == "Kênh 1"
    assert (house.channel_row(channel).broken_since, house.channel_row(channel).broken) == (None, {})


def test_when_nothing_can_be_made_the_last_documents_stay_as_long_as_all_they_say_is_true(
    house: House, frameless: Any
) -> None:
    channel = house.channel("fake_pull")
    item = house.schedule(channel, "Đang có")
    worker = house.worker()
    worker.run_due()
    frameless(lambda _feed: True)
    house.schedule(channel, "Chưa lên được")
    worker.run_due()
    assert house.listed(channel)["items"] == ["Đang có"]
    assert house.channel_row(channel).broken_since == house.clock()
    house.clock.turn(seconds=40)
    house.withdraw(house.row(item).story_id)
    worker.run_due()
    worker.refresh_documents()
    assert house.document(channel) is None, "nothing is better than what was called back"
    assert house.state(item) is DeliveryState.WITHDRAWN
    frameless(None)
    house.clock.turn(seconds=31)
    worker.refresh_documents()
    assert house.listed(channel) == {**house.listed(channel), "items": ["Chưa lên được"], "gone": ["Đang có"]}
    assert house.channel_row(channel).broken_since is None


def test_a_bad_setting_costs_that_setting_and_not_the_channel(house: House) -> None:
    channel = house.channel("fake_pull")
    house.schedule(channel, "Tin")
    worker = house.worker()
    worker.run_due()
    house.set_channel(channel, settings={"broken": "có lẽ", "stale_at": None}, version=9)
    worker.refresh_documents()
    assert house.listed(channel)["items"] == ["Tin"]
    assert "broken" in house.channel_row(channel).broken["detail"]


def test_a_thousand_items_with_a_dozen_bad_ones(house: House, poison: Callable[[str | None], None]) -> None:
    channel = house.channel("fake_pull")
    for number in range(300):
        house.schedule(channel, f"Độc {number}" if number % 25 == 0 else f"Tin {number}")
    worker = house.worker()
    assert worker.run_due() == 300
    assert len(house.listed(channel)["items"]) == 288
    assert needing(house) == 12

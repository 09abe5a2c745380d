"""Secrets at rest, and their renewal by one worker at a time."""

from collections.abc import Mapping
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from channels.contract import ChannelError, ErrorKind
from channels.words import Words
from scheduler.storage.database import writing
from scheduler.storage.rows import SECRET
from scheduler.storage.vault import LOCK, DatabaseVault, Keys, put_secrets
from tests.scheduler.conftest import House

KEYS = Keys(["một mật khẩu dài"])
PAIR = {"access_token": "access-token-one", "refresh_token": "refresh-token-one"}


def vault(house: House, channel: int, keys: Keys = KEYS) -> DatabaseVault:
    return DatabaseVault(house.database, channel, keys, clock=house.clock)


@pytest.fixture
def channel(house: House) -> int:
    made = house.memory()[0]
    vault(house, made).write(PAIR)
    return made


def box(house: House, channel: int) -> bytes:
    with house.database.connect() as connection:
        found: bytes = connection.execute(select(SECRET.c.box).where(SECRET.c.channel_id == channel)).scalar_one()
    return bytes(found)


def test_secrets_are_encrypted_at_rest_and_read_back(house: House, channel: int) -> None:
    assert vault(house, channel).read() == PAIR
    assert not any(value.encode() in box(house, channel) for value in PAIR.values())


def test_a_channel_without_secrets_has_none(house: House) -> None:
    assert vault(house, house.memory()[0]).read() == {}


def test_secrets_are_written_in_the_callers_transaction(house: House, channel: int) -> None:
    with house.database.connect() as connection:
        put_secrets(connection, channel, {"access_token": "new"}, KEYS, house.clock())
        connection.rollback()
        assert vault(house, channel).read() == PAIR
        put_secrets(connection, channel, {"access_token": "new"}, KEYS, house.clock())
        connection.commit()
    assert vault(house, channel).read() == {"access_token": "new"}


def test_keys_are_rotated_by_adding_the_new_one_in_front(house: House, channel: int) -> None:
    both = Keys(["mật khẩu mới", "một mật khẩu dài"])
    assert vault(house, channel, both).read() == PAIR
    vault(house, channel, both).write(PAIR)
    assert vault(house, channel, Keys(["mật khẩu mới"])).read() == PAIR


@pytest.mark.parametrize("keys", [Keys(["khác"]), Keys([])])
def test_a_wrong_key_asks_the_admin_and_reveals_nothing(house: House, channel: int, keys: Keys) -> None:
    with pytest.raises(ChannelError) as error:
        vault(house, channel, keys).read()
    assert error.value.kind is ErrorKind.AUTH
    assert "DAKENH_ENCRYPTION_KEY" in str(error.value.words)


def test_a_renewal_replaces_the_secrets(house: House, channel: int) -> None:
    fresh = {"access_token": "a2", "refresh_token": "r2"}
    assert vault(house, channel).renew(PAIR, lambda _current: fresh) == fresh
    assert vault(house, channel).read() == fresh


def test_an_empty_or_missing_value_never_overwrites_a_token(house: House, channel: int) -> None:
    vault(house, channel).renew(PAIR, lambda _current: {"access_token": "a2", "refresh_token": ""})
    assert vault(house, channel).read() == {"access_token": "a2", "refresh_token": PAIR["refresh_token"]}


def test_who_saw_old_secrets_gets_the_new_ones_without_a_call(house: House, channel: int) -> None:
    vault(house, channel).renew(PAIR, lambda _current: {"access_token": "a2"})

    def never(_current: Mapping[str, str]) -> Mapping[str, str]:
        raise AssertionError("renewed twice")

    assert vault(house, channel).renew(PAIR, never)["access_token"] == "a2"


def test_a_renewal_that_fails_changes_nothing_and_frees_the_lock(house: House, channel: int) -> None:
    def refuse(_current: Mapping[str, str]) -> Mapping[str, str]:
        raise ChannelError(ErrorKind.TRANSIENT, Words("thử lại"))

    with pytest.raises(ChannelError):
        vault(house, channel).renew(PAIR, refuse)
    assert vault(house, channel).read() == PAIR
    assert vault(house, channel).renew(PAIR, lambda _current: {"access_token": "a2"})["access_token"] == "a2"


def test_ten_workers_renew_once(house: House, channel: int) -> None:
    calls: list[Mapping[str, str]] = []
    results: list[Mapping[str, str]] = []
    start = Barrier(10)

    def call(current: Mapping[str, str]) -> Mapping[str, str]:
        calls.append(current)
        return {"access_token": f"a{len(calls) + 1}", "refresh_token": f"r{len(calls) + 1}"}

    def renew() -> None:
        own = vault(house, channel)
        start.wait()
        results.append(own.renew(PAIR, call))

    threads = [Thread(target=renew) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [PAIR]
    assert results == [{"access_token": "a2", "refresh_token": "r2"}] * 10


def held_lock(house: House, channel: int) -> None:
    with writing(house.database) as connection:
        changes = {"lock_owner": "somebody", "lock_until": house.clock() + LOCK}
        connection.execute(update(SECRET).where(SECRET.c.channel_id == channel).values(changes))


def test_waiting_for_another_renewal_ends(house: House, channel: int) -> None:
    held_lock(house, channel)
    slept: list[float] = []
    patient = DatabaseVault(house.database, channel, KEYS, clock=house.clock, sleep=slept.append)
    with pytest.raises(ChannelError) as error:
        patient.renew(PAIR, lambda current: current)
    assert error.value.kind is ErrorKind.TRANSIENT
    assert 15 < sum(slept) < 30


@pytest.mark.parametrize("turn", [timedelta(seconds=61), timedelta(hours=-3)])
def test_the_lock_of_a_worker_that_died_runs_out(house: House, channel: int, turn: timedelta) -> None:
    held_lock(house, channel)
    house.clock.turn(seconds=turn.total_seconds())
    assert vault(house, channel).renew(PAIR, lambda _current: {"access_token": "a2"})["access_token"] == "a2"


def test_tokens_are_kept_even_if_the_lock_ran_out_during_the_call(house: House, channel: int) -> None:
    """The provider has already voided the old ones."""

    def slow(_current: Mapping[str, str]) -> Mapping[str, str]:
        house.clock.turn(minutes=5)
        return {"access_token": "a2", "refresh_token": "r2"}

    assert vault(house, channel).renew(PAIR, slow)["refresh_token"] == "r2"
    assert vault(house, channel).read()["refresh_token"] == "r2"

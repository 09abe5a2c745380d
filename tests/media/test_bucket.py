"""The store in a bucket keeps the folder's contract; and what is its own: a bucket away, wrong bytes, copies."""

import hashlib
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from media.errors import Damaged, NotStored, StoreAway
from media.storage import bucket
from media.storage.bucket import BucketPlace, BucketStore
from media.storage.store import Store
from tests.buckets import SECRET, Buckets

ABSENT = hashlib.sha256(b"absent").hexdigest()


@pytest.fixture
def place(buckets: Buckets) -> BucketPlace:
    return buckets.new()


@pytest.fixture(params=["folder", "bucket"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Store]]:
    """Two machines' stores of one installation."""
    if request.param == "folder":
        yield [Store(tmp_path / "shared"), Store(tmp_path / "shared")]
        return
    where: BucketPlace = request.getfixturevalue("place")
    yield [BucketStore(where, tmp_path / name, 10**6) for name in ("one", "two")]


def test_what_one_machine_keeps_every_machine_has(stores: list[Store]) -> None:
    one, two = stores
    kept = one.put("Chuyển đổi số".encode())
    assert kept.sha256 == hashlib.sha256("Chuyển đổi số".encode()).hexdigest()
    for store in stores:
        assert kept.sha256 in store
        assert store.read(kept.sha256) == store.read(kept.sha256, verify=True) == "Chuyển đổi số".encode()
        assert store.path(kept.sha256).read_bytes() == "Chuyển đổi số".encode()
    assert list(two) == [kept.sha256]


def test_putting_again_changes_nothing_and_names_are_listed_once(stores: list[Store]) -> None:
    names = {store.put(f"tep {n}".encode()).sha256 for store in stores for n in range(5) for _ in range(2)}
    assert sorted(stores[0]) == sorted(names)
    assert len(names) == 5


@pytest.mark.parametrize("name", ["", "../../etc/passwd", ABSENT.upper(), ABSENT[:-1], ABSENT + "\n", ABSENT])
def test_a_name_that_is_no_stored_hash_is_refused(stores: list[Store], name: str) -> None:
    assert name not in stores[0]
    for ask in (stores[0].read, stores[0].path):
        with pytest.raises(NotStored):
            ask(name)


def test_threads_that_put_and_read_the_same_bytes_all_succeed(stores: list[Store]) -> None:
    data = bytes(range(256)) * 400
    name = hashlib.sha256(data).hexdigest()

    def put_and_read(turn: int) -> bool:
        stores[turn % 2].put(data)
        return stores[(turn + 1) % 2].read(name) == data

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(put_and_read, range(12)))


def test_other_bytes_in_the_bucket_are_never_given_out_nor_kept(
    place: BucketPlace, buckets: Buckets, tmp_path: Path
) -> None:
    one, two = (BucketStore(place, tmp_path / name, 10**6) for name in ("one", "two"))
    name = one.put(b"ban dau").sha256
    buckets.overwrite(place, name, b"ban sau")
    with pytest.raises(Damaged):
        two.read(name)
    assert not two.at_hand(name)
    assert one.read(name) == b"ban dau"
    with pytest.raises(Damaged):
        one.read(name, verify=True)
    buckets.overwrite(place, name, b"ban")
    one.put(b"ban dau")
    assert two.read(name) == b"ban dau"


def test_a_damaged_copy_on_this_machine_is_fetched_again(place: BucketPlace, tmp_path: Path) -> None:
    store = BucketStore(place, tmp_path, 10**6)
    name = store.put(b"du bytes").sha256
    Store(tmp_path).path(name).write_bytes(b"khac het")
    assert store.read(name) == b"du bytes"


def test_what_lies_on_this_machine_needs_no_bucket(place: BucketPlace, tmp_path: Path) -> None:
    name = BucketStore(place, tmp_path, 10**6).put(b"anh").sha256
    away = BucketStore(BucketPlace("kho", "x", f"http://127.0.0.1:{_closed_port()}"), tmp_path, 10**6)
    assert away.read(name) == b"anh"
    assert name in away


def test_this_machine_keeps_no_more_than_it_may_and_what_was_read_last(place: BucketPlace, tmp_path: Path) -> None:
    store = BucketStore(place, tmp_path, 100_000)
    names = [store.put(bytes([n]) * 9_000).sha256 for n in range(8)]
    store.read(names[0])
    names += [store.put(bytes([n]) * 9_000).sha256 for n in range(8, 30)]
    held = [path.stat().st_size for path in tmp_path.glob("??/??/*")]
    assert sum(held) <= 100_000
    assert len(held) >= 8
    assert store.at_hand(names[-1])
    assert [store.read(name) for name in names] == [bytes([n]) * 9_000 for n in range(30)]


def test_a_bucket_that_is_away_is_refused_once_and_then_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    where = BucketPlace("kho", "x", f"http://127.0.0.1:{_closed_port()}", access_key="AK", secret_key=SECRET)
    store = BucketStore(where, tmp_path, 10**6)
    with caplog.at_level(logging.ERROR), pytest.raises(StoreAway):
        store.put(b"anh")
    began = time.monotonic()
    for ask in (lambda: store.put(b"anh"), lambda: store.read(ABSENT), lambda: list(store), lambda: ABSENT in store):
        with pytest.raises(StoreAway):
            ask()
    assert time.monotonic() - began < 1
    assert list(tmp_path.rglob("*")) == [], "nothing half done"
    assert len(caplog.records) == 1
    assert SECRET not in caplog.text + repr(where)


def test_a_bucket_that_never_answers_holds_a_thread_for_seconds_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "ANSWER_S", 1)
    monkeypatch.setattr(bucket, "TRIES_AGAIN", 0)
    monkeypatch.setattr(bucket, "WAIT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = BucketPlace("kho", "x", f"http://127.0.0.1:{silent.getsockname()[1]}", access_key="a", secret_key="b")
        store = BucketStore(where, tmp_path, 10**6)

        def ask(n: int) -> str:
            try:
                store.read(hashlib.sha256(bytes([n])).hexdigest())
            except StoreAway as error:
                return error.code
            return "read"

        began = time.monotonic()
        with ThreadPoolExecutor(16) as threads:
            assert set(threads.map(ask, range(16))) == {"store_away"}
        assert time.monotonic() - began < 10


def test_a_bucket_that_is_not_there_or_not_ours_is_no_missing_file(buckets: Buckets, tmp_path: Path) -> None:
    for n, where in enumerate((BucketPlace("no-such-bucket", "", buckets.address, "us-east-1", "a", "b"),)):
        with pytest.raises(StoreAway):
            BucketStore(where, tmp_path / str(n), 10**6).read(ABSENT)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

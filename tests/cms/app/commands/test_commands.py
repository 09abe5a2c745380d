"""The ``dakenh`` command: 0 is good, 1 refused with one clear line, 2 wrong usage; never a stack trace."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cms.app.cli import COMMANDS, main
from cms.core import access_keys
from cms.models.audit import AuditEntry
from cms.models.people import ApiToken, Person, Unit
from cms.people.accounts import passwords
from scheduler.storage.database import open_engine, writing
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys, put_secrets
from tests.conftest import SUNDAY

pytestmark = pytest.mark.one_database

HOUSE = Path(__file__).resolve().parents[4]
PACK = HOUSE / "cms" / "quotas" / "packs" / "long-an-2025.yaml"
Dakenh = Callable[..., Result]
PASSWORD = "một câu dài dễ nhớ"


def refused(result: Result) -> str:
    """The one line of a refusal."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("dakenh: ")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.removeprefix("dakenh: ").strip()


def unit(url: str, code: str = "bao") -> None:
    """A unit, as a plan would bring it."""
    engine = open_engine(url)
    with Session(engine) as session, session.begin():
        session.add(Unit(code=code, name="Báo Sông Vàm", path="/1/", groups=[]))
    engine.dispose()


# init and check


def test_init_makes_an_installation_and_may_be_repeated(dakenh: Dakenh, home: Path) -> None:
    first = dakenh("init")
    key = (home / "secret_key").read_text()
    again = dakenh("init")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout == again.stdout == f"Sẵn sàng: {home}\n"
    assert (home / "secret_key").read_text() == key
    assert len(key) >= 32
    assert (home / "media").is_dir()
    assert dakenh("check").stdout == "Mọi thứ đều ổn.\n"


def test_keys_and_rows_are_for_the_owner_alone(ready: Dakenh, home: Path) -> None:
    for file in home.glob("*"):
        if file.is_file():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_two_installations_have_different_keys(dakenh: Dakenh, home: Path, tmp_path: Path) -> None:
    dakenh("init")
    dakenh("init", env={"DAKENH_HOME": str(tmp_path / "second")})
    assert (home / "secret_key").read_text() != (tmp_path / "second" / "secret_key").read_text()


def test_check_before_init_says_what_to_do(dakenh: Dakenh) -> None:
    assert refused(dakenh("check")) == "DAKENH_SECRET_KEY: chưa có khóa; hãy chạy dakenh init."


@pytest.mark.both_databases
def test_check_tells_of_a_lost_key(ready: Dakenh, bare_url: str) -> None:
    database = open_engine(bare_url)
    with writing(database) as connection:
        connection.execute(insert(Unit).values(id=1, code="t", name="Tỉnh", path="/1/", groups=[]))
        values = {"id": 1, "kind": "zalo_oa", "slug": "oa", "name": "OA tỉnh", "unit_id": 1, "created_at": SUNDAY}
        connection.execute(insert(Channel).values({**values, "settings": {}}))
        put_secrets(connection, 1, {"app_secret": "x"}, Keys(("another key " * 4,)), SUNDAY)
    database.dispose()
    result = ready("check")
    assert result.exit_code == 1
    assert "“OA tỉnh”" in result.stderr
    assert "DAKENH_ENCRYPTION_KEY" in result.stderr


def test_check_tells_of_a_database_without_tables(dakenh: Dakenh, home: Path) -> None:
    home.mkdir()
    result = dakenh("check", env={"DAKENH_SECRET_KEY": "k" * 32})
    assert result.exit_code == 1
    assert "Cơ sở dữ liệu ở phiên bản trống; hãy chạy dakenh init.\n" in result.stderr
    assert f"Không ghi được vào {home / 'media'}; hãy chạy dakenh init.\n" in result.stderr


@pytest.mark.parametrize("command", ["web", "scheduler", "serve"])
def test_nothing_starts_on_a_database_that_the_code_does_not_know(dakenh: Dakenh, home: Path, command: str) -> None:
    home.mkdir()
    line = refused(dakenh(command, env={"DAKENH_SECRET_KEY": "k" * 32}))
    assert line == "Cơ sở dữ liệu ở phiên bản trống; hãy chạy dakenh init."


def test_a_bad_setting_stops_every_command(ready: Dakenh) -> None:
    for command in (["init"], ["check"], ["serve"], ["web"], ["scheduler"], ["quota"], ["zalo-sim"]):
        assert refused(ready(*command, env={"DAKENH_PORT": "x"})) == "DAKENH_PORT: phải là số nguyên."


def test_a_database_that_cannot_be_reached_is_one_line(ready: Dakenh) -> None:
    nowhere = {"DAKENH_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c"}
    for command in (["check"], ["quota"], ["init"]):
        line = refused(ready(*command, env=nowhere))
        assert line.startswith("không dùng được cơ sở dữ liệu (")
        assert "a:b" not in line


def test_a_database_without_tables_is_one_line(dakenh: Dakenh, home: Path) -> None:
    home.mkdir()
    line = refused(dakenh("quota", env={"DAKENH_SECRET_KEY": "k" * 32}))
    assert line.endswith("hãy chạy dakenh init, rồi dakenh check.")


def test_a_home_that_cannot_be_made_is_one_line(dakenh: Dakenh, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in refused(dakenh("init", env={"DAKENH_HOME": str(tmp_path / "file" / "home")}))


def test_the_simulator_stays_on_this_machine(ready: Dakenh) -> None:
    line = refused(ready("zalo-sim", env={"DAKENH_ZALO_API_URL": "https://openapi.zalo.me"}))
    assert line.startswith("DAKENH_ZALO_API_URL: ")


# people and tokens


def test_the_first_admin_can_be_made_and_is_on_record(ready: Dakenh, bare_url: str) -> None:
    unit(bare_url)
    said = ["person", "create", "anh", "--name", "Nguyễn Anh", "--unit", "bao", "--role", "admin", "--role", "lead"]
    result = ready(*said, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert "anh: admin, lead – bao" in result.output
    engine = open_engine(bare_url)
    with Session(engine) as session:
        person = session.scalars(select(Person)).one()
        assert passwords.matches(person.password_hash, PASSWORD)
        assert {m.role for m in person.memberships} == {"admin", "lead"}
        assert session.scalars(select(AuditEntry.action)).all() == ["person.create"]
    engine.dispose()
    assert PASSWORD not in result.output
    assert "anh" in refused(ready(*said, "--password", PASSWORD))


def test_people_that_cannot_be_are_refused(ready: Dakenh, bare_url: str) -> None:
    unit(bare_url)
    made = ("person", "create")
    here = ("--unit", "bao", "--role", "admin", "--password", PASSWORD)
    assert "xa-la" in refused(
        ready(*made, "anh", "--name", "A", "--unit", "xa-la", "--role", "admin", "--password", PASSWORD)
    )
    assert "10 ký tự" in refused(ready(*made, "anh", "--name", "A", *here[:-1], "ngắn"))
    assert refused(ready(*made, "Ấm Áp!", "--name", "A", *here))
    assert refused(ready(*made, "anh", "--name", " ", *here))
    assert ready(*made, "anh", "--name", "A", "--unit", "bao", "--role", "boss", "--password", PASSWORD).exit_code == 2
    assert ready(*made, "anh", "--unit", "bao").exit_code == 2


@pytest.mark.both_databases
def test_a_token_is_printed_once_and_works(ready: Dakenh, bare_url: str) -> None:
    unit(bare_url)
    ready("person", "create", "anh", "--name", "A", "--unit", "bao", "--role", "admin", "--password", PASSWORD)
    result = ready("token", "create", "anh", "--scope", "quotas:read", "--scope", "radio:read", "--days", "7")
    assert result.exit_code == 0
    engine = open_engine(bare_url)
    with Session(engine) as session:
        row = session.scalars(select(ApiToken)).one()
        assert row.hash == access_keys.digest(result.stdout.strip())
        assert row.scopes == ["quotas:read", "radio:read"]
        assert row.expires_at is not None
        assert (row.expires_at - row.created_at).days == 7
        session.execute(update(Person).values(active=False))
        session.commit()
    engine.dispose()
    assert "anh" in refused(ready("token", "create", "anh", "--scope", "quotas:read"))


def test_tokens_that_cannot_be_are_refused(ready: Dakenh) -> None:
    assert "binh" in refused(ready("token", "create", "binh", "--scope", "quotas:read"))
    assert ready("token", "create", "binh").exit_code == 2
    assert ready("token", "create", "binh", "--scope", "everything").exit_code == 2
    assert ready("token", "create", "binh", "--scope", "quotas:read", "--days", "0").exit_code == 2


# plans and quotas


@pytest.mark.both_databases
def test_a_plan_is_loaded_and_counted(ready: Dakenh) -> None:
    loaded = ready("plan", "import", str(PACK), "--until", "2026-12-31")
    assert (loaded.exit_code, loaded.stderr) == (0, "")
    assert loaded.stdout.startswith("long-an-2025: ")
    text, week = ready("quota"), ready("quota", "--week", "2025-W10", "--format", "json")
    assert (text.exit_code, week.exit_code) == (0, 0)
    assert json.loads(week.stdout)
    assert ready("quota", "--week", "2025-03").exit_code == 0


def test_a_bad_plan_is_refused_with_its_line_and_nothing_is_loaded(ready: Dakenh, tmp_path: Path) -> None:
    bad = tmp_path / "xau.yaml"
    bad.write_text(PACK.read_text(encoding="utf-8").replace("code:", "cod:", 1), encoding="utf-8")
    line = refused(ready("plan", "import", str(bad)))
    assert line.startswith("xau.yaml, dòng ")
    bad.write_bytes(b"\xff\xfe\x00")
    assert "xau.yaml" in refused(ready("plan", "import", str(bad)))
    assert "long-an" not in ready("quota").stdout
    assert ready("plan", "import", str(tmp_path / "khong-co.yaml")).exit_code == 2


def test_a_period_that_is_none_is_refused_by_its_name(ready: Dakenh) -> None:
    assert "2025-W99" in refused(ready("quota", "--week", "2025-W99"))
    assert ready("quota", "--format", "xml").exit_code == 2


# backup and restore


@pytest.mark.both_databases
def test_a_copy_is_made_and_brought_into_a_new_installation(ready: Dakenh, bare_url: str, tmp_path: Path) -> None:
    unit(bare_url)
    file = str(tmp_path / "ban-sao.zip")
    made = ready("backup", file)
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith(f"{file}: 1 dòng.")
    new = {"DAKENH_HOME": str(tmp_path / "new"), "DAKENH_DATABASE_URL": f"sqlite:///{tmp_path / 'new' / 'a.db'}"}
    assert ready("init", env=new).exit_code == 0
    back = ready("restore", file, env=new)
    assert (back.exit_code, back.stdout) == (0, "Đã khôi phục 1 dòng.\n")
    assert "trống" in refused(ready("restore", file, env=new))


def test_copies_that_cannot_be_are_refused(ready: Dakenh, tmp_path: Path) -> None:
    bad = tmp_path / "hong.zip"
    bad.write_bytes(b"hong")
    assert "hong.zip" in refused(ready("restore", str(bad)))
    assert str(tmp_path / "khong-co") in refused(ready("backup", str(tmp_path / "khong-co" / "a.zip")))
    assert ready("restore", str(tmp_path / "khong-co.zip")).exit_code == 2
    assert ready("backup").exit_code == 2


# reading aloud, over a real pipe


def piped(data: bytes, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run ``dakenh read-aloud`` as a shell would."""
    command = [sys.executable, "-m", "cms.app.cli", "read-aloud", *arguments]
    elsewhere = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    return subprocess.run(command, input=data, cwd=HOUSE, env=elsewhere, capture_output=True, timeout=120, check=False)


def test_a_line_in_is_a_line_out_whatever_is_in_it() -> None:
    lines = ["Ngày 22/11/2026, 100% TTHC.", "", "  ", "a\u2028b\x0bc\x85d", "\ufeffVNeID", "👍 7°C", "x" * 5000, "cuối"]
    result = piped("\n".join(lines).encode())
    assert (result.returncode, result.stderr) == (0, b"")
    spoken = result.stdout.decode().split("\n")
    assert len(spoken) == len(lines) + 1
    assert spoken[0].startswith("Ngày hai mươi hai tháng mười một năm")
    assert spoken[1] == ""
    assert spoken[-2:] == ["cuối", ""]


def test_lines_of_windows_and_broken_bytes_are_read_too() -> None:
    result = piped(b"m\xe1\xbb\x99t 1\r\n\xff\xfe hai\r\n")
    assert (result.returncode, result.stderr) == (0, b"")
    assert len(result.stdout.decode().splitlines()) == 2
    assert b"\r" not in result.stdout


def test_each_line_is_answered_before_the_next_is_asked() -> None:
    command = [sys.executable, "-m", "cms.app.cli", "read-aloud"]
    with subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number, spoken in ((1, "Một"), (2, "Hai")):
            process.stdin.write(f"{number}\n".encode())
            process.stdin.flush()
            assert process.stdout.readline().decode().strip() == spoken
        process.stdin.close()
        assert process.wait(timeout=30) == 0


# usage


@pytest.mark.parametrize("arguments", [["khong-co"], ["plan"], ["plan", "import"], ["token"], ["--khong-co"]])
def test_wrong_usage_is_2_and_says_how(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.output


def test_every_command_explains_itself() -> None:
    told = CliRunner().invoke(main, ["--help"])
    assert told.exit_code == 0
    for name in COMMANDS:
        assert name in told.output
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0

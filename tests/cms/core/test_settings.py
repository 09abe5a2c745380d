"""Settings: each variable has its effect, each bad value one line that names it, and nothing is silently ignored."""

import re
from pathlib import Path
from typing import Any

import pytest

from cms.core.file_store import open_store
from cms.core.settings import PREFIX, BadSetting, Settings, from_environment
from media.storage.bucket import BucketPlace, BucketStore
from media.storage.store import Store

KEY = "k" * 32
OPERATIONS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


def read(**variables: str) -> Settings:
    """The settings of an environment with a key and ``variables``, named without their prefix."""
    return from_environment({"DAKENH_SECRET_KEY": KEY, **{PREFIX + name: value for name, value in variables.items()}})


def refusal(**variables: str) -> str:
    """The line that stops the start."""
    with pytest.raises(BadSetting) as caught:
        read(**variables)
    return str(caught.value)


TAKEN: list[tuple[str, str, Any]] = [
    ("HOME", "/srv/dakenh", Path("/srv/dakenh")),
    ("SECRET_KEY", "x" * 40, "x" * 40),
    ("ENCRYPTION_KEY", f"{'a' * 32},{'b' * 32}", f"{'a' * 32},{'b' * 32}"),
    ("DATABASE_URL", "sqlite:////srv/a.db", "sqlite:////srv/a.db"),
    ("PUBLIC_URL", "https://tinh.example.vn/", "https://tinh.example.vn"),
    ("HOST", "0.0.0.0", "0.0.0.0"),
    ("PORT", "80", 80),
    ("WEB_WORKERS", "4", 4),
    ("THREAD_IDLE_S", "30", 30),
    ("HELPERS", "0", 0),
    ("PREVIEW_LIMIT", "30 per minute", "30 per minute"),
    ("METRICS", "off", "off"),
    ("METRICS_TOKEN", "m" * 16, "m" * 16),
    ("PROXIES", "2", 2),
    ("ZALO_API_URL", "http://127.0.0.1:8090", "http://127.0.0.1:8090"),
    ("ZALO_OAUTH_URL", "http://127.0.0.1:8090/", "http://127.0.0.1:8090"),
    ("SESSION_HOURS", "8", 8),
    ("SESSION_DAYS", "3", 3),
    ("SIGN_IN_ADDRESS_LIMIT", "90 per 5 minutes", "90 per 5 minutes"),
    ("SIGN_IN_LIMIT", "3 per minute; 20 per hour", "3 per minute; 20 per hour"),
    ("API_LIMIT", "60/minute", "60/minute"),
    ("LIMITS_URL", "memory://", "memory://"),
    ("PIPER_VOICE", __file__, Path(__file__)),
    ("MEDIA_URL", "file:///srv/anh", "file:///srv/anh"),
    ("MEDIA_ENDPOINT", "https://s3.tinh.example.vn/", "https://s3.tinh.example.vn"),
    ("MEDIA_REGION", "hcm-1", "hcm-1"),
    ("MEDIA_ACCESS_KEY", "AK", "AK"),
    ("MEDIA_SECRET_KEY", "hush", "hush"),
    ("MEDIA_PATH_STYLE", "false", False),
    ("MEDIA_CACHE_MB", "2000", 2000),
    ("MAX_UPLOAD_MB", "20", 20),
    ("SMTP_URL", "smtp://mail.example.vn:587", "smtp://mail.example.vn:587"),
    ("MAIL_FROM", "dakenh@tinh.example.vn", "dakenh@tinh.example.vn"),
    ("LOG_LEVEL", "DEBUG", "DEBUG"),
]

REFUSED = [
    ("SECRET_KEY", "short"),
    ("ENCRYPTION_KEY", "short"),
    ("ENCRYPTION_KEY", f"{'a' * 32},"),
    ("DATABASE_URL", "mysql://a/b"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "sqlite:///"),
    ("DATABASE_URL", "postgresql://a:b@c:port/d"),
    ("DATABASE_URL", "a database"),
    ("PUBLIC_URL", "tinh.example.vn"),
    ("PUBLIC_URL", "ftp://tinh.example.vn"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "https://a.vn/?b=c"),
    ("PUBLIC_URL", "https://a.vn:port"),
    ("PUBLIC_URL", "http://[a"),
    ("PORT", "abc"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("WEB_WORKERS", "0"),
    ("PROXIES", "-1"),
    ("ZALO_API_URL", "x"),
    ("ZALO_OAUTH_URL", "//x"),
    ("SESSION_HOURS", "1.5"),
    ("SIGN_IN_LIMIT", "often"),
    ("API_LIMIT", "60"),
    ("LIMITS_URL", "file:///tmp/x"),
    ("MEDIA_URL", "/srv/anh"),
    ("MEDIA_URL", "file://srv/anh"),
    ("MEDIA_URL", "s3://"),
    ("MEDIA_URL", "s3://Kho/x"),
    ("MEDIA_URL", "s3://kho/../x"),
    ("MEDIA_URL", "s3://kho?endpoint=x"),
    ("MEDIA_ENDPOINT", "s3.tinh.example.vn"),
    ("MEDIA_PATH_STYLE", "maybe"),
    ("MEDIA_CACHE_MB", "1"),
    ("MAX_UPLOAD_MB", "65"),
    ("SMTP_URL", "mail.example.vn"),
    ("SMTP_URL", "smtp://"),
    ("SMTP_URL", "smtp://mail:port"),
    ("MAIL_FROM", "Đa Kênh"),
    ("MAIL_FROM", "a@b"),
    ("PIPER_VOICE", "/no/such/voice.onnx"),
    ("LOG_LEVEL", "LOUD"),
]


@pytest.mark.parametrize(("name", "written", "meant"), TAKEN)
def test_a_variable_has_its_effect(name: str, written: str, meant: object) -> None:
    assert getattr(read(**{name: written}), name.lower()) == meant


def test_every_setting_is_in_the_table_above() -> None:
    assert {name.lower() for name, _, _ in TAKEN} == set(Settings.model_fields)


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_bad_value_is_refused_in_one_line_that_names_the_variable(name: str, value: str) -> None:
    line = refusal(**{name: value})
    assert line.startswith(f"DAKENH_{name}: ")
    assert "\n" not in line
    assert len(line) < 160
    assert not re.search("[Ii]nput|should|[Vv]alue error|{", line), "the words of a library"


def test_a_bucket_is_opened_with_our_variables_or_with_those_of_the_field() -> None:
    own = read(MEDIA_URL="s3://kho/tinh/anh/", MEDIA_ACCESS_KEY="AK", MEDIA_SECRET_KEY="hush").bucket
    assert own == BucketPlace("kho", "tinh/anh", "", "us-east-1", "AK", "hush")
    assert "hush" not in repr(own)
    field = {
        "AWS_ACCESS_KEY_ID": "theirs", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
        "AWS_DEFAULT_REGION": "hn-1", "DAKENH_SECRET_KEY": KEY, "DAKENH_MEDIA_URL": "s3://kho",
    }  # fmt: skip
    assert from_environment(field).bucket == BucketPlace("kho", "", "http://127.0.0.1:9000", "hn-1", "theirs", "hush")
    ours = from_environment(field | {"DAKENH_MEDIA_ACCESS_KEY": "ours"}).bucket
    assert ours is not None
    assert ours.access_key == "ours"
    assert read().bucket is None
    assert refusal(MEDIA_URL="s3://kho").startswith("DAKENH_MEDIA_ACCESS_KEY: ")


def test_files_lie_in_the_home_folder_in_another_or_in_a_bucket(tmp_path: Path) -> None:
    assert type(open_store(read(HOME=str(tmp_path)))) is Store
    assert open_store(read(HOME=str(tmp_path))).root == tmp_path / "media"
    assert open_store(read(MEDIA_URL="file:///srv/%C3%A1nh")).root == Path("/srv/ánh")
    made = open_store(read(HOME=str(tmp_path), MEDIA_URL="s3://kho", MEDIA_ACCESS_KEY="a", MEDIA_SECRET_KEY="b"))
    assert isinstance(made, BucketStore)
    assert made.root == tmp_path / "media-cache"


@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEY", "DATABASE_URL", "SMTP_URL"])
def test_the_line_does_not_repeat_what_may_be_a_secret(name: str) -> None:
    assert "hush" not in refusal(**{name: "hush:hush"})


def test_a_misspelt_variable_is_refused_and_the_right_one_named() -> None:
    assert refusal(PUBLIC_ULR="https://a.vn") == "DAKENH_PUBLIC_ULR: không có cài đặt này; có phải DAKENH_PUBLIC_URL?"
    assert refusal(QQQ="1") == "DAKENH_QQQ: không có cài đặt này; xem docs/operations.md."


def test_other_programs_variables_are_left_alone() -> None:
    assert from_environment({"DAKENH_SECRET_KEY": KEY, "PATH": "/bin", "XDAKENH_PORT": "x"}).port == 8000


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"PORT": "8123", "PUBLIC_URL": "https://tin.example.vn"}, "https://tin.example.vn"),
    ],
)
def test_without_a_public_address_it_is_where_the_server_listens(variables: dict[str, str], address: str) -> None:
    """Or a newcomer with another port is told to sign in where nobody answers."""
    assert read(**variables).public_url == address


def test_a_variable_set_to_nothing_counts_as_not_set() -> None:
    found = read(PORT="", DATABASE_URL=" ", HOME="", ENCRYPTION_KEY="")
    assert found == read()
    assert found.home == Path("var").absolute()


def test_without_a_key_the_start_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"DAKENH_SECRET_KEY: .*dakenh init"):
        from_environment({"DAKENH_HOME": str(tmp_path)})


def test_the_key_that_init_wrote_is_used_unless_another_is_set(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("w" * 43 + "\n")
    assert from_environment({"DAKENH_HOME": str(tmp_path)}).secret_key == "w" * 43
    assert read(HOME=str(tmp_path)).secret_key == KEY


def test_everything_lies_in_the_home_folder_by_default(tmp_path: Path) -> None:
    found = read(HOME=str(tmp_path))
    assert found.database == f"sqlite:///{tmp_path}/dakenh.db"
    assert found.media == tmp_path / "media"


def test_postgresql_is_reached_by_the_driver_that_is_installed() -> None:
    assert read(DATABASE_URL="postgresql://a:b@c/d").database == "postgresql+psycopg://a:b@c/d"
    assert read(DATABASE_URL="postgresql+psycopg://a:b@c/d").database == "postgresql+psycopg://a:b@c/d"


def test_channel_secrets_have_keys_of_their_own_or_that_of_sessions() -> None:
    assert read().encryption_keys == (KEY,)
    assert read(ENCRYPTION_KEY=f"{'a' * 32}, {'b' * 32}").encryption_keys == ("a" * 32, "b" * 32)


@pytest.mark.parametrize(
    ("url", "simulated"),
    [("http://127.0.0.1:8090", True), ("http://localhost", True), ("http://[::1]:1", True), ("https://zalo.me", False)],
)
def test_zalo_is_simulated_only_on_this_machine(url: str, simulated: bool) -> None:
    assert read(ZALO_API_URL=url).zalo_simulated is simulated


def test_no_key_shows_when_settings_are_printed() -> None:
    assert KEY not in repr(read(ENCRYPTION_KEY="e" * 32))
    assert "e" * 32 not in repr(read(ENCRYPTION_KEY="e" * 32))


def test_the_operators_handbook_lists_every_variable_and_no_other() -> None:
    told = set(re.findall(r"`DAKENH_([A-Z_]+)`", OPERATIONS.read_text(encoding="utf-8")))
    assert told == {name.upper() for name in Settings.model_fields}


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())

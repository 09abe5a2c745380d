"""Settings from the environment: every ``DAKENH_*`` variable, its meaning, default and check in one place."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from limits import parse_many
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from media.storage.bucket import BucketPlace

PREFIX = "DAKENH_"
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
SHORTEST_KEY = 32
"""Characters of a key or passphrase."""


class BadSetting(ValueError):
    """An environment variable that stops the start; its text is one clear line."""


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise ValueError("phải là địa chỉ bắt đầu bằng http:// hoặc https://, ví dụ https://tinh.example.vn")
    return value.rstrip("/")


def _database_address(value: str) -> str:
    address = value.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        parts = make_url(address)
    except (ArgumentError, ValueError):
        parts = make_url("none://")
    file = parts.drivername == "sqlite" and parts.database not in {None, "", ":memory:"}
    if not file and parts.drivername != "postgresql+psycopg":
        raise ValueError("phải có dạng sqlite:////thư/mục/tệp.db hoặc postgresql://người:mật-khẩu@máy/tên")
    return address


def _limit(value: str) -> str:
    try:
        parse_many(value)
    except ValueError:
        raise ValueError("phải có dạng “10 per minute”") from None
    return value


def _counting_place(value: str) -> str:
    scheme = value.partition("://")[0]
    if scheme not in {"memory", "redis", "rediss", "valkey"}:
        raise ValueError("phải là memory:// hoặc địa chỉ redis://, rediss://, valkey://")
    return value.replace("valkey://", "redis://", 1)  # they speak one protocol


def _media_place(value: str) -> str:
    parts = urlsplit(value)
    folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    bucket = parts.scheme == "s3" and BUCKET.fullmatch(parts.netloc) and ".." not in parts.path
    if not (folder or bucket) or parts.query or parts.fragment:
        raise ValueError("phải có dạng s3://kho/thư-mục hoặc file:///thư/mục")
    return value.rstrip("/")


def _keys(value: str) -> str:
    if any(len(key.strip()) < SHORTEST_KEY for key in value.split(",")):
        raise ValueError(f"mỗi khóa cần ít nhất {SHORTEST_KEY} ký tự")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseAddress = Annotated[str, AfterValidator(_database_address)]
Limit = Annotated[str, AfterValidator(_limit)]


def _voice_file(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        raise ValueError("không có tệp giọng đọc này")
    return path


def _mail_server(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0 and parts.path in {"", "/"}
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("phải có dạng smtp://người:mật-khẩu@máy:587 hoặc smtps://máy")
    return value


def _mail_address(value: str) -> str:
    if not MAIL_ADDRESS.fullmatch(value):
        raise ValueError("phải là một địa chỉ thư, ví dụ dakenh@tinh.example.vn")
    return value


class Settings(BaseModel):
    """All settings of one installation. Field ``home`` is the variable ``DAKENH_HOME``, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(description="Folder of the database, pictures and keys.")
    secret_key: str = Field(min_length=SHORTEST_KEY, repr=False, description="Signs sessions; at least 32 characters.")
    encryption_key: Annotated[str, AfterValidator(_keys)] = Field(
        "",
        repr=False,
        description="Encrypts channel secrets; several, newest first, separated by commas. "
        "If not set, derived from the secret key.",
    )
    database_url: DatabaseAddress = Field("", description="SQLite in the home folder if not set.")
    public_url: WebAddress = Field(
        "http://127.0.0.1:8000",
        description="Address under which the public reaches us; this machine's port if not set.",
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on.")
    web_workers: int = Field(1, ge=1, le=64, description="Web server processes.")
    helpers: int = Field(5, ge=0, le=16, description="Processes of a web worker for previews, files and drawings.")
    thread_idle_s: int = Field(600, ge=5, le=600, description="Seconds after which the web server ends an idle thread.")
    proxies: int = Field(0, ge=0, le=5, description="Reverse proxies in front of us whose X-Forwarded-* are believed.")
    zalo_api_url: WebAddress = Field("https://openapi.zalo.me", description="Base address of the Zalo OA API.")
    zalo_oauth_url: WebAddress = Field("https://oauth.zaloapp.com", description="Base address of Zalo's OAuth.")
    session_hours: int = Field(12, ge=1, le=720, description="Hours until a session without use ends.")
    session_days: int = Field(7, ge=1, le=90, description="Days until one signs in anew, however busy the session.")
    sign_in_limit: Limit = Field("10 per minute", description="Tries to sign in by one name from one address.")
    sign_in_address_limit: Limit = Field(
        "300 per 10 minutes", description="Failed tries from one address by any names, before new devices wait there."
    )
    api_limit: Limit = Field("600 per minute", description="API calls for one token or address.")
    preview_limit: Limit = Field("90 per minute", description="Previews while typing, for one person.")
    limits_url: Annotated[str, AfterValidator(_counting_place)] = Field(
        "memory://",
        repr=False,
        description="Where limits are counted; Redis or Valkey when there are several machines.",
    )
    smtp_url: Annotated[str, AfterValidator(_mail_server)] = Field(
        "", repr=False, description="Mail server for news of radio scripts; no mail is sent if not set."
    )
    mail_from: Annotated[str, AfterValidator(_mail_address)] = Field(
        "dakenh@localhost.localdomain", description="Sender of that mail."
    )
    piper_voice: Annotated[Path | None, AfterValidator(_voice_file)] = Field(
        None, description="Voice model (.onnx) of piper for listening to a reading."
    )
    media_url: Annotated[str, AfterValidator(_media_place)] = Field(
        "",
        description="Where pictures and sound are kept: s3://bucket/prefix or file:///folder; HOME/media if not set.",
    )
    media_endpoint: WebAddress | Literal[""] = Field("", description="Address of an S3 server other than Amazon's.")
    media_region: str = Field("us-east-1", description="Region of the bucket.")
    media_access_key: str = Field("", repr=False, description="Key that may read, write and list the bucket.")
    media_secret_key: str = Field("", repr=False, description="Secret of that key.")
    media_path_style: bool = Field(True, description="Bucket in the path of an address instead of in its host.")
    media_cache_mb: int = Field(
        512, ge=16, le=1_000_000, description="Most megabytes of a bucket's files kept on this machine."
    )
    max_upload_mb: int = Field(8, ge=1, le=64, description="Largest picture in megabytes.")
    metrics: Literal["open", "off"] = Field("open", description="Whether /metrics answers.")
    metrics_token: str = Field(
        "", min_length=16, repr=False, description="Bearer token without which /metrics answers nobody."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")

    @property
    def database(self) -> str:
        """Address of the database in force."""
        return self.database_url or f"sqlite:///{self.home / 'dakenh.db'}"

    @property
    def media(self) -> Path:
        """Folder of the content-addressed store, or, where that is a bucket, of what this machine keeps of it."""
        if self.media_url.startswith("file://"):
            return Path(unquote(urlsplit(self.media_url).path))
        return self.home / ("media-cache" if self.bucket else "media")

    @property
    def bucket(self) -> BucketPlace | None:
        """The bucket in which files are kept, None if that is a folder."""
        if not self.media_url.startswith("s3://"):
            return None
        parts = urlsplit(self.media_url)
        return BucketPlace(
            parts.netloc, parts.path.strip("/"), self.media_endpoint, self.media_region, self.media_access_key,
            self.media_secret_key, path_style=self.media_path_style,
        )  # fmt: skip

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """Passphrases for channel secrets, newest first."""
        return tuple(key.strip() for key in self.encryption_key.split(",") if key.strip()) or (self.secret_key,)

    @property
    def zalo_simulated(self) -> bool:
        """Whether Zalo calls go to a simulator on this machine instead of to Zalo."""
        return urlsplit(self.zalo_api_url).hostname in {"127.0.0.1", "localhost", "::1"}


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read ``DAKENH_*`` variables; raise ``BadSetting`` naming the variable, what is wrong and what to do.

    A variable that is set to nothing counts as not set. An unknown ``DAKENH_*`` variable is refused: a misspelt
    setting must not be silently ignored.
    """
    named = {name.removeprefix(PREFIX).lower(): value.strip() for name, value in environ.items() if _ours(name)}
    values = {name: value for name, value in named.items() if value}
    home = Path(values.pop("home", "var")).absolute()
    values.setdefault("secret_key", _kept_secret(home))
    if _is_port(values.get("port", "")):
        values.setdefault("public_url", f"http://127.0.0.1:{int(values['port'])}")
    if values.get("media_url", "").startswith("s3://"):
        values = _as_aws_says(environ) | values
    try:
        found = Settings.model_validate({"home": home, **values})
    except ValidationError as error:
        raise BadSetting(_line(error.errors()[0])) from None
    for name in ("media_access_key", "media_secret_key"):
        if found.bucket and not getattr(found, name):
            raise BadSetting(f"{PREFIX}{name.upper()}: kho s3:// cần khóa truy cập; hãy đặt biến này.")
    return found


def _is_port(written: str) -> bool:
    """Whether a server can listen there; what cannot be is refused under its own name."""
    return written.isdecimal() and len(written) <= len("65535") and 1 <= int(written) <= 65_535


AWS = {
    "media_endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
    "media_region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "media_access_key": ("AWS_ACCESS_KEY_ID",),
    "media_secret_key": ("AWS_SECRET_ACCESS_KEY",),
}
"""What other programs of the field call the same; ours go before."""


def _as_aws_says(environ: Mapping[str, str]) -> dict[str, str]:
    said = {name: next((environ[one] for one in others if environ.get(one)), "") for name, others in AWS.items()}
    return {name: value for name, value in said.items() if value}


def _ours(name: str) -> bool:
    return name.startswith(PREFIX)


def _kept_secret(home: Path) -> str:
    """Return the key that ``dakenh init`` wrote, or an empty string, which is then refused with a clear line."""
    try:
        return (home / "secret_key").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _line(error: ErrorDetails) -> str:
    """Name the variable and say what is wrong; never the value, which may be a secret."""
    field = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        near = get_close_matches(field, Settings.model_fields, n=1)
        hint = f"; có phải {PREFIX}{near[0].upper()}?" if near else "; xem docs/operations.md."
        return f"{PREFIX}{field.upper()}: không có cài đặt này{hint}"
    if field == "secret_key" and not error["input"]:
        return f"{PREFIX}SECRET_KEY: chưa có khóa; hãy chạy dakenh init."
    words = WORDS.get(error["type"], "giá trị không hợp lệ.")
    return f"{PREFIX}{field.upper()}: {words.format(**error.get('ctx', {}))}"


WORDS = {
    "bool_parsing": "phải là true hoặc false.",
    "int_parsing": "phải là số nguyên.",
    "greater_than_equal": "phải từ {ge} trở lên.",
    "less_than_equal": "không được quá {le}.",
    "string_too_short": "cần ít nhất {min_length} ký tự.",
    "literal_error": "phải là {expected}.",
    "value_error": "{error}.",
}

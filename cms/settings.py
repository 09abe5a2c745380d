"""Settings from the environment: every ``DAKENH_*`` variable, its meaning, default and check in one place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

PREFIX = "DAKENH_"


class BadSetting(ValueError):
    """An environment variable that stops the start; its text is one clear line."""


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("phải là địa chỉ bắt đầu bằng http:// hoặc https://")
    return value.rstrip("/")


def _database_address(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise ValueError("phải bắt đầu bằng sqlite:/// hoặc postgresql://")
    return value.replace("postgresql://", "postgresql+psycopg://", 1)


WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseAddress = Annotated[str, AfterValidator(_database_address)]


class Settings(BaseModel):
    """All settings of one installation. Field ``home`` is the variable ``DAKENH_HOME``, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(description="Folder of the database, pictures and keys.")
    secret_key: str = Field(min_length=32, repr=False, description="Signs sessions; at least 32 characters.")
    encryption_key: str = Field(
        "",
        repr=False,
        description="Encrypts channel secrets; several, newest first, separated by commas. "
        "Empty: derived from the secret key.",
    )
    database_url: DatabaseAddress = Field("", validate_default=False, description="SQLite in the home folder if empty.")
    public_url: WebAddress = Field("http://127.0.0.1:8000", description="Address under which the public reaches us.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on.")
    web_workers: int = Field(1, ge=1, le=64, description="Web server processes.")
    proxies: int = Field(0, ge=0, le=5, description="Reverse proxies in front of us whose X-Forwarded-* are believed.")
    zalo_api_url: WebAddress = Field("https://openapi.zalo.me", description="Base address of the Zalo OA API.")
    zalo_oauth_url: WebAddress = Field("https://oauth.zaloapp.com", description="Base address of Zalo's OAuth.")
    session_hours: int = Field(12, ge=1, le=720, description="Hours until a session without use ends.")
    sign_in_limit: str = Field("10 per minute", description="Sign-in attempts for one address.")
    api_limit: str = Field("600 per minute", description="API calls for one token or address.")
    limits_url: str = Field("memory://", description="Where limits are counted; Redis when there are several machines.")
    max_upload_mb: int = Field(8, ge=1, le=64, description="Largest picture in megabytes.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    demo: bool = Field(False, description="Fill an empty database with the demonstration newsroom.")

    @property
    def database(self) -> str:
        """Address of the database in force."""
        return self.database_url or f"sqlite:///{self.home / 'dakenh.db'}"

    @property
    def media(self) -> Path:
        """Folder of the content-addressed store."""
        return self.home / "media"

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

    An unknown ``DAKENH_*`` variable is refused too: a misspelt setting must not be silently ignored.
    """
    values = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
    home = Path(values.pop("home", "") or "var").absolute()
    values.setdefault("secret_key", _kept_secret(home))
    try:
        return Settings.model_validate({"home": home, **values})
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise BadSetting(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None


def _kept_secret(home: Path) -> str:
    """Return the key that ``dakenh init`` wrote, or an empty string, which is then refused with a clear line."""
    try:
        return (home / "secret_key").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""

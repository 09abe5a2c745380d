"""Where calls go: the channel's own address, else the installation's, else Zalo's."""

import pytest
from pydantic import ValidationError

from channels.zalo_oa.api.connection import connected
from channels.zalo_oa.api.consent import consent_url
from channels.zalo_oa.settings import API_URL, OAUTH_URL, Settings
from tests.channels.zalo_oa.driving import account_for
from tests.channels.zalo_oa.running import Running

SIMULATOR = "http://127.0.0.1:8090"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAKENH_ZALO_API_URL", "DAKENH_ZALO_OAUTH_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("", API_URL),
        (" ", API_URL),
        (API_URL, API_URL),
        (f"{API_URL}/", API_URL),
        (f"{API_URL}/v2.0/article", API_URL),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        (" http://127.0.0.1:9000/ ", "http://127.0.0.1:9000"),
        ("http://127.0.0.1:9000/zalo/", "http://127.0.0.1:9000/zalo"),
        ("http://127.0.0.1:9000/zalo/v2.0/", "http://127.0.0.1:9000/zalo"),
        ("https://máy-thử.vn//", "https://máy-thử.vn"),
    ],
)
def test_an_address_is_taken_with_or_without_slash_and_path(
    monkeypatch: pytest.MonkeyPatch, written: str, wanted: str
) -> None:
    assert Settings(api_url=written).api_url == wanted
    monkeypatch.setenv("DAKENH_ZALO_API_URL", written)
    assert Settings().api_url == wanted


@pytest.mark.parametrize("path", ["", "/", "/v4", "/v4/oa", "/v4/oa/"])
def test_the_oauth_address_too(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("DAKENH_ZALO_OAUTH_URL", SIMULATOR + path)
    assert consent_url(Settings(), "https://x.vn/cb", "v", "s").startswith(f"{SIMULATOR}/v4/oa/permission?app_id=")
    assert Settings().api_url == API_URL


@pytest.mark.parametrize("wrong", ["zalo", "ftp://openapi.zalo.me", "http://", "https://x.vn/?a=1", "https://x.vn/#a"])
def test_what_is_no_base_address_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    with pytest.raises(ValidationError, match="http:// hoặc https://"):
        Settings(api_url=wrong)
    monkeypatch.setenv("DAKENH_ZALO_API_URL", wrong)
    with pytest.raises(ValidationError, match="http:// hoặc https://"):
        Settings()


def test_a_stored_channel_follows_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Settings(app_id="1").model_dump(mode="json")
    monkeypatch.setenv("DAKENH_ZALO_API_URL", SIMULATOR)
    assert Settings.model_validate(stored).api_url == SIMULATOR
    stored = Settings.model_validate(stored).model_dump(mode="json")
    monkeypatch.setenv("DAKENH_ZALO_API_URL", "http://127.0.0.1:8091")
    assert Settings.model_validate(stored).api_url == "http://127.0.0.1:8091"


def test_an_installation_on_a_simulator_never_calls_zalo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAKENH_ZALO_API_URL", SIMULATOR)
    monkeypatch.setenv("DAKENH_ZALO_OAUTH_URL", SIMULATOR)
    explicit = Settings(api_url=API_URL, oauth_url=OAUTH_URL)
    assert (explicit.api_url, explicit.oauth_url, explicit.simulated) == (SIMULATOR, SIMULATOR, True)


def test_an_address_of_its_own_stays_with_the_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Settings(api_url=SIMULATOR).model_dump(mode="json")
    monkeypatch.setenv("DAKENH_ZALO_API_URL", "http://127.0.0.1:8091")
    assert Settings.model_validate(stored).api_url == SIMULATOR
    assert Settings.model_validate(stored).model_dump()["api_url"] == SIMULATOR


@pytest.mark.parametrize("path", ["", "/", "/v2.0", "/v2.0/"])
def test_calls_arrive_whatever_the_end_of_the_address(simulator: Running, path: str) -> None:
    account = account_for(simulator, api_url=simulator.url + path)
    with connected(account) as api:
        assert api.get("oa/getoa")["oaid"]

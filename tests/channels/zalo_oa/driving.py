"""What the tests need around the adapter: pieces, a vault, and a small engine that keeps the contract of a push."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from channels.contract import (
    Account,
    ChannelError,
    ErrorKind,
    Order,
    Picture,
    Piece,
    Receipt,
    Rendition,
    StoryKind,
)
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.settings import Settings
from tests.channels.zalo_oa.running import APP_ID, APP_SECRET, OA_NAME, Clock, Running

SHA = "ab" * 32
PATIENT = 10.0
"""Seconds: nothing but a planned fault shall ever take so long."""
HASTY = 0.3
"""Seconds, where a fault keeps the caller waiting."""
SETTLE = 60.0


def no_bytes() -> bytes:
    raise AssertionError("this picture needs no reading")


def picture(**change: Any) -> Picture:
    made = Picture(
        sha256=SHA,
        mime="image/jpeg",
        width=1200,
        height=675,
        size=200_000,
        alt="Người dân nộp hồ sơ",
        caption="Nộp hồ sơ tại nhà",
        url=f"https://tinh.example.vn/media/{SHA}.jpg",
        read=no_bytes,
    )
    return replace(made, **change)


def piece(**change: Any) -> Piece:
    made = Piece(
        story_id=7,
        revision=2,
        kind=StoryKind.ARTICLE,
        title="Nộp hồ sơ tại nhà chỉ trong bốn bước",
        summary="Bốn bước để nộp hồ sơ trực tuyến mà không phải đi lại.",
        body="Bước một: mở Cổng dịch vụ công.\n\nBước hai: đăng nhập bằng VNeID.",
        byline="Ngọc Diệp",
        unit="Báo tỉnh Mẫu",
        cover=picture(),
        url="https://tinh.example.vn/tin/7",
    )
    return replace(made, **change)


def settings_for(url: str, **change: Any) -> Settings:
    known = {"app_id": APP_ID, "oa_name": OA_NAME, "oa_id": "143", "timeout_s": PATIENT}
    return Settings(**{**known, "api_url": url, "oauth_url": url, **change})


class MemoryVault:
    """A vault that keeps its contract in memory, under one lock for all threads."""

    def __init__(self, **values: str) -> None:
        self.values: Mapping[str, str] = values
        self.lock = threading.Lock()
        self.renewals = 0

    def read(self) -> Mapping[str, str]:
        return dict(self.values)

    def renew(
        self, seen: Mapping[str, str], call: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        with self.lock:
            if self.values != seen:
                return dict(self.values)
            self.values = call(dict(self.values))
            self.renewals += 1
            return dict(self.values)


def connected_vault(simulator: Running, **change: str) -> MemoryVault:
    """A vault whose token is good for another day of the simulator's clock."""
    known = {
        "app_secret": APP_SECRET,
        "access_token": simulator.access,
        "refresh_token": simulator.refresh,
        "expires_at": "2026-11-24T04:00:00+00:00",
        "refresh_issued_at": "2026-11-23T03:00:00+00:00",
    }
    return MemoryVault(**{name: value for name, value in {**known, **change}.items() if value})


def account_for(simulator: Running, vault: MemoryVault | None = None, **change: Any) -> Account:
    settings = settings_for(simulator.url, **change)
    return Account(5, "Zalo tỉnh Mẫu", settings, vault or connected_vault(simulator), simulator.clock)


@dataclass
class Engine:
    """Drives one delivery as the contract says, on the test's clock. ``state`` names the truth at any time."""

    account: Account
    clock: Clock
    rendition: Rendition
    live: Receipt | None = None
    state: str = "scheduled"
    progress: Mapping[str, Any] = field(default_factory=dict)
    repeatable: bool = False
    called_at: datetime | None = None
    looks: int = 0
    problems: list[ChannelError] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    adapter: ZaloOa = field(default_factory=ZaloOa)

    def run(self, steps: int = 60) -> str:
        """Make steps until the delivery rests; return its state."""
        self.state = "sending"
        for _ in range(steps):
            if self.state != "sending":
                break
            self.step()
        return self.state

    def order(self) -> Order:
        """The order as the engine would pass it."""
        return Order("delivery-31", self.rendition, self.live, self.progress, self.called_at)

    def step(self) -> None:
        """Look the item up if its call is unclear, else make the next call."""
        looking = self.called_at is not None
        try:
            if looking:
                self.look()
            else:
                self.send()
        except ChannelError as error:
            self.problems.append(error)
            if looking:
                self.look_failed(error)
            else:
                self.send_failed(error)
            self.wait(error.retry_after or 10.0)

    def send(self) -> None:
        """Stamp the call if it may not be repeated, make it and note its outcome."""
        order = self.order()
        if self.live is None and not self.repeatable:
            self.called_at = self.clock()
        outcome = self.adapter.publish(order, self.account)
        self.called_at = None
        if isinstance(outcome, Receipt):
            self.live, self.state, self.progress = outcome, "live", {}
            return
        self.progress, self.repeatable = outcome.progress, outcome.repeatable
        self.wait(outcome.after)

    def send_failed(self, error: ChannelError) -> None:
        """Do what the kind of the error says; only an uncertain outcome keeps the stamp."""
        self.state = {ErrorKind.REJECTED: "failed", ErrorKind.AUTH: "held"}.get(error.kind, "sending")
        if error.kind is not ErrorKind.UNCERTAIN:
            self.called_at = None

    def look(self) -> None:
        """Believe that an item is not there only after the second look."""
        receipt = self.adapter.find(self.order(), self.account)
        if receipt is not None:
            self.live, self.state, self.called_at = receipt, "live", None
        else:
            self.looked_in_vain()

    def looked_in_vain(self) -> None:
        """After two looks, a settling time apart, the call was surely not made."""
        if self.looks:
            self.looks, self.called_at = 0, None
        else:
            self.looks = 1
            self.wait(SETTLE)

    def look_failed(self, error: ChannelError) -> None:
        """A provider that cannot tell is asked twice; then a person decides."""
        if error.kind is ErrorKind.AUTH:
            self.state = "held"
        elif error.kind is ErrorKind.REJECTED or (error.kind is ErrorKind.UNCERTAIN and self.looks):
            self.state = "unknown"
        elif error.kind is ErrorKind.UNCERTAIN:
            self.looks = 1
            self.wait(SETTLE)

    def wait(self, seconds: float) -> None:
        """Let the time pass."""
        self.waits.append(seconds)
        self.clock.advance(seconds)


def engine(simulator: Running, made: Piece | None = None, vault: MemoryVault | None = None, **change: Any) -> Engine:
    """An engine with one delivery of ``made`` on the simulator."""
    account = account_for(simulator, vault, **change)
    assert isinstance(account.settings, Settings)
    return Engine(account, simulator.clock, ZaloOa().render(made or piece(), account.settings))

"""A toy whose provider is called: a loft that takes letters by HTTP, one for each story."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import requests
from pydantic import BaseModel, Field

from channels.contract import (
    Account,
    ChannelError,
    Continue,
    ErrorKind,
    Evidence,
    Finding,
    Order,
    Piece,
    Receipt,
    Rendition,
    Severity,
    StoryKind,
    Transport,
)
from channels.words import N_, Words

LONGEST = 40


class Settings(BaseModel):
    """Where the loft is."""

    loft: str = Field("http://127.0.0.1:1", title=N_("Địa chỉ chuồng"), description=N_("Nơi nhận thư."))


class Pigeon:
    """Everything that the product needs to know of this kind."""

    kind: ClassVar[str] = "pigeon"
    label: ClassVar[Words] = Words("Bồ câu đưa thư")
    short_label: ClassVar[Words] = Words("Bồ câu")
    icon: ClassVar[str] = "envelope"
    transport: ClassVar[Transport] = Transport.PUSH
    evidence: ClassVar[Evidence] = Evidence.RECEIPT
    story_kinds: ClassVar[frozenset[StoryKind]] = frozenset((StoryKind.ARTICLE,))
    texts: ClassVar[frozenset[str]] = frozenset(("title",))
    Settings: ClassVar[type[BaseModel]] = Settings
    secrets: ClassVar[Mapping[str, Words]] = {"seed": Words("Hạt cho chim")}
    stopping: ClassVar[Words] = Words("Ngừng “%(name)s”? Chim ở lại chuồng.")
    public_paths: ClassVar[Mapping[str, str]] = {}
    public_pages: ClassVar[Mapping[str, str]] = {}
    page_template: ClassVar[str] = ""
    priorities: ClassVar[Mapping[str, Words]] = {}
    calls_per_minute: ClassVar[int] = 600

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        """A letter is short."""
        if len(piece.title) <= LONGEST:
            return ()
        return (Finding(Severity.ERROR, "title", Words("Thư quá nặng."), Words("Hãy rút gọn tiêu đề.")),)

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        """The letter."""
        return Rendition(self.kind, {"letter": piece.title})

    def publish(self, order: Order, account: Account) -> Receipt | Continue:
        """Hand the letter over; the loft knows letters by our key, so a second one is the first."""
        said = _call("PUT", account, order.key, {"letter": order.rendition.document["letter"]})
        return Receipt(str(said["id"]), link=f"{_loft(account)}/letters/{order.key}")

    def find(self, order: Order, account: Account) -> Receipt | None:
        """Ask for the letter."""
        said = _call("GET", account, order.key)
        return Receipt(str(said["id"])) if said else None

    def retract(self, order: Order, account: Account) -> None:
        """Have the letter burnt."""
        _call("DELETE", account, order.key)


def _loft(account: Account) -> str:
    return Settings.model_validate(account.settings).loft


def _call(method: str, account: Account, key: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    seed = account.vault.read().get("seed", "")
    try:
        answer = requests.request(
            method, f"{_loft(account)}/letters/{key}", json=body, headers={"X-Seed": seed}, timeout=5
        )
    except requests.RequestException as error:
        raise ChannelError(ErrorKind.UNCERTAIN, Words("Chim chưa về."), detail=type(error).__name__) from error
    found: dict[str, Any] = answer.json() if answer.status_code == requests.codes.ok else {}
    return found

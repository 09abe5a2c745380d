"""What each channel makes of one body, as words: for comparing channels with one another and with what was typed."""

import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

from pydantic import BaseModel

from channels.contract import Adapter, Finding, Piece, StoryKind
from channels.portal_rss.adapter import PortalRss
from channels.portal_rss.settings import Settings as PortalSettings
from channels.radio_script.adapter import RadioScript
from channels.radio_script.reading.plain import flatten
from channels.radio_script.settings import Settings as RadioSettings
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.settings import Settings as ZaloSettings
from media.characters import clean
from tests.channels.contract.pieces import whole

ZALO = ZaloSettings(api_url="https://openapi.zalo.me", oa_name="OA")


def piece(body: str, **change: object) -> Piece:
    """An article of ``body``."""
    return replace(whole(StoryKind.ARTICLE), body=body, pictures=(), **change)  # type: ignore[arg-type]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "p", "li", "td", "th", "h2"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def portal(body: str) -> str:
    """What the portal's page shows."""
    reader = _Words()
    reader.feed(PortalRss().render(piece(body), PortalSettings()).document["html"])
    reader.close()
    return "".join(reader.words)


def zalo(body: str) -> str:
    """What Zalo's article says."""
    blocks = ZaloOa().render(piece(body), ZALO).document["article"]["body"]
    return "\n".join(block["content"] for block in blocks if block["type"] == "text")


def radio(body: str) -> str:
    """What the radio reads, before numbers and abbreviations become words."""
    return flatten(clean(body)).text


def findings(body: str) -> dict[str, list[Finding]]:
    """What the checks say about the body, by channel kind."""
    made = piece(body)
    checks: dict[str, tuple[Adapter, BaseModel]] = {
        "portal_rss": (PortalRss(), PortalSettings()),
        "zalo_oa": (ZaloOa(), ZALO),
    }
    found = {kind: list(adapter.check(made, settings)) for kind, (adapter, settings) in checks.items()}
    found["radio_script"] = list(RadioScript().check(made, RadioSettings()))
    return {kind: [one for one in all_ if one.field == "body"] for kind, all_ in found.items()}


CHANNELS = {"portal": portal, "zalo": zalo, "radio": radio}


def letters(text: str) -> str:
    """Letters and digits of a text, in small letters: what must be equal everywhere."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())

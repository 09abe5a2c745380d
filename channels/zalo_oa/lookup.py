"""Finding an article at Zalo again: by title and time in the list, then by what its details say."""

import html
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from channels.contract import ChannelError, ErrorKind
from channels.words import N_, Words
from channels.zalo_oa.connection import Connection
from channels.zalo_oa.errors import NOT_VALID, Refusal

SLICE = 10
"""Zalo's own maximum."""
PAGES = 10
SKEW = timedelta(minutes=5)
"""How far Zalo's clock may be from ours."""

SEVERAL = N_(
    "Trên Zalo có bài cùng tiêu đề nhưng chưa chắc là bài này. Hãy mở OA kiểm tra rồi chọn “Đã gửi” hoặc “Gửi lại”."
)


class Match(Enum):
    """Whether a listed article is the one looked for."""

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. ``created`` is UTC, None where Zalo does not say."""

    id: str
    title: str
    link: str
    created: datetime | None


def listed(media: Mapping[str, Any]) -> Listed:
    """Read one line of ``getslice``."""
    return Listed(
        id=str(media.get("id", "")),
        title=plain(media.get("title")),
        link=str(media.get("link_view") or ""),
        created=_moment(media.get("create_date")),
    )


def _moment(value: object) -> datetime | None:
    """Epoch milliseconds, as a number or a string; seconds are told by their size."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)


def plain(value: object) -> str:
    """A text for comparing: NFC, single spaces, no HTML entities."""
    return " ".join(unicodedata.normalize("NFC", html.unescape(str(value or ""))).split())


def all_listed(api: Connection, pages: int = PAGES) -> Iterator[list[Listed]]:
    """Yield the list slice by slice, newest first, at most ``pages`` slices."""
    for page in range(pages):
        data = api.get("article/getslice", offset=page * SLICE, limit=SLICE, type="normal")
        lines = [listed(media) for media in data.get("medias") or [] if isinstance(media, dict)]
        yield lines
        if len(lines) < SLICE:
            return


def link_of(api: Connection, article_id: str) -> str:
    """Return the public link of an article among the newest, or an empty string."""
    lines = [line for page in all_listed(api, pages=2) for line in page]
    return next((line.link for line in lines if line.id == article_id), "")


def search(api: Connection, article: Mapping[str, Any], since: datetime) -> Listed | None:
    """Return the article that a call at ``since`` (UTC) has made, or None if it is not there.

    An article shows up once Zalo has processed it, up to half a minute after the call: look again before believing
    None. Raises ``ChannelError`` UNCERTAIN when articles of this title and time cannot be told apart.
    """
    matches = [(line, _judged(api, line, article)) for line in _candidates(api, plain(article["title"]), since)]
    sure = [line for line, match in matches if match is Match.YES]
    perhaps = [line for line, match in matches if match is Match.PERHAPS]
    if sure:
        return sure[-1]
    if perhaps:
        raise ChannelError(ErrorKind.UNCERTAIN, Words(SEVERAL), detail=f"{len(perhaps)} articles of this title")
    return None


def _candidates(api: Connection, title: str, since: datetime) -> list[Listed]:
    """Articles of this title made at ``since`` or later."""
    earliest = since - SKEW
    found: list[Listed] = []
    for page in all_listed(api):
        recent = [line for line in page if line.created is None or line.created >= earliest]
        found += [line for line in recent if line.title == title]
        if not recent:
            break
    return found


def _judged(api: Connection, line: Listed, article: Mapping[str, Any]) -> Match:
    try:
        detail = api.get("article/getdetail", expect=frozenset({NOT_VALID}), id=line.id)
    except Refusal:
        return Match.NO  # removed between the two calls
    return judge(detail, article)


def judge(detail: Mapping[str, Any], article: Mapping[str, Any]) -> Match:
    """Compare an article's details with what was sent: the marker decides if Zalo shows it, else the description."""
    marker = detail.get("tracking_link")
    if marker and article.get("tracking_link"):
        return Match.YES if marker == article["tracking_link"] else Match.NO
    if "description" not in detail:
        return Match.PERHAPS
    return Match.YES if plain(detail["description"]) == plain(article["description"]) else Match.PERHAPS

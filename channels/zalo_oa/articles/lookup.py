"""Finding an article at Zalo again: by title and time in the list, then by what its details say."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from channels.contract import ChannelError, ErrorKind
from channels.words import N_, Words
from channels.zalo_oa.api.connection import Connection
from channels.zalo_oa.api.errors import DETAIL_VERDICTS, NO_SUCH_CALL, NOT_VALID, Refusal
from channels.zalo_oa.api.listing import Listed, plain, walk
from channels.zalo_oa.articles.comparing import letters_of, marker_in

SKEW = timedelta(seconds=30)
"""How far Zalo's clock may be from ours without anybody being asked."""
REACH = timedelta(minutes=5)
"""So far before the call the list is read."""
TWIN = timedelta(days=1)
"""An article of the very same text, made so long before the call, may be ours by a clock that is wrong."""
NEWEST = 2
"""A new article is looked for in so many slices when only its link is wanted."""

SEVERAL = N_(
    "Trên Zalo có bài cùng tiêu đề nhưng chưa chắc là bài này. Hãy mở OA kiểm tra rồi chọn “Đã gửi” hoặc “Gửi lại”."
)


class Match(Enum):
    """Whether a listed article is the one looked for; ``UNSEEN`` if Zalo tells no details."""

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"
    UNSEEN = "unseen"


class LookupVerdict(Enum):
    """Where an article stands for followers."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    GONE = "gone"


def link_of(api: Connection, article_id: str) -> str:
    """Return the public link of an article among the newest, or an empty string."""
    for number, page in enumerate(walk(api), start=1):
        links = [line.link for line in page.lines if line.id == article_id]
        if links or (page.rest_is_older and number >= NEWEST):
            return next(iter(links), "")
    return ""


def search(api: Connection, article: Mapping[str, Any], since: datetime) -> Listed | None:
    """Return the article that a call at ``since`` (UTC) has made, or None if it is not there.

    An article shows up once Zalo has processed it, up to half a minute after the call: look again before believing
    None. Where Zalo gives no details, the only article of this title and time is believed. Raises ``ChannelError``
    UNCERTAIN when articles of this title and time cannot be told apart, when one of the same text is there from
    before the call, when the list could not be read to where the call would stand, or when Zalo refuses to answer:
    that says nothing about the article.
    """
    try:
        return _search(api, article, since)
    except ChannelError as error:
        if error.kind is not ErrorKind.REJECTED:
            raise
        raise ChannelError(ErrorKind.UNCERTAIN, error.words, detail=error.detail) from None


def _search(api: Connection, article: Mapping[str, Any], since: datetime) -> Listed | None:
    perhaps: list[Listed] = []
    unseen: list[Listed] = []
    for line in _candidates(api, plain(article["title"]), since):
        match _judged(api, line, article, is_earlier=line.created is not None and line.created < since - SKEW):
            case Match.YES:
                return line
            case Match.UNSEEN:
                unseen.append(line)
            case Match.PERHAPS:
                perhaps.append(line)
    if len(unseen) == 1 and not perhaps and unseen[0].created:
        return unseen[0]
    if count := len(unseen) + len(perhaps):
        raise ChannelError(ErrorKind.UNCERTAIN, Words(SEVERAL), detail=f"{count} articles of this title")
    return None


def _candidates(api: Connection, title: str, since: datetime) -> Iterator[Listed]:
    """Yield the articles of this title made at ``since`` or later, and those of the day before that are seen too."""
    earliest = since - REACH
    seen: set[str] = set()
    for page in walk(api):
        for line in page.lines:
            is_recent = line.created is None or line.created >= since - TWIN
            if is_recent and line.title == title and line.id not in seen:
                seen.add(line.id)
                yield line
        if page.ends(earliest):
            return


def _judged(api: Connection, line: Listed, article: Mapping[str, Any], *, is_earlier: bool) -> Match:
    if not line.id:
        return Match.PERHAPS  # not made to its end yet
    try:
        detail = api.get("article/getdetail", expect={NOT_VALID, *NO_SUCH_CALL}, id=line.id)
    except Refusal as refusal:
        # The list shows it and the details do not: just removed, or not made to its end. The next look will tell.
        return Match.PERHAPS if is_earlier or refusal.code == NOT_VALID else Match.UNSEEN
    return judge(detail, article, is_earlier=is_earlier)


def judge(detail: Mapping[str, Any], article: Mapping[str, Any], *, is_earlier: bool = False) -> Match:
    """Compare an article's details with what was sent: our own marker decides if Zalo shows it, else what it says.

    A link that Zalo has rewritten so that the marker is gone says nothing, and neither does a body without text. An
    article from before the call is ours only by its marker; of the same text it may be, of another it is not.
    """
    marker, wanted = marker_in(detail.get("tracking_link")), marker_in(article.get("tracking_link"))
    if marker and wanted:
        return Match.YES if marker == wanted else Match.NO
    if not detail.get("description"):
        return Match.PERHAPS if is_earlier else Match.UNSEEN
    is_same = plain(detail["description"]) == plain(article["description"]) and _may_read(detail, article)
    if is_earlier:
        return Match.PERHAPS if is_same else Match.NO
    return Match.YES if is_same else Match.PERHAPS


def _may_read(detail: Mapping[str, Any], article: Mapping[str, Any]) -> bool:
    """Whether the details do not show another body; tags and spaces are Zalo's to change."""
    shown, sent = letters_of(detail.get("body")), letters_of(article.get("body"))
    return not shown or shown == sent


def stir(api: Connection) -> None:
    """Ask for the list and take no notice of it: asking may be what brings a job to its end."""
    try:
        next(walk(api), None)
    except ChannelError:
        return


def standing(api: Connection, article_id: str) -> LookupVerdict:
    """Return where an article stands for followers, by its details, or by the list where these say too little.

    An article whose status nobody tells is one that followers see.
    """
    try:
        detail = api.get("article/getdetail", expect=DETAIL_VERDICTS, id=article_id)
    except Refusal as refusal:
        return LookupVerdict.GONE if refusal.code == NOT_VALID else _listed_standing(api, article_id)
    if detail and not detail.get("status"):
        return _listed_standing(api, article_id)
    return _standing(detail.get("status")) if detail else LookupVerdict.GONE


def _listed_standing(api: Connection, article_id: str) -> LookupVerdict:
    lines = (line for page in walk(api) for line in page.lines)
    return next((_standing(line.status) for line in lines if line.id == article_id), LookupVerdict.GONE)


def _standing(status: object) -> LookupVerdict:
    return LookupVerdict.HIDDEN if status == "hide" else LookupVerdict.SHOWN

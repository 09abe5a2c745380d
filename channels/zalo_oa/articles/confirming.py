"""A correction is done when Zalo shows it: the details are compared with what was sent, more than once where a lost
call may still be on its way."""

from dataclasses import replace

from channels.contract import ChannelError, Continue, ErrorKind, Order, Receipt
from channels.observing import LiveStanding, Observed
from channels.words import N_, Words
from channels.zalo_oa.api.connection import Connection
from channels.zalo_oa.api.errors import DETAIL_VERDICTS, NOT_VALID, Refusal
from channels.zalo_oa.api.listing import Listed, plain, walk
from channels.zalo_oa.articles.comparing import differing
from channels.zalo_oa.articles.jobs import POLL_SECONDS, Stage, at_work, payload, receipt
from channels.zalo_oa.articles.lookup import link_of

SETTLED = 3
"""So many looks in a row must show what was sent where another call may still come true …"""
BETWEEN_LOOKS = 30.0
"""… this many seconds apart: over a minute, as Zalo may work so long on a job."""
WAITS_FOR_CHANGE = (3.0, 10.0, 30.0)
"""Seconds before another look at an article that does not show yet what was sent."""
RESENT_MAX = 2
"""What Zalo does not show is sent again so many times."""

GONE = N_("Bài không còn trên Zalo nên không sửa được. Hãy gỡ bài ở đây rồi đăng lại nếu cần.")
DIFFERS = N_(
    "Zalo đã nhận bản đính chính nhưng bài đang hiện vẫn khác bản đã duyệt. Hãy mở OA xem bài rồi bấm thử lại."
)


def confirm(order: Order, stage: Stage, api: Connection) -> Receipt | Continue:
    """Compare what Zalo shows with what was sent.

    The list is asked first, because asking may bring jobs to their end whose answer was lost.
    """
    link = _link(stage, api)
    earlier = at_work(stage.earlier, api)
    seen = observed(order, stage.article_id, api)
    if seen.standing is LiveStanding.GONE:
        return _missing(stage)
    if seen.differs:
        return _not_yet(stage, seen)
    looks = stage.looks + 1
    unsettled = order.lost_at is not None or stage.earlier or stage.resent
    if unsettled and (looks < SETTLED or earlier):
        return Continue(replace(stage, looks=min(looks, SETTLED)).write(), BETWEEN_LOOKS, repeatable=True)
    return receipt(api.account, order, stage.article_id, link, stage)


def observed(order: Order, article_id: str, api: Connection) -> Observed:
    """Return how an article stands at Zalo, by its details, or by its line in the list where these say too little."""
    article = payload(order)
    try:
        detail = api.get("article/getdetail", expect=DETAIL_VERDICTS, id=article_id)
    except Refusal as refusal:
        return _by_list(article_id, article, api, is_missing=refusal.code == NOT_VALID)
    if not detail:
        return _by_list(article_id, article, api, is_missing=True)
    differs = differing(detail, article)
    if differs is None:
        return _by_list(article_id, article, api, is_missing=False)
    return _standing(differs, str(detail.get("status") or ""), str(article["status"]))


def _standing(differs: tuple[str, ...], shown: str, sent: str) -> Observed:
    if shown == "hide" and sent != "hide":
        return Observed(LiveStanding.HIDDEN, differs)
    return Observed(LiveStanding.CHANGED if differs else LiveStanding.AS_SENT, differs)


def _by_list(article_id: str, article: dict[str, object], api: Connection, *, is_missing: bool) -> Observed:
    line = _line(article_id, api)
    if line is None:
        return Observed(LiveStanding.GONE)
    if is_missing and not line.title:
        return Observed(LiveStanding.UNTOLD)
    title = ("title",) if line.title and line.title != plain(article["title"]) else ()
    status = ("status",) if line.status in {"show", "hide"} and line.status != article["status"] else ()
    return _standing((*title, *status), line.status, str(article["status"]))


def _line(article_id: str, api: Connection) -> Listed | None:
    lines = (line for page in walk(api) for line in page.lines)
    return next((line for line in lines if line.id == article_id), None)


def _link(stage: Stage, api: Connection) -> str:
    try:
        return link_of(api, stage.article_id)
    except ChannelError:
        return ""


def _missing(stage: Stage) -> Continue:
    """An article that is not there may be in the middle of its change: look again before saying so."""
    if stage.tries < len(WAITS_FOR_CHANGE):
        return _look_again(stage)
    raise ChannelError(ErrorKind.REJECTED, Words(GONE))


def _not_yet(stage: Stage, seen: Observed) -> Continue:
    if stage.tries < len(WAITS_FOR_CHANGE):
        return _look_again(stage)
    if stage.resent < RESENT_MAX:
        again = Stage(restarts=stage.restarts, resent=stage.resent + 1, earlier=stage.earlier)
        return Continue(again.write(), POLL_SECONDS, repeatable=True)
    raise ChannelError(ErrorKind.REJECTED, Words(DIFFERS), detail=f"differs: {', '.join(seen.differs)}")


def _look_again(stage: Stage) -> Continue:
    later = replace(stage, tries=stage.tries + 1, looks=0)
    return Continue(later.write(), WAITS_FOR_CHANGE[stage.tries], repeatable=True)

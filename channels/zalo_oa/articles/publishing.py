"""The steps of a publication: create → verify → link → receipt, each committed by the engine before the next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

from channels.contract import ChannelError, Continue, ErrorKind, Order, Receipt
from channels.words import N_, Words
from channels.zalo_oa.api.connection import Connection
from channels.zalo_oa.api.errors import (
    JOB_VERDICTS,
    NOT_VALID,
    PROCESSING,
    RULES,
    UPLOAD_FAILED,
    Refusal,
    to_error,
    unclear,
)
from channels.zalo_oa.api.listing import Listed
from channels.zalo_oa.articles.confirming import GONE, RESENT_MAX, confirm
from channels.zalo_oa.articles.creating import create
from channels.zalo_oa.articles.jobs import (
    POLL_SECONDS,
    POLLS_MAX,
    QUICK_POLLS,
    Stage,
    at_work,
    begun,
    pause,
    payload,
    receipt,
)
from channels.zalo_oa.articles.lookup import LookupVerdict, link_of, search, standing

LINK_TRIES = 3
STRANGE_MAX = 3
"""An answer about a job by a code that no table knows may be a gateway's; it is asked again so many times."""
WAIT_FOR_PICTURES = 60.0
"""Zalo throttles an address that failed; so long before the one new attempt."""

STUCK = N_("Zalo nhận bài nhưng xử lý quá lâu. Hệ thống vẫn hỏi lại; hãy xem bài trên Official Account.")


def publish(order: Order, api: Connection) -> Receipt | Continue:
    """Make the step that is due; after the last call of a minute the next step waits for a new one."""
    stage = Stage.read(order.progress)
    outcome = _step(order, Stage() if stage.hides else stage, api)
    if isinstance(outcome, Receipt) or api.rest() <= outcome.after:
        return outcome
    return replace(outcome, after=api.rest())


def _step(order: Order, stage: Stage, api: Connection) -> Receipt | Continue:
    if stage.article_id:
        return _link(order, stage, api) if order.live is None else confirm(order, stage, api)
    if stage.token:
        return _verify(order, stage, api)
    return _create(order, stage, api) if order.live is None else _correct(order, order.live, stage, api)


def _create(order: Order, stage: Stage, api: Connection) -> Receipt | Continue:
    since = api.account.now()
    try:
        made = create(payload(order), api)
    except Refusal as refusal:
        return _sent_in_vain(order, stage, api, refusal)
    if isinstance(made, Listed):
        return receipt(api.account, order, made.id, made.link, stage)
    return _begun(order, stage, made, since)


def _correct(order: Order, live: Receipt, stage: Stage, api: Connection) -> Continue:
    """Send the whole article, after what an earlier correction has asked for is done: the later one has to win."""
    earlier = stage.earlier or begun(order.replaced)
    if earlier and stage.polls < QUICK_POLLS and (left := at_work(earlier, api)):
        waiting = Stage(earlier=left, polls=stage.polls + 1, restarts=stage.restarts, resent=stage.resent)
        return Continue(waiting.write(), POLL_SECONDS, repeatable=True)
    since = api.account.now()
    try:
        data = _update(order, live.provider_id, api)
    except Refusal as refusal:
        return _sent_in_vain(order, stage, api, refusal)
    kept = earlier if stage.polls >= QUICK_POLLS else ()
    return _begun(order, replace(stage, earlier=kept), data, since)


def _sent_in_vain(order: Order, stage: Stage, api: Connection, refusal: Refusal) -> Continue:
    if refusal.code == UPLOAD_FAILED and not stage.restarts:
        return _once_more(order)
    raise to_error(refusal, api.account.now(), once=order.live is None)


def _begun(order: Order, stage: Stage, data: Mapping[str, Any], since: datetime) -> Continue:
    """Keep the token of the job before anything is asked about it."""
    token = str(data.get("token") or "")
    if not token:
        raise unclear(once=order.live is None, detail="no token in the answer")
    job = Stage(
        token=token, restarts=stage.restarts, resent=stage.resent, since=since.isoformat(), earlier=stage.earlier
    )
    return Continue(job.write(), POLL_SECONDS, repeatable=True)


def _once_more(order: Order) -> Continue:
    """Begin again, this time with the default cover: Zalo could not fetch a picture."""
    return Continue(Stage(restarts=1).write(), WAIT_FOR_PICTURES, repeatable=order.live is not None)


def _update(order: Order, article_id: str, api: Connection) -> Mapping[str, Any]:
    try:
        return api.post("article/update", {**payload(order), "id": article_id}, expect={NOT_VALID, UPLOAD_FAILED})
    except Refusal as refusal:
        if refusal.code == UPLOAD_FAILED:
            raise
        if standing(api, article_id) is LookupVerdict.GONE:
            raise ChannelError(ErrorKind.REJECTED, Words(GONE), detail=str(refusal)) from None
        raise to_error(refusal, api.account.now(), once=False) from None


def _verify(order: Order, stage: Stage, api: Connection) -> Receipt | Continue:
    try:
        data = api.post("article/verify", {"token": stage.token}, expect=JOB_VERDICTS)
    except Refusal as refusal:
        return _not_ready(order, stage, api, refusal)
    article_id = str(data.get("id") or "") or (order.live.provider_id if order.live else "")
    if not article_id:
        return _already_there(order, stage, api) or _unsaid()
    known = Stage(article_id=article_id, restarts=stage.restarts, resent=stage.resent, earlier=stage.earlier)
    return Continue(known.write(), 0.0, repeatable=True)


def _unsaid() -> NoReturn:
    raise unclear(once=False, detail="no id in the answer")


def _not_ready(order: Order, stage: Stage, api: Connection, refusal: Refusal) -> Receipt | Continue:
    if refusal.code == PROCESSING and stage.polls < POLLS_MAX:
        asked = replace(stage, polls=stage.polls + 1)
        return Continue(asked.write(), pause(asked.polls), repeatable=True)
    if refusal.code not in RULES and stage.tries < STRANGE_MAX:
        return Continue(replace(stage, tries=stage.tries + 1).write(), pause(QUICK_POLLS + stage.tries), True)
    if order.live is None and (found := _already_there(order, stage, api)):
        return found
    if refusal.code == UPLOAD_FAILED and stage.restarts == 0:
        return _once_more(order)
    if refusal.code not in {NOT_VALID, PROCESSING} or _blames_content(refusal):
        raise to_error(refusal, api.account.now(), once=False)
    if order.live is not None and refusal.code == NOT_VALID and stage.resent < RESENT_MAX:
        return Continue(Stage(restarts=stage.restarts, resent=stage.resent + 1).write(), POLL_SECONDS, repeatable=True)
    raise ChannelError(ErrorKind.UNCERTAIN, Words(STUCK), detail=str(refusal))


def _blames_content(refusal: Refusal) -> bool:
    """Whether a job was refused for what it carries; an unknown job is refused with the same code."""
    return refusal.code == NOT_VALID and "token" not in refusal.message.lower()


def _already_there(order: Order, stage: Stage, api: Connection) -> Receipt | None:
    """The article of a job that does not answer well: it may be in the list all the same."""
    found = search(api, payload(order), datetime.fromisoformat(stage.since))
    return receipt(api.account, order, found.id, found.link, stage) if found else None


def _link(order: Order, stage: Stage, api: Connection) -> Receipt | Continue:
    """Ask for the public link. The article is live already, so nothing that fails here may fail the delivery."""
    try:
        link = link_of(api, stage.article_id)
    except ChannelError:
        link = ""
    if not link and stage.tries + 1 < LINK_TRIES:
        again = replace(stage, tries=stage.tries + 1)
        return Continue(again.write(), POLL_SECONDS, repeatable=True)
    return receipt(api.account, order, stage.article_id, link, stage)

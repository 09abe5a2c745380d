"""The steps of a publication: create → verify → link → receipt, each committed by the engine before the next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from channels.contract import Account, ChannelError, Continue, ErrorKind, Order, Receipt
from channels.words import N_, Words
from channels.zalo_oa.article import to_send
from channels.zalo_oa.connection import Connection, settings_of
from channels.zalo_oa.creating import create
from channels.zalo_oa.errors import (
    HIDING,
    JOB_VERDICTS,
    NOT_VALID,
    PROCESSING,
    RULES,
    UPLOAD_FAILED,
    VERDICTS,
    Refusal,
    to_error,
    unclear,
)
from channels.zalo_oa.listing import Listed
from channels.zalo_oa.lookup import Standing, link_of, search, standing

POLL_SECONDS = 3.0
QUICK_POLLS = 8
"""Production code polls 8 times 3 s; 5 times 2 s gave false failures. Slower after that."""
SLOW_POLLS = (5.0, 10.0, 20.0, 30.0, 60.0)
POLLS_MAX = 40
LINK_TRIES = 3
WAIT_FOR_HIDING = 30.0
STRANGE_MAX = 3
"""An answer about a job by a code that no table knows may be a gateway's; it is asked again so many times."""
RESENT_MAX = 2
"""A correction whose job Zalo has forgotten is sent again so many times."""
WAIT_FOR_PICTURES = 60.0
"""Zalo throttles an address that failed; so long before the one new attempt."""

STUCK = N_("Zalo nhận bài nhưng xử lý quá lâu. Hệ thống vẫn hỏi lại; hãy xem bài trên Official Account.")
GONE = N_("Bài không còn trên Zalo nên không sửa được. Hãy gỡ bài ở đây rồi đăng lại nếu cần.")


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a publication has come, as the engine keeps it between two steps.

    ``token`` names Zalo's job and ``article_id`` what came of it; ``polls`` and ``tries`` count questions (``tries``
    those that were answered strangely, then those for the link);
    ``restarts`` counts new attempts after pictures that Zalo could not fetch, ``resent`` those of a correction whose
    job Zalo forgot; ``since`` is when the call was made.
    """

    token: str = ""
    article_id: str = ""
    polls: int = 0
    tries: int = 0
    restarts: int = 0
    resent: int = 0
    since: str = ""

    @classmethod
    def read(cls, progress: Mapping[str, Any]) -> "Stage":
        """Read what an earlier step committed."""
        return cls(**{name: progress[name] for name in cls.__dataclass_fields__ if name in progress})

    def write(self) -> dict[str, Any]:
        """Return what is to be committed, empty values left out."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in values.items() if value}


def publish(order: Order, api: Connection) -> Receipt | Continue:
    """Make the step that is due; after the last call of a minute the next step waits for a new one."""
    outcome = _step(order, Stage.read(order.progress), api)
    if isinstance(outcome, Receipt) or api.rest() <= outcome.after:
        return outcome
    return replace(outcome, after=api.rest())


def _step(order: Order, stage: Stage, api: Connection) -> Receipt | Continue:
    if stage.article_id:
        return _link(order, stage, api)
    if stage.token:
        return _verify(order, stage, api)
    return _create(order, stage, api) if order.live is None else _correct(order, order.live, stage, api)


def payload(order: Order) -> dict[str, Any]:
    """Return what is sent for an order; after a failed fetch of pictures with the default cover."""
    stage = Stage.read(order.progress)
    return to_send(order.rendition.document, order.key, fallback=stage.restarts > 0)


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
    since = api.account.now()
    try:
        data = _update(order, live.provider_id, api)
    except Refusal as refusal:
        return _sent_in_vain(order, stage, api, refusal)
    return _begun(order, stage, data, since)


def _sent_in_vain(order: Order, stage: Stage, api: Connection, refusal: Refusal) -> Continue:
    if refusal.code == UPLOAD_FAILED and not stage.restarts:
        return _once_more(order)
    raise to_error(refusal, api.account.now(), once=order.live is None)


def _begun(order: Order, stage: Stage, data: Mapping[str, Any], since: datetime) -> Continue:
    """Keep the token of the job before anything is asked about it."""
    token = str(data.get("token") or "")
    if not token:
        raise unclear(once=order.live is None, detail="no token in the answer")
    begun = Stage(token=token, restarts=stage.restarts, resent=stage.resent, since=since.isoformat())
    return Continue(begun.write(), POLL_SECONDS, repeatable=True)


def _once_more(order: Order) -> Continue:
    """Begin again, this time with the default cover: Zalo could not fetch a picture."""
    return Continue(Stage(restarts=1).write(), WAIT_FOR_PICTURES, repeatable=order.live is not None)


def _update(order: Order, article_id: str, api: Connection) -> Mapping[str, Any]:
    try:
        return api.post("article/update", {**payload(order), "id": article_id}, expect={NOT_VALID, UPLOAD_FAILED})
    except Refusal as refusal:
        if refusal.code == UPLOAD_FAILED:
            raise
        if standing(api, article_id) is Standing.GONE:
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
    return Continue(Stage(article_id=article_id, restarts=stage.restarts).write(), 0.0, repeatable=True)


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


def pause(polls: int) -> float:
    """Seconds to wait after the ``polls``-th answer "being processed"."""
    if polls < QUICK_POLLS:
        return POLL_SECONDS
    return SLOW_POLLS[min(polls - QUICK_POLLS, len(SLOW_POLLS) - 1)]


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


def receipt(account: Account, order: Order, article_id: str, link: str, stage: Stage) -> Receipt:
    """Return the proof: when it was seen, on which account, and whether the default cover had to stand in."""
    settings = settings_of(account)
    known_link = link or (order.live.link if order.live else "")
    evidence: dict[str, Any] = {
        "confirmed_at": account.now().isoformat(),
        "oa_id": settings.oa_id,
        "status": order.rendition.document["article"]["status"],
    }
    if stage.restarts and order.rendition.document.get("fallback_cover"):
        evidence["cover"] = "default"
    if settings.simulated:
        evidence["simulated"] = True
    return Receipt(article_id, known_link, evidence)


def remove(order: Order, api: Connection) -> None:
    """Delete ``order.live``; one that is gone already is as good, and one that Zalo keeps is hidden instead."""
    article_id = order.live.provider_id if order.live else ""
    try:
        api.post("article/remove", {"id": article_id}, expect=VERDICTS)
    except Refusal as refusal:
        if standing(api, article_id) is Standing.SHOWN:
            _hide(order, api, refusal)


def _hide(order: Order, api: Connection, refusal: Refusal) -> NoReturn:
    """Ask Zalo to hide an article that it does not delete; whether it did is seen when this is tried again."""
    article_id = order.live.provider_id if order.live else ""
    hidden = {**payload(order), "id": article_id, "status": "hide"}
    try:
        api.post("article/update", hidden, expect=VERDICTS)
    except Refusal:
        raise to_error(refusal, api.account.now(), once=False) from None
    raise ChannelError(ErrorKind.TRANSIENT, Words(HIDING), detail=str(refusal), retry_after=WAIT_FOR_HIDING)

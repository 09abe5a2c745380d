"""The steps of a publication: create → verify → link → receipt, each committed by the engine before the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.contract import Account, ChannelError, Continue, ErrorKind, Order, Receipt
from channels.words import N_, Words
from channels.zalo_oa.article import to_send
from channels.zalo_oa.connection import Connection, settings_of
from channels.zalo_oa.errors import NOT_VALID, PROCESSING, UPLOAD_FAILED, Refusal, to_error, unclear
from channels.zalo_oa.lookup import link_of, search

POLL_SECONDS = 3.0
QUICK_POLLS = 8
"""Production code polls 8 times 3 s; 5 times 2 s gave false failures. Slower after that."""
SLOW_POLLS = (5.0, 10.0, 20.0, 30.0, 60.0)
POLLS_MAX = 40
LINK_TRIES = 3
WAIT_FOR_PICTURES = 60.0
"""Zalo throttles an address that failed; so long before the one new attempt."""

STUCK = N_("Zalo nhận bài nhưng xử lý quá lâu. Hệ thống vẫn hỏi lại; hãy xem bài trên Official Account.")
GONE = N_("Bài không còn trên Zalo nên không sửa được. Hãy gỡ bài ở đây rồi đăng lại nếu cần.")


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a publication has come, as the engine keeps it between two steps.

    ``token`` names Zalo's job and ``article_id`` what came of it; ``polls`` and ``tries`` count questions;
    ``restarts`` counts new attempts after pictures that Zalo could not fetch; ``since`` is when the call was made.
    """

    token: str = ""
    article_id: str = ""
    polls: int = 0
    tries: int = 0
    restarts: int = 0
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
    """Make the step that is due."""
    stage = Stage.read(order.progress)
    if stage.article_id:
        return _link(order, stage, api)
    if stage.token:
        return _verify(order, stage, api)
    return _send(order, stage, api)


def payload(order: Order) -> dict[str, Any]:
    """Return what is sent for an order; after a failed fetch of pictures with the default cover."""
    stage = Stage.read(order.progress)
    return to_send(order.rendition.document, order.key, fallback=stage.restarts > 0)


def _send(order: Order, stage: Stage, api: Connection) -> Continue:
    if order.live is None:
        data = api.post("article/create", payload(order), once=True)
    else:
        data = _update(order, order.live.provider_id, api)
    token = data.get("token")
    if not isinstance(token, str) or not token:
        raise unclear(once=order.live is None, detail="no token in the answer")
    begun = Stage(token=token, restarts=stage.restarts, since=api.account.now().isoformat())
    return Continue(begun.write(), POLL_SECONDS, repeatable=True)


def _update(order: Order, article_id: str, api: Connection) -> Mapping[str, Any]:
    try:
        return api.post("article/update", {**payload(order), "id": article_id}, expect=frozenset({NOT_VALID}))
    except Refusal as refusal:
        if is_gone(api, article_id):
            raise ChannelError(ErrorKind.REJECTED, Words(GONE), detail=str(refusal)) from None
        raise to_error(refusal, api.account.now(), once=False) from None


def _verify(order: Order, stage: Stage, api: Connection) -> Receipt | Continue:
    expected = frozenset({PROCESSING, UPLOAD_FAILED, NOT_VALID})
    try:
        data = api.post("article/verify", {"token": stage.token}, expect=expected)
    except Refusal as refusal:
        return _not_ready(order, stage, api, refusal)
    article_id = str(data.get("id") or "")
    if not article_id:
        raise unclear(once=False, detail="no id in the answer")
    return Continue(Stage(article_id=article_id, restarts=stage.restarts).write(), 0.0, repeatable=True)


def _not_ready(order: Order, stage: Stage, api: Connection, refusal: Refusal) -> Receipt | Continue:
    if refusal.code == PROCESSING and stage.polls < POLLS_MAX:
        asked = Stage(stage.token, polls=stage.polls + 1, restarts=stage.restarts, since=stage.since)
        return Continue(asked.write(), pause(asked.polls), repeatable=True)
    if order.live is None and (found := _already_there(order, stage, api)):
        return found
    if refusal.code == UPLOAD_FAILED and stage.restarts == 0:
        return Continue(Stage(restarts=1).write(), WAIT_FOR_PICTURES, repeatable=order.live is not None)
    if refusal.code == UPLOAD_FAILED:
        raise to_error(refusal, api.account.now(), once=False)
    raise ChannelError(ErrorKind.UNCERTAIN, Words(STUCK), detail=str(refusal))


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
        again = Stage(article_id=stage.article_id, tries=stage.tries + 1, restarts=stage.restarts)
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


def is_gone(api: Connection, article_id: str) -> bool:
    """Whether Zalo does not know the article any more."""
    try:
        api.get("article/getdetail", expect=frozenset({NOT_VALID}), id=article_id)
    except Refusal:
        return True
    return False


def remove(api: Connection, article_id: str) -> None:
    """Delete an article; one that is gone already is as good."""
    try:
        api.post("article/remove", {"id": article_id}, expect=frozenset({NOT_VALID}))
    except Refusal as refusal:
        if not is_gone(api, article_id):
            raise to_error(refusal, api.account.now(), once=False) from None

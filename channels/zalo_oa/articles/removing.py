"""Taking an article down: removed, or hidden where Zalo does not remove it, and believed only when Zalo says so."""

from dataclasses import replace
from typing import NoReturn

from channels.contract import ChannelError, ErrorKind, Order
from channels.words import N_, Words
from channels.zalo_oa.api.connection import Connection
from channels.zalo_oa.api.errors import JOB_VERDICTS, NO_SUCH_CALL, PROCESSING, Refusal, Verdicts, to_error
from channels.zalo_oa.articles.confirming import BETWEEN_LOOKS, SETTLED
from channels.zalo_oa.articles.jobs import POLLS_MAX, Stage, at_work, begun, pause, payload
from channels.zalo_oa.articles.lookup import LookupVerdict, standing, stir

LOOKS = (3.0, 10.0, 30.0, 60.0)
"""Seconds between looks at an article that is still to be seen although Zalo has taken the order."""
ROUNDS = 2
"""The whole way, removing and hiding, is gone so many times before a person is asked."""

REMOVING = N_("Zalo đã nhận lệnh gỡ nhưng bài vẫn còn hiện. Hệ thống sẽ kiểm tra lại.")
HIDING = N_("Zalo không cho xóa bài nên bài đang được ẩn đi. Hệ thống sẽ kiểm tra lại.")
STILL_THERE = N_(
    "Zalo không gỡ cũng không ẩn bài này dù đã yêu cầu nhiều lần. Hãy mở trang quản trị OA gỡ bài bằng tay "
    "rồi ghi nhận ở đây."
)

EXPECTED = Verdicts(NO_SUCH_CALL)
"""A removal that Zalo does not offer is answered by hiding."""


def remove(order: Order, api: Connection) -> None:
    """Take ``order.live`` down; one that is gone already is as good.

    Raises ``ChannelError`` TRANSIENT with the progress until Zalo no longer shows the article, REJECTED when it does
    not stop showing it.
    """
    stage = Stage.read(order.progress)
    if not stage.hides:
        stage = Stage(hides=True, earlier=begun(order.progress) or begun(order.replaced))
    elif stage.token or stage.looks:
        return _look(order, stage, api)
    return _order_removal(order, stage, api)


def _order_removal(order: Order, stage: Stage, api: Connection) -> None:
    try:
        api.post("article/remove", {"id": _id(order)}, expect=EXPECTED)
    except Refusal as refusal:
        if standing(api, _id(order)) is LookupVerdict.SHOWN:
            _hide(order, stage, api, refusal)
        return _unless_coming_back(order, stage, api)
    return _look(order, replace(stage, looks=0), api)


def _hide(order: Order, stage: Stage, api: Connection, refusal: Refusal) -> NoReturn:
    """Ask Zalo to hide an article that it does not delete; the job is asked for like any other."""
    hidden = {**payload(order), "id": _id(order), "status": "hide"}
    try:
        data = api.post("article/update", hidden, expect=Verdicts())
    except Refusal as second:
        raise to_error(second, api.account.now(), once=False) from None
    token = str(data.get("token") or "")
    job = replace(stage, token=token, polls=0, looks=0 if token else 1, tries=stage.tries + 1)
    raise _later(HIDING, job, pause(0), str(refusal))


def _look(order: Order, stage: Stage, api: Connection) -> None:
    """Ask for the job of the hiding, if one is known, and then how the article stands."""
    if stage.token and _is_pending(stage, api):
        raise _later(HIDING, replace(stage, polls=stage.polls + 1), pause(stage.polls + 1), "being processed")
    if standing(api, _id(order)) is not LookupVerdict.SHOWN:
        return _unless_coming_back(order, stage, api)
    if stage.looks < len(LOOKS):
        seen = replace(stage, looks=stage.looks + 1)
        raise _later(HIDING if stage.token else REMOVING, seen, LOOKS[stage.looks], "still shown")
    if stage.tries < ROUNDS:
        if not stage.token:
            _hide(order, stage, api, Refusal(0, "removed, but still shown"))
        return _order_removal(order, replace(stage, token="", looks=0, polls=0), api)
    raise ChannelError(ErrorKind.REJECTED, Words(STILL_THERE), detail="still shown")


def _is_pending(stage: Stage, api: Connection) -> bool:
    if stage.polls >= POLLS_MAX:
        return False
    try:
        api.post("article/verify", {"token": stage.token}, expect=JOB_VERDICTS)
    except Refusal as refusal:
        return refusal.code == PROCESSING
    return False


def _unless_coming_back(order: Order, stage: Stage, api: Connection) -> None:
    """A correction that Zalo still works on would show a hidden article again: wait for it, then look once more."""
    doubtful = bool(stage.earlier) or order.lost_at is not None
    if not doubtful or stage.polls >= POLLS_MAX:
        return
    left = at_work(stage.earlier, api)
    stir(api)
    stands = standing(api, _id(order))
    if stands is LookupVerdict.GONE and not left:
        return
    if stands is LookupVerdict.HIDDEN and not left and stage.resent + 1 >= SETTLED:
        return
    hidden = stage.resent + 1 if stands is LookupVerdict.HIDDEN and not left else 0
    waiting = replace(stage, earlier=left, polls=stage.polls + 1, looks=max(stage.looks, 1), resent=hidden)
    wait = BETWEEN_LOOKS if hidden else pause(stage.polls + 1)
    raise _later(HIDING if stage.token else REMOVING, waiting, wait, "an earlier correction may be under way")


def _later(text: str, stage: Stage, seconds: float, detail: str) -> ChannelError:
    return ChannelError(ErrorKind.TRANSIENT, Words(text), detail=detail, retry_after=seconds, progress=stage.write())


def _id(order: Order) -> str:
    return order.live.provider_id if order.live else ""

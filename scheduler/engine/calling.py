"""One call to a provider, and what its end means."""

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from channels.contract import Account, ChannelError, Continue, Order, PushAdapter, Receipt, Rendition
from channels.words import N_, Words
from media.storage.store import Store
from scheduler.decisions.next_step import Step
from scheduler.decisions.outcomes import Result
from scheduler.decisions.states import Outcome
from scheduler.storage.error_log import is_away

log = logging.getLogger(__name__)

BROKEN = Words(
    N_("Phần mềm gặp lỗi khi làm việc với kênh; hệ thống sẽ tự thử lại. Hãy báo người quản trị nếu còn lặp lại.")
)
BROKEN_UNCLEAR = Words(N_("Phần mềm gặp lỗi giữa lúc đăng; hệ thống đang tra xem bài đã lên kênh hay chưa."))

DATABASE_AWAY = Words(
    N_("Cơ sở dữ liệu đang bận hoặc chưa ghi được nên chưa làm việc được với kênh; hệ thống sẽ tự thử lại.")
)
DATABASE_AWAY_UNCLEAR = Words(
    N_("Cơ sở dữ liệu bận đúng lúc đang đăng; hệ thống đang tra xem bài đã lên kênh hay chưa.")
)

CHANGED = Words(
    N_(
        "Nội dung lưu cho lượt phát hành này không còn đúng như lúc duyệt nên không được gửi. "
        "Hãy phát hành lại tin, và báo người vận hành."
    )
)

CHANGED_UNCLEAR = Words(
    N_(
        "Nội dung lưu cho lượt phát hành này không còn đúng như lúc duyệt nên hệ thống không làm tiếp; bài có thể đã "
        "lên kênh. Hãy mở kênh kiểm tra, rồi chọn “Đã gửi” hoặc “Gửi lại”."
    )
)

DETAIL = 2000
"""Longest detail that is kept, in characters."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to be made. ``once`` tells that it must not be made twice; ``rendition_id`` is what it carries."""

    step: Step
    order: Order
    rendition_id: int
    once: bool


def make(call: Call, adapter: PushAdapter, account: Account) -> Result:
    """Make the call; every end of it, a bug in the adapter too, is a result."""
    try:
        answer = _answer(call, adapter, account)
    except ChannelError as error:
        detail = redact(error.detail, account)
        return Result(Outcome(error.kind.value), call.rendition_id, words=error.words, detail=detail,
                      retry_after=error.retry_after, progress=error.progress)  # fmt: skip
    except Exception as error:
        return broken(error, call.rendition_id, account, unclear=call.once)
    if isinstance(answer, Continue):
        return Result(Outcome.PROGRESS, call.rendition_id, onward=answer)
    return Result(Outcome.DONE, call.rendition_id, receipt=answer)


def broken(error: Exception, rendition_id: int, account: Account, *, unclear: bool) -> Result:
    """Return the result of an error that nobody expected; ``unclear`` if the item may have gone out."""
    said = redact(f"{type(error).__name__}: {error}", account)
    where = "".join(traceback.format_tb(error.__traceback__)[-6:])
    log.error("channel %s: unexpected %s\n%s", account.channel_id, said, where)
    outcome = Outcome.UNCERTAIN if unclear else Outcome.TRANSIENT
    if is_away(error):
        words = DATABASE_AWAY_UNCLEAR if unclear else DATABASE_AWAY
    else:
        words = BROKEN_UNCLEAR if unclear else BROKEN
    return Result(outcome, rendition_id, words=words, detail=said)


def damaged(why: str, rendition_id: int, *, unclear: bool) -> Result:
    """Return the result of not sending what is no longer what was approved: a person decides."""
    log.error("rendition %s is not sent: %s", rendition_id, why)
    return Result(Outcome.REJECTED, rendition_id, words=CHANGED_UNCLEAR if unclear else CHANGED, detail=why[:DETAIL])


def redact(text: str, account: Account) -> str:
    """Return ``text`` without the channel's secrets, cut to a length that can be shown."""
    for secret in _secrets(account).values():
        if len(secret) >= 4:
            text = text.replace(secret, "•••")
    return text[:DETAIL]


def with_files(rendition: Rendition, store: Store) -> Rendition:
    """Return the rendition with the bytes of its files; raise ``media.errors.NotStored`` if one is gone,
    ``Damaged`` if one is not what it was."""
    if not rendition.files:
        return rendition
    return replace(
        rendition, files=tuple(replace(file, data=store.read(file.sha256, verify=True)) for file in rendition.files)
    )


def _answer(call: Call, adapter: PushAdapter, account: Account) -> Receipt | Continue | None:
    methods: Mapping[Step, Callable[[Order, Account], Receipt | Continue | None]] = {
        Step.FIND: adapter.find,
        Step.RETRACT: adapter.retract,
        Step.EXPIRE: adapter.retract,
    }
    return methods.get(call.step, adapter.publish)(call.order, account)


def _secrets(account: Account) -> Mapping[str, str]:
    try:
        return account.vault.read()
    except Exception:  # a vault that cannot be opened has given no secret away
        return {}

"""An Official Account's followers: how the account stands, the broadcast call, and an article to try the way with."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel

from channels.contract import Account, ChannelError, ErrorKind, Rendition
from channels.followers import AccountState, BroadcastArticle, BroadcastOrder
from channels.words import N_, Words
from channels.zalo_oa.api.addresses import can_be_fetched
from channels.zalo_oa.api.client import LIST
from channels.zalo_oa.api.connection import Connection, connected
from channels.zalo_oa.api.errors import NO_SUCH_CALL, NOT_VALID, UPLOAD_FAILED, Refusal, unclear
from channels.zalo_oa.articles.article import KIND
from channels.zalo_oa.audience import broadcast
from channels.zalo_oa.settings import AUTHOR_MAX, Settings

SEND_FAILED = UPLOAD_FAILED
"""-200 is "Send message failed" here: it does not say whether anybody got it."""

NOBODY_SAID = frozenset(range(400, 500)) - {401, 404}
"""Statuses of pages that come from a gateway and not from the API: they do not say whether the call got through."""

GONE = N_("Bài “%(title)s” không còn trên Official Account nên cả lượt gửi đã dừng.")
SPENT = N_("Zalo báo Official Account không còn lượt gửi nào nên chưa gửi; hãy chờ kỳ sau hoặc nâng gói.")
NIGHT = N_("Zalo không nhận gửi từ 22:00 đến 06:00 nên chưa gửi; hãy đặt lại giờ ban ngày.")
ALL_HAD_IT = N_("Zalo báo người theo dõi đã nhận đủ số tin cho phép nên chưa gửi; hãy đặt lại vào kỳ sau.")
NOT_TAKEN = N_("Zalo không nhận lượt gửi: “%(message)s”. Chưa gửi cho ai; hãy kiểm tra các bài rồi đặt lại.")
NOT_VERIFIED = N_("Official Account chưa được xác thực nên Zalo không cho gửi tới người theo dõi.")
NO_PERMISSION = N_("Official Account chưa cấp cho ứng dụng quyền gửi tin và quản lý bài viết; hãy cấp quyền lại.")
QUOTA_UNKNOWN = N_("Zalo không cho biết số lượt gửi còn lại.")
NO_COVER = N_(
    "Bài thử cần một ảnh bìa mà Zalo tải được: hãy đặt “Ảnh bìa mặc định” trong cấu hình kênh, "
    "hoặc mở hệ thống ra internet."
)

CLEAR_NO: Mapping[int, str] = {
    NOT_VALID: NOT_TAKEN,
    -211: SPENT,
    -218: ALL_HAD_IT,
    -221: NOT_VERIFIED,
    -223: NO_PERMISSION,
    -233: NOT_TAKEN,
    -234: NIGHT,
}
"""Refusals that say for sure that nothing went out; a broadcast is never tried again by itself after them."""
EXPECTED = frozenset({*CLEAR_NO, SEND_FAILED, *NOBODY_SAID})


class ZaloFollowers:
    """Broadcasts and health of an Official Account. Holds no state."""

    lead: ClassVar[timedelta] = broadcast.LEAD

    def look(self, account: Account) -> AccountState:
        """Ask ``getoa`` and the quota; renews the tokens on the way if they are due."""
        with connected(account) as api:
            said = api.get("oa/getoa")
            try:
                quota: Mapping[str, Any] = api.post("oa/quota/message", {}, expect=NO_SUCH_CALL)
                problem = None
            except Refusal:  # the account is well, it has no such call
                quota, problem = {}, Words(QUOTA_UNKNOWN)
            except ChannelError as error:
                quota, problem = {}, error.words if error.kind is ErrorKind.AUTH else Words(QUOTA_UNKNOWN)
        return standing(said, quota, problem)

    def may_call(self, now: datetime) -> Words | None:
        """Return why Zalo takes no broadcast at ``now``."""
        return broadcast.may_call(now)

    def require(self, order: BroadcastOrder, account: Account) -> None:
        """Ask for each article and for the quota; a quota that Zalo does not tell is no reason to stop."""
        with connected(account) as api:
            for article in order.items:
                _require_article(api, article)
            if (left := _left(api)) is not None and left <= 0:
                raise ChannelError(ErrorKind.REJECTED, Words(SPENT), detail=f"remain {left}")

    def broadcast(self, order: BroadcastOrder, account: Account) -> str:
        """Make the call, once."""
        with connected(account) as api:
            try:
                data = api.post("oa/message", message(order), expect=EXPECTED, once=True)
            except Refusal as refusal:
                raise _refused(refusal) from None
        message_id = str(data.get("message_id") or "")
        if not message_id:
            raise unclear(once=True, detail="no message_id in the answer")
        return message_id

    def trial(self, key: str, cover: str, settings: BaseModel) -> Rendition:
        """Return a hidden article that says what it is; ``key`` makes its title unlike any other."""
        if not isinstance(settings, Settings):
            raise TypeError("settings of another channel kind")
        picture = cover if can_be_fetched(cover, settings.api_url) else settings.default_cover
        if not picture:
            raise ChannelError(ErrorKind.REJECTED, Words(NO_COVER))
        return Rendition(KIND, {"article": _trial_article(key, picture, settings), "fallback_cover": ""})


def standing(said: Mapping[str, Any], quota: Mapping[str, Any], problem: Words | None) -> AccountState:
    """Return what ``getoa`` and the quota say; ids come as ``oaid`` or ``oa_id``, numbers also as strings."""
    kind = _number(said.get("oa_type"))
    quota = _quota(quota)
    left = _number(quota.get("remain"))
    return AccountState(
        account_id=str(said.get("oaid") or said.get("oa_id") or ""),
        name=str(said.get("name") or ""),
        verified=_truth(said.get("is_verified")),
        government=None if kind is None else kind == 4,
        package=str(said.get("package_name") or ""),
        until=str(said.get("package_valid_through_date") or ""),
        followers=_number(said.get("num_follower")),
        left=left,
        total=_number(quota.get("total")),
        problem=problem or (Words(QUOTA_UNKNOWN) if left is None else None),
    )


def message(order: BroadcastOrder) -> dict[str, Any]:
    """Return the body of the call; elements in the order that the person chose."""
    elements = [{"media_type": "article", "attachment_id": one.id} for one in order.items]
    payload = {"template_type": "media", "elements": elements}
    return {
        "recipient": {"target": dict(order.target)},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }


def _refused(refusal: Refusal) -> ChannelError:
    detail = f"{refusal.code} {refusal.message[:300]}"
    if refusal.code == SEND_FAILED or refusal.code in NOBODY_SAID:
        return unclear(once=True, detail=detail)
    text = CLEAR_NO[refusal.code]
    values = {"message": refusal.message[:200]} if "%(message)" in text else {}
    return ChannelError(ErrorKind.REJECTED, Words(text, values), detail=detail)


def _require_article(api: Connection, article: BroadcastArticle) -> None:
    """Refuse an article that is gone. Where Zalo tells no details, it judges the articles when they are sent."""
    try:
        api.get("article/getdetail", expect=frozenset({NOT_VALID, *NO_SUCH_CALL}), id=article.id)
    except Refusal as refusal:
        if refusal.code in NO_SUCH_CALL:
            return
        words = Words(GONE, {"title": article.title})
        raise ChannelError(ErrorKind.REJECTED, words, detail=f"{article.id}: {refusal.code}") from None


def _left(api: Connection) -> int | None:
    """Broadcasts left by Zalo's count. An account that may not ask is not kept from sending."""
    try:
        return _number(_quota(api.post("oa/quota/message", {})).get("remain"))
    except ChannelError as error:
        if error.kind in {ErrorKind.AUTH, ErrorKind.REJECTED}:
            return None
        raise


def _trial_article(key: str, picture: str, settings: Settings) -> dict[str, Any]:
    mark = hashlib.sha256(key.encode()).hexdigest()[:8].upper()
    return {
        "type": "normal",
        "title": f"Bài thử kết nối {mark}, sẽ tự gỡ",
        "author": (settings.author or settings.oa_name or "Đa Kênh")[:AUTHOR_MAX],
        "description": f"Bài ẩn để kiểm tra kết nối giữa hệ thống và Official Account. Mã {mark}.",
        "cover": {"cover_type": "photo", "photo_url": picture, "status": "show"},
        "body": [{"type": "text", "content": "Bài này do hệ thống tạo để thử kết nối và tự gỡ ngay sau đó."}],
        "status": "hide",
        "comment": "hide",
    }


def _quota(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The quota in an answer: as such, or as the one line of a list. Of several nobody knows which one is meant."""
    lines = said.get(LIST)
    is_one = isinstance(lines, list) and len(lines) == 1 and isinstance(lines[0], dict)
    return lines[0] if is_one and lines else said


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _truth(value: object) -> bool | None:
    return None if value is None else str(value).lower() in {"true", "1"}

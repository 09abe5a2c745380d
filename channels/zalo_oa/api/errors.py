"""Zalo's error codes: what the engine does about each, and one sentence for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import ChannelError, ErrorKind
from channels.localtime import ZONE
from channels.words import N_, Words

PROCESSING = -214
UPLOAD_FAILED = -200
NOT_VALID = -201
TOO_MANY_CALLS = -32
NOT_FOUND = 404
PAGE_MISSING = "HTTP 404"
"""What stands in place of a message where a page is missing and the API has said nothing."""
NO_SUCH_CALL = frozenset({NOT_FOUND, -209, -212})
"""The call itself is not to be had: its address, or the app's right to it."""
TOKEN_REFUSED = frozenset({-216, -220, -124})
"""The access token is invalid, expired or replaced (-124 comes from another table of Zalo, with the same meaning)."""
NIGHT = -234
QUOTA_WORDS = "limit quota create article"
HOUR = 3600.0
MORNING = 6
"""Zalo names no time zone for its night."""


class Refusal(Exception):
    """The API answered with an error: ``code`` as in Zalo's table, ``message`` in Zalo's words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Rule:
    """What an error code means. ``retry_after`` is in seconds."""

    kind: ErrorKind
    text: str
    retry_after: float | None = None


_ADMIN = ErrorKind.AUTH
_CONTENT = ErrorKind.REJECTED
_LATER = ErrorKind.TRANSIENT

RULES: Mapping[int, Rule] = {
    -216: Rule(_ADMIN, N_("Zalo không nhận token truy cập. Quản trị viên cần kết nối lại kênh Zalo.")),
    -220: Rule(_ADMIN, N_("Token truy cập Zalo đã hết hạn. Quản trị viên cần kết nối lại kênh Zalo.")),
    -124: Rule(_ADMIN, N_("Zalo không nhận token truy cập. Quản trị viên cần kết nối lại kênh Zalo.")),
    -32: Rule(ErrorKind.RATE_LIMITED, N_("Zalo đang giới hạn số lần gọi mỗi phút. Hệ thống tự thử lại sau một phút.")),
    -214: Rule(_LATER, N_("Zalo đang xử lý bài. Hệ thống sẽ tự hỏi lại.")),
    -234: Rule(_LATER, N_("Zalo không gửi tin từ 22:00 đến 06:00. Hệ thống sẽ gửi lại sau 06:00."), HOUR),
    -211: Rule(_LATER, N_("Official Account đã hết hạn mức gửi. Hãy nâng gói hoặc chờ kỳ hạn mức mới."), HOUR),
    -218: Rule(_LATER, N_("Người theo dõi đã nhận đủ số tin cho phép. Hãy gửi vào kỳ sau."), HOUR),
    -201: Rule(_CONTENT, N_("Zalo không nhận nội dung: “%(message)s”. Hãy sửa bài rồi gửi duyệt lại.")),
    -210: Rule(_CONTENT, N_("Nội dung vượt giới hạn của Zalo: “%(message)s”. Hãy rút gọn bài rồi gửi duyệt lại.")),
    -233: Rule(_CONTENT, N_("Zalo không hỗ trợ loại nội dung này. Hãy báo quản trị viên.")),
    -248: Rule(_CONTENT, N_("Zalo cho rằng bài vi phạm tiêu chuẩn nền tảng. Hãy xem lại nội dung trước khi gửi lại.")),
    -100: Rule(_CONTENT, N_("Tệp đính kèm trên Zalo đã hết hạn. Hãy chọn lại ảnh rồi gửi duyệt lại.")),
    -200: Rule(_CONTENT, N_("Zalo không tải được ảnh của bài. Hãy kiểm tra ảnh mở được từ internet và nhẹ hơn 1 MB.")),
    -204: Rule(_ADMIN, N_("Official Account đang bị khóa. Quản trị viên cần liên hệ Zalo.")),
    -205: Rule(_ADMIN, N_("Official Account không tồn tại. Quản trị viên cần kiểm tra cấu hình kênh.")),
    -209: Rule(_ADMIN, N_("Ứng dụng chưa được kích hoạt trên Zalo. Quản trị viên kích hoạt tại developers.zalo.me.")),
    -212: Rule(_ADMIN, N_("Ứng dụng chưa đăng ký API này. Quản trị viên đăng ký tại developers.zalo.me.")),
    -219: Rule(_ADMIN, N_("Ứng dụng đã bị gỡ khỏi Official Account. Quản trị viên cần kết nối lại kênh Zalo.")),
    -221: Rule(_ADMIN, N_("Official Account chưa được xác thực. Quản trị viên cần xác thực với Zalo.")),
    -223: Rule(_ADMIN, N_("Official Account chưa cấp quyền quản lý bài viết. Quản trị viên cần cấp quyền.")),
    -224: Rule(_ADMIN, N_("Gói dịch vụ không có Open API. Cần gói Tăng trưởng hoặc Toàn diện.")),
    -235: Rule(_ADMIN, N_("Loại Official Account này không dùng được API. Quản trị viên cần liên hệ Zalo.")),
    -242: Rule(_ADMIN, N_("Zalo không nhận appsecret_proof. Quản trị viên kiểm tra khóa bí mật của ứng dụng.")),
    -320: Rule(_ADMIN, N_("Ứng dụng chưa liên kết Zalo Cloud Account. Quản trị viên cần liên kết.")),
    -321: Rule(_ADMIN, N_("Zalo Cloud Account đã hết tiền. Quản trị viên cần nạp thêm.")),
    -213: Rule(_CONTENT, N_("Người nhận chưa quan tâm Official Account nên Zalo không gửi.")),
    -217: Rule(_CONTENT, N_("Người nhận đã chặn lời mời của Official Account nên Zalo không gửi.")),
    -227: Rule(_CONTENT, N_("Tài khoản người nhận bị khóa hoặc không dùng đã hơn 45 ngày nên Zalo không gửi.")),
    -230: Rule(_CONTENT, N_("Người nhận không tương tác với Official Account trong 7 ngày nên Zalo không gửi.")),
    -232: Rule(_CONTENT, N_("Người nhận chưa tương tác với Official Account nên Zalo không gửi.")),
    -240: Rule(_CONTENT, N_("Zalo đã ngừng cách gửi tin này. Hãy báo quản trị viên cập nhật phần mềm.")),
    -244: Rule(_CONTENT, N_("Người nhận đã từ chối loại tin này nên Zalo không gửi.")),
    404: Rule(_ADMIN, N_("Zalo báo không có lời gọi API này. Quản trị viên kiểm tra quyền đã cấp cho ứng dụng.")),
}  # fmt: skip

ARTICLE_QUOTA = Rule(
    _LATER, N_("Official Account đã đăng đủ số bài của gói trong tháng. Hãy nâng gói hoặc chờ sang tháng."), HOUR
)
APP_LIMIT = Rule(
    ErrorKind.RATE_LIMITED,
    N_("Ứng dụng đã gọi Zalo quá số lần cho phép mỗi phút. Hệ thống tự thử lại sau một phút."),
)
WRONG_ADDRESS = Rule(_ADMIN, N_("Địa chỉ API Zalo không đúng. Quản trị viên kiểm tra cấu hình kênh."))
"""A page that is not there, without a word from the API."""
UNKNOWN = Rule(_CONTENT, N_("Zalo báo lỗi %(code)s: “%(message)s”. Hãy báo quản trị viên."))

UNCLEAR = N_("Zalo không trả lời rõ ràng. Hệ thống sẽ kiểm tra bài đã lên hay chưa trước khi gửi lại.")
GATEWAY = N_("Máy chủ Zalo đang có sự cố. Hệ thống sẽ tự thử lại.")
UNREACHABLE = N_("Không kết nối được tới Zalo. Hệ thống sẽ tự thử lại; hãy kiểm tra đường truyền nếu kéo dài.")
RECONNECT = N_("Kênh Zalo cần được kết nối lại: quản trị viên Official Account cấp quyền lần nữa.")
NOT_CONNECTED = N_(
    "Kênh Zalo chưa được kết nối. Quản trị viên nhập khóa bí mật và cặp token, hoặc cấp quyền cho ứng dụng."
)


class Verdicts:
    """The codes that judge the item itself, those that nobody knows among them, and ``more``."""

    def __init__(self, more: frozenset[int] = frozenset()) -> None:
        self._more = more

    def __contains__(self, code: object) -> bool:
        return code in self._more or (isinstance(code, int) and RULES.get(code, UNKNOWN).kind is ErrorKind.REJECTED)


class Believed:
    """The codes that are a clear no after a call that must not be made twice; see ``to_error``."""

    def __contains__(self, code: object) -> bool:
        return isinstance(code, int) and not _could_hide_an_effect(RULES.get(code, UNKNOWN))


VERDICTS = Verdicts()
"""What a caller expects who wants every judgement on an item, and no other trouble, as a ``Refusal``."""
JOB_VERDICTS = Verdicts(frozenset({PROCESSING}))
"""What a caller of ``verify`` expects: how the job stands, or a judgement on it."""
DETAIL_VERDICTS = Verdicts(NO_SUCH_CALL)
"""What a caller of ``getdetail`` expects who can do without it."""

BELIEVED = Believed()
"""What the maker of an article expects: every refusal that is believed, so that it can look before it reports it."""

ODD_SECRET = N_("Mã bí mật của kênh Zalo có ký tự lạ. Quản trị viên cần sao chép và dán lại cho đúng.")


def rule_for(refusal: Refusal) -> Rule:
    """Return what a refusal means; -223, -32 and 404 have two meanings each that only their messages tell apart."""
    said = refusal.message.lower()
    if refusal.code == NOT_FOUND and said == PAGE_MISSING.lower():
        return WRONG_ADDRESS
    if refusal.code == -223 and QUOTA_WORDS in said:
        return ARTICLE_QUOTA
    if refusal.code == TOO_MANY_CALLS and "application" in said:
        return APP_LIMIT
    return RULES.get(refusal.code, UNKNOWN)


def to_error(refusal: Refusal, now: datetime, *, once: bool) -> ChannelError:
    """Return the error that the engine sees. ``once`` marks a call that must not be made twice by mistake.

    After such a call only a refusal that judges the item or the account is believed. A rate limit or a passing
    trouble may come from a gateway that has sent the call on before, so it is looked up first.
    """
    rule = rule_for(refusal)
    words = Words(rule.text, {"code": refusal.code, "message": refusal.message[:200]} if "%(" in rule.text else {})
    detail = f"{refusal.code} {refusal.message[:300]}"
    kind, wait = rule.kind, rule.retry_after
    if kind is ErrorKind.RATE_LIMITED:
        wait = next_minute(now)
    if refusal.code == NIGHT:
        wait = next_morning(now)
    if once and _could_hide_an_effect(rule):
        kind = ErrorKind.UNCERTAIN
    return ChannelError(kind, words, detail=detail, retry_after=wait)


def next_minute(now: datetime) -> float:
    """Return the seconds until Zalo counts calls anew."""
    return 60.0 - now.second


def next_morning(now: datetime) -> float:
    """Return the seconds until it is 06:00 in Vietnam, when Zalo sends again."""
    there = now.astimezone(ZONE)
    morning = there.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return ((morning if morning > there else morning + timedelta(days=1)) - there).total_seconds()


def _could_hide_an_effect(rule: Rule) -> bool:
    """Whether an answer says only "not now": a quota is a clear no, a rate limit or a half-done job is not."""
    return rule.kind in {ErrorKind.RATE_LIMITED, ErrorKind.TRANSIENT} and rule.retry_after is None


def unclear(*, once: bool, detail: str, text: str = GATEWAY, retry_after: float | None = None) -> ChannelError:
    """The error of a call that got no usable answer: after a call that counts, its outcome is unknown."""
    if once:
        return ChannelError(ErrorKind.UNCERTAIN, Words(UNCLEAR), detail=detail, retry_after=retry_after)
    return ChannelError(ErrorKind.TRANSIENT, Words(text), detail=detail, retry_after=retry_after)


def not_sent(detail: str) -> ChannelError:
    """The error of a call that never left this machine."""
    return ChannelError(ErrorKind.TRANSIENT, Words(UNREACHABLE), detail=detail)


def reconnect(detail: str) -> ChannelError:
    """The error of a channel whose tokens are spent."""
    return ChannelError(ErrorKind.AUTH, Words(RECONNECT), detail=detail)

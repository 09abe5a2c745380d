"""What an admin sets for one Official Account."""

import os
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from channels.words import N_
from channels.zalo_oa.api.addresses import Zone, encoded, zone

API_URL = "https://openapi.zalo.me"
OAUTH_URL = "https://oauth.zaloapp.com"
AUTHOR_MAX = 50


OURS = re.compile(r"/(v2\.0|v3\.0|v4)(/oa|/article)?$")
"""Paths that every call adds by itself; an address copied from the documents often ends so."""


@dataclass(frozen=True, slots=True)
class Installation:
    """An address that the installation gives to all channels: the environment's ``variable``, else Zalo's own."""

    variable: str
    zalo: str

    def address(self) -> str:
        """The address as it stands now."""
        return _base(os.environ.get(self.variable, "").strip() or self.zalo)

    def read(self, value: object) -> object:
        """An empty value takes the installation's address, and so does Zalo's own: nothing goes past a simulator."""
        text = _base(value) if isinstance(value, str) and value.strip() else ""
        return self.address() if text in {"", self.zalo} else text

    def write(self, value: str) -> str:
        """Store nothing that the installation gives: its address may change."""
        return "" if value == self.address() else value


def _base(value: str) -> str:
    """An address without what calls add to it; raise ``ValueError`` if it is no web address."""
    address = OURS.sub("", value.strip().rstrip("/")).rstrip("/")
    if zone(address) is Zone.NOWHERE or "?" in address or "#" in address:
        raise ValueError("phải là địa chỉ bắt đầu bằng http:// hoặc https://")
    return address


API = Installation("DAKENH_ZALO_API_URL", API_URL)
OAUTH = Installation("DAKENH_ZALO_OAUTH_URL", OAUTH_URL)


def _picture(value: str) -> str:
    address = encoded(value.strip())
    if address and zone(address) is Zone.NOWHERE:
        raise ValueError("phải là địa chỉ ảnh bắt đầu bằng http:// hoặc https://")
    return address


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


ApiAddress = Annotated[str, BeforeValidator(API.read), PlainSerializer(API.write)]
OauthAddress = Annotated[str, BeforeValidator(OAUTH.read), PlainSerializer(OAUTH.write)]
PictureAddress = Annotated[str, AfterValidator(_picture)]
OneLine = Annotated[str, BeforeValidator(_stripped)]


class Settings(BaseModel):
    """Settings of one Official Account; its secrets are in the vault.

    ``api_url`` and ``oauth_url`` default to ``DAKENH_ZALO_API_URL`` and ``DAKENH_ZALO_OAUTH_URL``, and these to Zalo;
    a channel that has none of its own follows the installation when that changes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    app_id: OneLine = Field(
        "",
        title=N_("Mã ứng dụng (App ID)"),
        description=N_("Xem tại developers.zalo.me, mục Cài đặt của ứng dụng."),
    )
    oa_id: OneLine = Field(
        "", title=N_("Mã Official Account"), description=N_("Dãy số nhận dạng của Official Account.")
    )
    oa_name: OneLine = Field(
        "", title=N_("Tên Official Account"), description=N_("Tên người theo dõi nhìn thấy trên Zalo.")
    )
    author: OneLine = Field(
        "",
        max_length=AUTHOR_MAX,
        title=N_("Tác giả mặc định"),
        description=N_("Ghi dưới bài khi tin không có tên tác giả, tối đa 50 ký tự."),
    )
    default_cover: PictureAddress = Field(
        "",
        title=N_("Ảnh bìa mặc định"),
        description=N_(
            "Địa chỉ công khai của ảnh JPEG hoặc PNG dưới 1 MB. Dùng khi tin không có ảnh hoặc khi Zalo không tải được "
            "ảnh của tin."
        ),
    )
    status: Literal["show", "hide"] = Field(
        "show",
        title=N_("Trạng thái khi đăng"),
        description=N_("“show”: ai cũng thấy ngay. “hide”: bài nằm ẩn, người quản trị OA tự cho hiện."),
    )
    comment: Literal["show", "hide"] = Field(
        "show", title=N_("Bình luận"), description=N_("“show”: cho phép bình luận. “hide”: không cho phép.")
    )
    html_body: bool = Field(
        False,
        title=N_("Gửi thân bài dạng HTML"),
        description=N_("Zalo không công bố thẻ nào được phép; chỉ bật sau khi đã thử với một bài ẩn."),
    )
    appsecret_proof: bool = Field(
        False,
        title=N_("Gửi kèm appsecret_proof"),
        description=N_("Bật khi ứng dụng trên developers.zalo.me yêu cầu."),
    )
    broadcasts_per_period: int | None = Field(
        None,
        ge=0,
        le=1000,
        title=N_("Số lượt gửi tới người theo dõi mỗi kỳ"),
        description=N_("Theo gói Official Account đang dùng. Để trống nếu chỉ tin con số Zalo trả lời."),
    )
    period_starts: int = Field(
        1,
        ge=1,
        le=31,
        title=N_("Ngày bắt đầu kỳ"),
        description=N_("Ngày trong tháng mà gói được mua: từ ngày ấy số lượt gửi được tính lại."),
    )
    api_url: ApiAddress = Field(
        "",
        title=N_("Địa chỉ API"),
        description=N_("Để trống để dùng địa chỉ của Zalo; chỉ điền khi chạy thử với bản mô phỏng."),
    )
    oauth_url: OauthAddress = Field(
        "",
        title=N_("Địa chỉ cấp quyền"),
        description=N_("Để trống để dùng địa chỉ của Zalo; chỉ điền khi chạy thử với bản mô phỏng."),
    )
    timeout_s: float = Field(
        20.0,
        ge=0.1,
        le=60,
        title=N_("Thời gian chờ (giây)"),
        description=N_("Quá thời gian này mà Zalo chưa trả lời thì kết quả là chưa rõ."),
    )

    @property
    def simulated(self) -> bool:
        """Whether calls go to a simulator on this machine and not to Zalo."""
        return zone(self.api_url) is Zone.LOOPBACK


def is_simulated(settings: BaseModel) -> bool:
    """Whether a Zalo channel with these settings talks to a simulator on this machine; pages must say so."""
    return isinstance(settings, Settings) and settings.simulated

"""What an admin sets for one Official Account."""

import os
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from channels.words import N_
from channels.zalo_oa.addresses import Zone, encoded, zone

API_URL = "https://openapi.zalo.me"
OAUTH_URL = "https://oauth.zaloapp.com"
AUTHOR_MAX = 50


def _base(value: str) -> str:
    if zone(value) is Zone.NOWHERE:
        raise ValueError("phải là địa chỉ bắt đầu bằng http:// hoặc https://")
    return value.rstrip("/")


def _picture(value: str) -> str:
    address = encoded(value.strip())
    if address and zone(address) is Zone.NOWHERE:
        raise ValueError("phải là địa chỉ ảnh bắt đầu bằng http:// hoặc https://")
    return address


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


BaseAddress = Annotated[str, AfterValidator(_base)]
PictureAddress = Annotated[str, AfterValidator(_picture)]
Line = Annotated[str, BeforeValidator(_stripped)]


class Settings(BaseModel):
    """Settings of one Official Account; its secrets are in the vault.

    ``api_url`` and ``oauth_url`` default to ``DAKENH_ZALO_API_URL`` and ``DAKENH_ZALO_OAUTH_URL``, and these to Zalo.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    app_id: Line = Field(
        "",
        title=N_("Mã ứng dụng (App ID)"),
        description=N_("Xem tại developers.zalo.me, mục Cài đặt của ứng dụng."),
    )
    oa_id: Line = Field("", title=N_("Mã Official Account"), description=N_("Dãy số nhận dạng của Official Account."))
    oa_name: Line = Field(
        "", title=N_("Tên Official Account"), description=N_("Tên người theo dõi nhìn thấy trên Zalo.")
    )
    author: Line = Field(
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
    api_url: BaseAddress = Field(
        default_factory=lambda: os.environ.get("DAKENH_ZALO_API_URL") or API_URL,
        title=N_("Địa chỉ API"),
        description=N_("Để nguyên, trừ khi chạy thử với bản mô phỏng."),
    )
    oauth_url: BaseAddress = Field(
        default_factory=lambda: os.environ.get("DAKENH_ZALO_OAUTH_URL") or OAUTH_URL,
        title=N_("Địa chỉ cấp quyền"),
        description=N_("Để nguyên, trừ khi chạy thử với bản mô phỏng."),
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

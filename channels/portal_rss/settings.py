"""What an admin sets for one feed."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from channels.words import N_


def _address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ValueError("phải là địa chỉ bắt đầu bằng http:// hoặc https://")
    return value


class Settings(BaseModel):
    """Settings of one portal feed; an empty title, description or link is filled in from the channel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field("", max_length=200, title=N_("Tên nguồn tin"), description=N_("Để trống để dùng tên kênh."))
    description: str = Field(
        "", max_length=500, title=N_("Giới thiệu"), description=N_("Một câu cho người đăng ký nguồn tin.")
    )
    link: Annotated[str, AfterValidator(_address)] = Field(
        "", title=N_("Trang chủ"), description=N_("Địa chỉ của cổng hoặc trang thông tin mà nguồn tin này thuộc về.")
    )
    language: str = Field(
        "vi", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", title=N_("Ngôn ngữ"), description=N_("Mã ngôn ngữ, ví dụ vi.")
    )
    max_items: int = Field(50, ge=1, le=500, title=N_("Số tin tối đa"), description=N_("Tin mới nhất đứng trước."))
    ttl_minutes: int = Field(
        15,
        ge=1,
        le=1440,
        title=N_("Nhịp đọc lại (phút)"),
        description=N_("Trình đọc tin nên hỏi lại sau bấy nhiêu phút."),
    )
    full_text: bool = Field(
        True, title=N_("Kèm toàn văn"), description=N_("Tắt đi thì nguồn tin chỉ có sapo và đường dẫn.")
    )

"""What an admin sets for one board."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from channels.led_board.standing import parts_of
from channels.words import N_
from media.boards.board import Board, Colours
from media.boards.frame import text_frames
from media.drawing.fonts import missing
from media.errors import DoesNotFit

TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
StandingText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Settings(BaseModel):
    """Settings of one board. Lengths are pixels (lamps) unless the name says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(
        320, ge=64, le=3840, title=N_("Chiều rộng (điểm ảnh)"), description=N_("Số bóng theo chiều ngang.")
    )
    height: int = Field(
        160, ge=32, le=2160, title=N_("Chiều cao (điểm ảnh)"), description=N_("Số bóng theo chiều dọc.")
    )
    colours: Colours = Field(
        Colours.FULL,
        title=N_("Màu"),
        description=N_("mono: một màu; tri: đỏ, xanh, vàng; full: đủ màu."),
    )
    pitch_mm: float = Field(
        10, ge=0.4, le=50, title=N_("Bước điểm (mm)"), description=N_("Khoảng cách giữa hai bóng: P10 là 10, P5 là 5.")
    )
    viewing_m: float = Field(
        8, ge=1, le=200, title=N_("Khoảng cách người xem (m)"), description=N_("Dùng để biết mã QR có quét được không.")
    )
    road_facing: bool = Field(
        False, title=N_("Hướng ra đường"), description=N_("Mỗi trang giữ ít nhất 8 giây để người đi đường kịp đọc.")
    )
    least_dwell_s: float = Field(
        4, ge=4, le=20, title=N_("Mỗi trang giữ ít nhất (giây)"), description=N_("Trang nhiều chữ tự giữ lâu hơn.")
    )
    max_pages: int = Field(
        3,
        ge=1,
        le=4,
        title=N_("Số trang tối đa của một tin"),
        description=N_("Người đi ngang chỉ kịp đọc hai, ba trang."),
    )
    show_summary: bool = Field(
        True, title=N_("Hiện sapo"), description=N_("Tắt đi thì bảng chỉ hiện tiêu đề của bài viết.")
    )
    show_qr: bool = Field(
        True, title=N_("Hiện mã QR"), description=N_("Chỉ hiện khi bảng đủ lớn để điện thoại quét được.")
    )
    opens: str = Field("05:00", pattern=TIME, title=N_("Giờ bật bảng"), description=N_("Giờ Việt Nam, ví dụ 05:00."))
    closes: str = Field(
        "22:00", pattern=TIME, title=N_("Giờ tắt bảng"), description=N_("Trùng giờ bật nghĩa là bật suốt ngày đêm.")
    )
    evergreen_texts: tuple[StandingText, ...] = Field(
        (),
        max_length=12,
        title=N_("Thông tin thường trực"),
        description=N_("Mỗi dòng một nội dung, luôn hiện trên bảng: tên | địa chỉ trang | điện thoại."),
    )
    lease_hours: int = Field(
        6,
        ge=2,
        le=24,
        title=N_("Tin được giữ khi mất mạng (giờ)"),
        description=N_("Quá số giờ này mà bảng không nối mạng, tin tự hạ; thông tin thường trực vẫn hiện."),
    )
    evergreen_days: int = Field(
        30, ge=1, le=90, title=N_("Thông tin ngắn được giữ khi mất mạng (ngày)"), description=N_("Thường là 30 ngày.")
    )
    poll_seconds: int = Field(
        30, ge=5, le=3600, title=N_("Bảng hỏi máy chủ mỗi (giây)"), description=N_("Tin thu hồi tắt sau chừng ấy giây.")
    )

    @field_validator("evergreen_texts")
    @classmethod
    def _shown_in_full(cls, texts: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not {"width", "height", "colours"} <= info.data.keys():
            return texts
        board = Board(info.data["width"], info.data["height"], info.data["colours"])
        for text in texts:
            if lost := missing(text):
                raise ValueError(f"bảng không hiện được ký tự “{lost}” trong “{text}”; hãy bỏ ký tự đó")
            try:
                text_frames(parts_of(text), board)
            except DoesNotFit as refusal:
                raise ValueError(f"bảng không đủ chỗ: {refusal}") from None
        return texts

    def board(self, sign: str = "") -> Board:
        """Return the board these settings describe, with its owner's name."""
        return Board(self.width, self.height, self.colours, sign)

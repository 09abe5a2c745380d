"""Pieces for the tests of the radio channel."""

from dataclasses import replace
from typing import Any

from channels.contract import Piece, StoryKind

BODY = """Từ ngày 01/7/2025, người dân nộp hồ sơ tại Cổng dịch vụ công (https://dichvucong.gov.vn).

## Ba việc cần chuẩn bị

- Tài khoản VNeID mức độ 2.
- Điện thoại có mạng 4G.

Theo Quyết định số 1588/QĐ-TTg của Thủ tướng Chính phủ, 100% thủ tục hành chính (TTHC) đủ điều kiện được làm trực tuyến.
TTHC nào chưa rõ, bà con gọi Tổng đài 1022 (0272.1022).
"""

ARTICLE = Piece(
    story_id=7,
    revision=3,
    kind=StoryKind.ARTICLE,
    title="Nộp hồ sơ trực tuyến trong 3 bước",
    summary="Chỉ với điện thoại, bà con làm được thủ tục tại nhà.",
    body=BODY,
    byline="Minh Hạnh",
    column="Chuyển đổi số",
    unit="Trung tâm Văn hóa huyện Sông Bé",
)


def article(**changes: Any) -> Piece:
    """Return the article with some fields changed."""
    return replace(ARTICLE, **changes)

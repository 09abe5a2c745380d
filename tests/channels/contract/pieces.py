"""Pieces for every kind of channel: whole ones, hostile ones, and any that the newsroom could pass on."""

import io
import unicodedata
from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from channels.contract import Picture, Piece, Service, StoryKind

SITE = "https://tinh.example.vn"
ATTACK = (
    '<script>alert(1)</script><img src=x onerror=alert(2)><p style="color:red" onclick="a()">"\'>%(x)s {{ 7*7351 }}'
)
"""Text that a careless page would run, a careless template would fill in, and a careless format would stumble over."""
EMOJI = "Cả nhà 👨‍👩‍👧‍👦 nộp hồ sơ 🇻🇳 lúc 7️⃣ giờ 👍🏽"
ODD = "a\u200bb\u202ec\u2028d\ufeffe\ufffef\uffffg\U0001fffe\u0301 \ue000"
"""Invisible, direction-turning, private and forbidden characters, and an accent that stands alone."""


@cache
def picture_bytes(width: int, height: int, form: str) -> bytes:
    """A real picture; ``form`` is Pillow's name of the format."""
    kept = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(kept, form)
    return kept.getvalue()


def picture(width: int = 1200, height: int = 675, form: str = "JPEG", **change: Any) -> Picture:
    """A picture as the store knows it."""
    data = picture_bytes(width, height, form)
    name = sha256(data).hexdigest()
    extension = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}[form]
    made = Picture(
        sha256=name,
        mime=f"image/{form.lower()}",
        width=width,
        height=height,
        size=len(data),
        alt="Người dân nộp hồ sơ",
        caption="Nộp hồ sơ tại nhà",
        url=f"{SITE}/media/{name}.{extension}",
        read=lambda: data,
    )
    return replace(made, **change)


BODY = (
    "Từ ngày 01/7/2025, người dân nộp hồ sơ tại [Cổng dịch vụ công](https://dichvucong.gov.vn).\n\n"
    "## Cần chuẩn bị\n\n- Tài khoản VNeID mức độ 2.\n- Điện thoại có mạng.\n\n"
    + "Người dân đăng nhập, chọn thủ tục rồi điền tờ khai. Cán bộ tiếp nhận và trả kết quả đúng hẹn. "
    * 4
)


def whole(kind: StoryKind = StoryKind.ARTICLE, **change: Any) -> Piece:
    """A complete piece, fit for every channel that takes its kind."""
    made = Piece(
        story_id=7,
        revision=1,
        kind=kind,
        title="Nộp hồ sơ tại nhà chỉ trong bốn bước",
        summary="Có VNeID là nộp được, không phải đi lại.",
        body=BODY,
        byline="Ngọc Diệp",
        column="Chuyển đổi số",
        unit="Báo tỉnh Mẫu",
        topics=("Dịch vụ công trực tuyến",),
        audiences=("Người dân",),
        documents=("06/QĐ-TTg",),
        cover=picture(),
        url=f"{SITE}/tin/7",
    )
    if kind is StoryKind.NOTICE:
        made = replace(made, service=Service("Nộp hồ sơ", "dichvucong.gov.vn", "1022", "Bộ phận một cửa"))
    if kind is StoryKind.SLOGAN:
        made = replace(made, title="Nộp hồ sơ trực tuyến, khỏi xếp hàng chờ", summary="", body="")
    return replace(made, **change)


def _everywhere(kind: StoryKind, text: str) -> Piece:
    """A piece that says ``text`` in every field that takes words."""
    shown = picture(alt=text, caption=text)
    return whole(
        kind,
        title=text,
        summary=text,
        body=text,
        byline=text,
        column=text,
        unit=text,
        topics=(text,),
        audiences=(text,),
        documents=(text,),
        service=Service(text, text, text, text),
        cover=shown,
        pictures=(shown,),
    )


def hostile() -> dict[str, Piece]:
    """Pieces that nobody should write and somebody will, by what is wrong with them."""
    made = {
        "empty": Piece(story_id=1, revision=1, kind=StoryKind.ARTICLE, title="", summary="", body=""),
        "spaces": _everywhere(StoryKind.ARTICLE, " \u00a0\u3000"),
        "one word": _everywhere(StoryKind.ARTICLE, "Chữ" * 99),
        "huge": whole(title="Dài " * 75, summary="Dài " * 250, body="Câu này có bảy tiếng một. " * 1200),
        "brackets": whole(body="[" * 5_000 + "![](" * 2_000),
        "table": whole(body="| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 800),
        "nested": whole(body="\n".join("  " * n + "- mục" for n in range(120))),
        "percent": _everywhere(StoryKind.ARTICLE, "100% %s %(n)d {} {0} {name}"),
        "foreign pictures": whole(body="![x](https://khac.example.com/a.png) ![y](data:image/png;base64,AAAA)"),
        "no address": whole(url=""),
        "odd language": whole(language="zh-Hant-TW"),
        "heavy picture": whole(cover=picture(4200, 3000, "PNG")),
        "narrow picture": whole(StoryKind.INFOGRAPHIC, cover=picture(60, 2400, "PNG")),
        "webp": whole(cover=picture(900, 500, "WEBP"), pictures=(picture(300, 900, "GIF"),)),
    }
    for kind in StoryKind:
        bare = Piece(story_id=1, revision=1, kind=kind, title="", summary="", body="")
        made[f"bare {kind}"] = bare
        made[f"attack {kind}"] = _everywhere(kind, ATTACK)
        made[f"emoji {kind}"] = _everywhere(kind, EMOJI)
        made[f"odd {kind}"] = _everywhere(kind, ODD)
        made[f"apart {kind}"] = _everywhere(kind, unicodedata.normalize("NFD", "Chuyển đổi số ở tỉnh Mẫu"))
    return made


def in_nfc(text: str) -> str:
    """Text as it enters the newsroom."""
    return unicodedata.normalize("NFC", text)


_LETTERS = st.one_of(
    st.sampled_from(list("ăâđêôơưếẩẫợựỹ aA1.,:;-/%&<>\"'“”()[]*_#|!?\u0301")),
    st.characters(exclude_categories=("Cs", "Cc")),
)
_LINES = st.text(_LETTERS, max_size=160).map(lambda text: in_nfc(" ".join(text.split())))
_PROSE = st.lists(
    st.one_of(
        st.text(_LETTERS, max_size=300).map(in_nfc),
        st.sampled_from(
            ["", "## Mục", "- một", "1. hai", "> trích", "| a | b |", "|---|---|", BODY, "![](a.png)", "---"]
        ),
    ),
    max_size=8,
).map("\n".join)
_SERVICES = st.builds(
    Service, *[st.one_of(st.just(""), _LINES, st.sampled_from(["dichvucong.gov.vn", "https://a.vn/b?c=d", "1022"]))] * 4
)
_PICTURES = st.one_of(
    st.none(), st.sampled_from([picture(), picture(600, 900, "PNG"), picture(320, 200, "WEBP"), picture(9, 9, "GIF")])
)


def any_piece() -> st.SearchStrategy[Piece]:
    """Any piece that the newsroom could pass on: NFC, no control characters, stored pictures."""
    return st.builds(
        Piece,
        story_id=st.integers(1, 2**31 - 1),
        revision=st.integers(1, 999),
        kind=st.sampled_from(list(StoryKind)),
        title=_LINES,
        summary=_LINES,
        body=_PROSE,
        byline=st.one_of(st.just(""), _LINES),
        column=st.one_of(st.just("Chuyển đổi số"), _LINES),
        unit=st.one_of(st.just("Báo tỉnh Mẫu"), _LINES),
        language=st.sampled_from(["vi", "vi-VN", "en", "km"]),
        topics=st.lists(_LINES, max_size=3).map(tuple),
        audiences=st.lists(_LINES, max_size=3).map(tuple),
        documents=st.lists(_LINES, max_size=3).map(tuple),
        service=_SERVICES,
        cover=_PICTURES,
        pictures=st.lists(_PICTURES, max_size=2).map(lambda found: tuple(p for p in found if p)),
        url=st.sampled_from(["", f"{SITE}/tin/7"]),
    )

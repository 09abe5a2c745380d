"""Radio drops no letter without a mark: what it cannot say becomes a doubt at its place."""

import pytest

from channels.radio_script.reading import read_aloud


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("Th«ng b¸o", 2),
        ("x· nh©n d©n", 2),
        ("a\ue000b", 1),
        ("x\u2021y m\u2020n", 2),
        ("Chuy\ufffdn", 1),
        ("\u1781\u17d2\u1798\u17c2\u179a", 2),
        ("công©nghệ", 1),
        ("Mật khẩu: Ab*12_cd", 2),
        ("Mã A_1_B", 2),
        ("bước 1️⃣ rồi bước 2️⃣", 0),
        ("Windows® và “chữ” (ký) © 2026 ☃ *đậm* a/b", 0),
        ("nói: «xin chào» – tạm biệt; D’Artagnan", 0),
    ],
)
def test_a_letter_that_cannot_be_said_is_marked(text: str, doubts: int) -> None:
    read = read_aloud(text)
    assert len([one for one in read.doubts if one.written in text]) == doubts, read.spoken
    assert read.spoken.count("[?]") == doubts


def test_the_keys_of_a_telephone_are_said_at_the_head_of_a_line_too() -> None:
    read = read_aloud("Bấm phím 1 để nghe,\n* để nghe lại,\n# để kết thúc")
    assert read.spoken == "Bấm phím một để nghe,\nSao để nghe lại,\nThăng để kết thúc"

"""The PDF is offered only where its font has every letter."""

import pytest

from channels.radio_script.files.lettering import printable


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("Kính chào bà con, Kế hoạch 45/KH-UBND ngày 02/3/2025.", True),
        ("Nyob zoo ib tsoom kwv tij neej tsa\nnram zos", True),  # Hmong
        ("Cần phải pây chướng", True),
        ("Hoà ở dạng tổ hợp: ế".replace("ế", "ê\u0301"), True),
        ("ƀuôn sang", False),  # Ê Đê ƀ
        ("hơ\u0306m", False),  # a breve that no letter includes
        ("សូមគោរពបងប្អូន", False),
        ("ꨀꨇꩉ ꨌꩌ", False),
        ("ꪎꪳ ꪼꪕ", False),
        ("鄉親", False),
        ("مرحبا", False),
        ("", True),
    ],
)
def test_which_texts_can_be_printed(text: str, can: bool) -> None:
    assert printable(text) is can

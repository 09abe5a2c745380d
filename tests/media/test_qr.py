"""QR codes are dark on light and carry their quiet zone."""

import pytest
import segno

from media.drawing import qr


@pytest.mark.parametrize(("text", "modules"), [("https://dichvucong.gov.vn", 25), ("https://a.vn/" + "x" * 60, 37)])
def test_the_modules_are_those_of_the_standard_with_four_light_ones_around(text: str, modules: int) -> None:
    plain = [[bool(cell) for cell in row] for row in segno.make(text, error="m", micro=False, boost_error=False).matrix]
    rows = qr.matrix(text)
    assert qr.side(text) == len(rows) == modules + 8
    assert [list(row[4:-4]) for row in rows[4:-4]] == plain
    assert not any(cell for row in (*rows[:4], *rows[-4:]) for cell in row)
    assert not any(cell for row in rows for cell in (*row[:4], *row[-4:]))


def test_every_module_is_a_square_of_whole_pixels() -> None:
    picture = qr.picture("https://a.vn", 3, dark="#102030")
    assert picture.size == (3 * qr.side("https://a.vn"),) * 2
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    assert {picture.getpixel((x, y)) for x in (12, 13, 14) for y in (12, 13, 14)} == {(0x10, 0x20, 0x30)}

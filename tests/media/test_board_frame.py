"""Frames fit the board's lamps exactly: nothing cut, nothing blurred, nothing smaller than people can read."""

import unicodedata
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media.boards.board import Board, Colours, Role
from media.boards.frame import Frame, dwell_ms, picture_frame, plate, qr_module, text_frames
from media.boards.layout import Part, Space, baselines, divided, height, ink, pages
from media.drawing import qr
from media.drawing.fonts import Weight, font
from media.drawing.text import Style, atoms, clean
from media.errors import DoesNotFit

BOARDS = [
    Board(128, 64, Colours.MONO),
    Board(192, 96, Colours.TRI),
    Board(320, 160),
    Board(512, 256),
    Board(1920, 1080, sign="UBND xã Bến Lức"),
]
CARD = [
    Part(Role.NAME, "Cổng Dịch vụ công quốc gia", "service"),
    Part(Role.ADDRESS, "dichvucong.gov.vn", "service"),
    Part(Role.HOTLINE, "Hỗ trợ: 0272 382 1022", "service"),
]
SYLLABLES = [
    "Nộp",
    "hồ",
    "sơ",
    "TRỰC",
    "TUYẾN",
    "tại",
    "nhà,",
    "gọi",
    "1022",
    "0272",
    "382.",
    "ẪN",
    "Ợ",
    "người",
    "dân",
]
TEXTS = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=30).map(" ".join)


def opened(frame: Frame) -> Image.Image:
    return Image.open(BytesIO(frame.png))


def lit(frame: Frame) -> Image.Image:
    return opened(frame).convert("L").point([0] + [255] * 255)


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: f"{b.width}x{b.height}")
def test_a_service_card_fills_exactly_the_boards_lamps(board: Board) -> None:
    for frame in text_frames(CARD, board, link="https://dichvucong.gov.vn"):
        assert opened(frame).size == (frame.width, frame.height) == (board.width, board.height)


@pytest.mark.parametrize(
    ("board", "lamps"),
    [
        (BOARDS[0], {(0, 0, 0), (255, 255, 255)}),
        (BOARDS[1], {(0, 0, 0), (0, 255, 0), (255, 255, 0)}),
    ],
)
def test_a_board_of_one_or_three_colours_gets_no_shade_it_cannot_show(
    board: Board, lamps: set[tuple[int, int, int]]
) -> None:
    for frame in text_frames(CARD, board, link="https://dichvucong.gov.vn"):
        colours = opened(frame).convert("RGB").getcolors(1 << 20)
        assert colours is not None
        assert {colour for _, colour in colours} <= lamps


@given(TEXTS, TEXTS, st.sampled_from(BOARDS[:4]))
@settings(max_examples=60, deadline=None)
def test_text_is_shown_in_full_and_in_order_or_refused_and_never_touches_the_edge(
    title: str, summary: str, board: Board
) -> None:
    parts = [Part(Role.HEADLINE, title, "title"), Part(Role.TEXT, summary, "summary")]
    try:
        frames = text_frames(parts, board, most=4)
    except DoesNotFit as refusal:
        assert refusal.values["where"] in {"title", "summary"}  # noqa: PT017  either outcome is right
        return
    assert " ".join(frame.text for frame in frames).split() == f"{title} {summary}".split()
    for frame in frames:
        box = lit(frame).getbbox()
        assert box is not None
        assert 0 < box[0] < box[2] < board.width
        assert 0 < box[1] < box[3] < board.height


@given(TEXTS, st.sampled_from(BOARDS[:4]))
@settings(max_examples=60, deadline=None)
def test_no_page_ends_inside_a_word_a_number_or_a_hotline(text: str, board: Board) -> None:
    try:
        frames = text_frames([Part(Role.HEADLINE, text)], board, most=9)
    except DoesNotFit:
        return
    whole = [atom.text for atom in atoms(text)]
    assert [atom.text for frame in frames for atom in atoms(frame.text)] == whole


@given(TEXTS, st.sampled_from(BOARDS))
@settings(max_examples=60, deadline=None)
def test_letters_are_never_smaller_than_sixteen_rows_and_lines_never_touch(text: str, board: Board) -> None:
    room = Space(0, 0, board.width, board.height)
    try:
        found = pages([Part(Role.HEADLINE, text)], board, room, most=9)
    except DoesNotFit:
        return
    for page in found:
        assert height(page) <= board.height
        for row in page:
            above, below = ink("ẪỂỢgy", row.style)
            assert above + below >= 16
            assert row.style.size >= board.floor
        for (upper, start), (lower, end) in zip(
            zip(page, baselines(page), strict=True), list(zip(page, baselines(page), strict=True))[1:], strict=False
        ):
            assert start + ink(upper.text, upper.style)[1] < end - ink(lower.text, lower.style)[0]


def test_a_short_text_is_large_and_a_longer_one_takes_more_pages_not_smaller_letters() -> None:
    board = Board(320, 160)
    room = Space(0, 0, 320, 160)
    short = pages([Part(Role.HEADLINE, "Gọi 1022")], board, room, most=3)
    assert len(short) == 1
    assert short[0][0].style.size >= 60
    long = pages([Part(Role.HEADLINE, "Người dân nộp hồ sơ trực tuyến tại nhà. " * 6)], board, room, most=3)
    assert len(long) > 1
    assert min(row.style.size for page in long for row in page) >= board.preferred


def test_pages_break_after_sentences_where_they_can() -> None:
    said = "Mang căn cước gắn chip. Cài ứng dụng VNeID trên điện thoại. Ra công an xã."
    assert [frame.text for frame in text_frames([Part(Role.HEADLINE, said)], Board(128, 64))] == [
        "Mang căn cước gắn chip.",
        "Cài ứng dụng VNeID trên điện thoại. Ra công an xã.",
    ]


def test_a_text_is_divided_at_a_clause_when_a_sentence_is_too_long() -> None:
    pieces = divided("Mang căn cước và giấy tờ, rồi ra công an xã để làm", lambda text: len(text) <= 40)
    assert pieces == ["Mang căn cước và giấy tờ,", "rồi ra công an xã để làm"]


@pytest.mark.parametrize(
    ("text", "board", "excess"),
    [("Người dân nộp hồ sơ trực tuyến tại nhà. " * 9, Board(128, 64), 100), ("0272382102220272382", Board(96, 48), 1)],
)
def test_what_does_not_fit_is_refused_with_the_text_and_the_excess(text: str, board: Board, excess: int) -> None:
    with pytest.raises(DoesNotFit) as refusal:
        text_frames([Part(Role.HEADLINE, text, "title")], board)
    assert refusal.value.values["text"] == clean(text)
    assert refusal.value.values["where"] == "title"
    assert int(str(refusal.value.values["excess"])) >= excess


def test_a_web_address_stays_whole_if_any_size_allows_it() -> None:
    frames = text_frames(CARD, Board(128, 64))
    assert any("dichvucong.gov.vn" in frame.text.split("\n") for frame in frames)
    broken = text_frames([Part(Role.ADDRESS, "dichvucong.longan.gov.vn")], Board(128, 64))
    assert broken[0].text == "dichvucong.longan.gov.vn"


def test_decomposed_text_lights_the_same_lamps() -> None:
    composed = [Part(Role.HEADLINE, "Chuyển đổi số ở Bến Lức")]
    decomposed = [Part(Role.HEADLINE, unicodedata.normalize("NFD", composed[0].text))]
    assert text_frames(decomposed, BOARDS[0]) == text_frames(composed, BOARDS[0])


@pytest.mark.parametrize(
    ("texts", "road", "least", "seconds"),
    [
        (["1022"], False, 0, 4),
        (["Tên", "dia-chi.vn", "1022"], False, 0, 6),
        (["x" * 120], False, 0, 12),
        (["Một, hai, ba, bốn, năm, sáu."], False, 0, 12),
        (["x" * 500], False, 0, 20),
        (["1022"], True, 0, 8),
        (["1022"], False, 6.5, 6.5),
    ],
)
def test_a_page_stays_as_long_as_it_takes_to_read(texts: list[str], road: bool, least: float, seconds: float) -> None:
    assert dwell_ms(texts, road=road, least=least) == seconds * 1000


@pytest.mark.parametrize(("size", "module"), [((128, 64), 0), ((160, 80), 0), ((192, 96), 2), ((320, 160), 3)])
def test_a_qr_code_has_two_lamps_a_module_or_is_left_out(size: tuple[int, int], module: int) -> None:
    assert qr_module("https://dichvucong.gov.vn", Board(*size)) == module


def test_the_qr_code_is_whole_and_dark_on_light() -> None:
    link, board = "https://dichvucong.gov.vn", Board(320, 160)
    code = qr.picture(link, 3)
    frame = opened(text_frames(CARD, board, link=link)[0]).convert("RGB")
    left, top = 320 - board.margin[0] - code.width, (160 - code.height) // 2
    assert frame.crop((left, top, left + code.width, top + code.height)).tobytes() == code.tobytes()


def test_a_picture_is_shown_whole_with_its_title_beside_it() -> None:
    out = BytesIO()
    Image.new("RGB", (400, 500), "#ff0000").save(out, "PNG")
    beside = opened(picture_frame(out.getvalue(), [Part(Role.HEADLINE, "Bốn bước")], BOARDS[4])).convert("RGB")
    assert [beside.getpixel((x, y)) for x, y in [(1919, 0), (1919, 1079), (1060, 540)]] == [(255, 0, 0)] * 3
    assert beside.crop((0, 0, 1000, 1080)).getcolors(1 << 20) != beside.crop((0, 0, 9, 9)).getcolors(1 << 20)
    wide = BytesIO()
    Image.new("RGB", (1600, 900), "#ff0000").save(wide, "PNG")
    full = opened(picture_frame(wide.getvalue(), [Part(Role.HEADLINE, "x")], BOARDS[4])).convert("RGB")
    assert full.getcolors(4) == [(1920 * 1080, (255, 0, 0))]


def test_the_plate_is_never_dark_even_for_a_name_without_room() -> None:
    for name in ("UBND xã", "Trung tâm Văn hóa, Thông tin và Truyền thanh huyện Bến Lức, tỉnh Long An, cơ sở hai"):
        assert lit(plate(Board(64, 32, Colours.MONO), name)).getbbox() is not None


def test_all_vietnamese_stacks_keep_their_marks_apart_at_the_smallest_size() -> None:
    style = Style(Weight.SEMIBOLD, 13, crisp=True)
    masks = {letter: _mask(letter, style) for letter in "eêéếềểễệuưựữaâấầẩẫậăắằẳẵặoôốồổỗộơớờởỡợ"}
    assert len(set(masks.values())) == len(masks)


def _mask(letter: str, style: Style) -> tuple[tuple[int, int], bytes]:
    mask = font(style.weight, style.size).getmask(letter, mode="1")
    return mask.size, bytes(mask)

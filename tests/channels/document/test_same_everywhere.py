"""What was typed comes out: the same letters, digits and signs on every channel, or a finding before approval."""

from html.entities import html5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.contract import StoryKind
from channels.document import Link, Paragraph, read
from channels.document import findings as texts
from channels.document.output.plain import to_text
from channels.fixing import apply
from channels.led_board.adapter import LedBoard
from channels.led_board.settings import Settings as BoardSettings
from tests.channels.contract.pieces import whole
from tests.channels.document.channels_said import CHANNELS, findings, letters, piece

AS_TYPED = [
    "2*3*4 = 24",
    "2 * 3 * 4 = 24",
    "2**3 + 4**5",
    "Soạn *098*123456# gửi 9029",
    "Bấm *101# hoặc *102#, *#06#, **21*0912345678#",
    "Soạn *1022* gửi 1900",
    "Khách sạn 5* và 4* (*)",
    "(*) Ghi chú: giá 5*",
    "a_b_c và file__name, __init",
    "Họ tên: ____ Ngày: ____ và ________",
    "Nguyễn_Văn_A",
    "#chuyendoiso #longan",
    "#1 để nghe hướng dẫn",
    "##",
    "C# và F#",
    "<Tên cơ quan>",
    "x<y và y>z",
    "a<b và b>c, i <s và s> k",
    "1 < 2 > 0 <= 3 >= 2 << >>",
    "> 5 triệu đồng",
    ">= 3 ngày",
    ">5 người",
    "22. 11 là ngày hội",
    "2024. Năm chuyển đổi số",
    "30. 4 và 1. 5",
    "+84 272 3822 000",
    "+ 84 272 3822 000",
    "- 5 độ C",
    "-5 độ C",
    "a | b | c",
    "| một dòng |",
    "AT&T, R&D & HĐND &c &copy &x; &#11;",
    "C:\\temp\\new và \\o/",
    "~5 km, ~ 6 km, ~~ và ~~~",
    "1^2 và 10$ $5 ==bằng==",
    "` và `` lẻ",
    "!Chú ý [Ảnh: TTXVN] [x] [ ]",
    "[] () []() [a]() ![](",
    "Cả nhà 👨‍👩‍👧 nộp hồ sơ 🇻🇳",
    "5\u00a0000\u202f000 đồng",
    "**",
    "***a",
    "**chưa đóng",
    "[^1]: chú thích",
    "[^1]",
    "1) một 2) hai",
    "a) một",
    "https://x.vn/a_b_c?x=1&y=2*3",
    "Năm 1945*, 1975**",
    "Ngày __/__/2025 lúc __:__, mã __-__",
    "01. một\n02. hai",
    "１. chữ số rộng",
    "* Ghi chú: có một dấu sao",
    "Bấm 1 để nghe,\n* để nghe lại,\n# để kết thúc",
    "# 31 #",
    "Sâu 5` và 6` nước",
    "C:\\Users\\An\\*.txt và \\\\may\\chung_1",
    "https://a..vn/x và https://-a.vn",
    "Sở TT&TT; KH&CN; R&D;",
]
CONVERTED = [
    ("tại xã<br>Gọi 1022", "tại xã\nGọi 1022"),
    ("tại xã<BR/>Gọi 1022<br />nhé", "tại xã\nGọi 1022\nnhé"),
    ("5&nbsp;000 &#8211; 6&nbsp;000 đồng", "5\u00a0000 – 6\u00a0000 đồng"),
    ("&ge; 3 ngày &lt;b&gt; &copy; &#x1F4DE;", "≥ 3 ngày <b> © 📞"),
    ("[hướng dẫn][1]\n\n[1]: https://x.vn/a", "hướng dẫn"),
    ("\\*không đậm\\* 1\\. \\# \\_", "*không đậm* 1. # _"),
    ("**đậm**, *nghiêng*, __đậm__, _nghiêng_ và `mã*a*`", "đậm, nghiêng, đậm, nghiêng và mã*a*"),
    ("**“Tổng đài”**là **1022:**gọi", "“Tổng đài”là 1022:gọi"),
    ("***101#** và **Soạn *098*1# gửi 9029**", "*101# và Soạn *098*1# gửi 9029"),
    ("<b>đậm</b> m<sup>2</sup> H<sub>2</sub>O", "đậm m² H₂O"),
    ("<a.b@x.vn>", "a.b@x.vn"),
    ("Trăm năm\nTrong cõi", "Trăm năm\nTrong cõi"),
    ("# Đề mục ##", "Đề mục"),
    ("\\``` a", "``` a"),
    ("    thụt vào", "thụt vào"),
    ("&shy;Chuyển&#8203; &zwnj;đổi&lrm; &ETH;ộng", "Chuyển đổi Động"),
    ("Xem https://x.vn/a?b=1&amp;copy=2", "Xem https://x.vn/a?b=1&copy=2"),
    ("Một  \nHai\\\nBa", "Một\nHai\nBa"),
]
TOLD = [
    "[hướng dẫn][1]",
    "[cổng](www.longan.gov.vn)",
    "[cổng](longan.gov.vn/a b)",
    "[xem](kèm theo)",
    "[bấm](javascript:alert(1))",
    "chú thích[^1]",
    "Chữ <!-- ghi chú riêng --> tiếp",
    "<script>x()</script> chữ",
    '<p style="x">Một</p><p>Hai</p>',
    "1. Một\n2. Hai\n5. Ba",
    "- -5 độ\n- 3 độ",
    "<b>chưa đóng",
    "chưa mở</u>",
    '<strong class="x">đậm</strong>',
    '<br style="x">chữ',
    "chữ</br>chữ",
    "<o:p></o:p>chữ của Word",
    "<![if !supportLists]>chữ<![endif]>",
    "<!DOCTYPE html>chữ",
    "Nhấn <Input> nhé",
    "&#11;chữ&#xFFFE;",
    "5&nbsp 000 &ndash 6",
    "Chuy&#7875n",
    "Thi&ecirct b&igrave nh",
    "[cổng](https://x.vn/a(1)",
    "[cổng]()",
    "[cổng](https://x.vn tên)",
    "[cổng](https://x.vn:99999/)",
    "[cổng](https://[::1)",
    "[cổng](//x.vn/a)",
    "chữ \ue123 lạ",
]


@pytest.mark.parametrize("body", AS_TYPED)
@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_no_mark_comes_out_sign_for_sign(channel: str, body: str) -> None:
    said = CHANNELS[channel](body)
    assert letters(said) == letters(body)
    if channel != "radio":  # a voice says no bullets, frames and lines to fill in
        assert said.split() == body.split()


@pytest.mark.parametrize(("body", "wanted"), CONVERTED)
@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_a_mark_means_the_same_everywhere(channel: str, body: str, wanted: str) -> None:
    said = CHANNELS[channel](body).replace(" (https://x.vn/a)", "")  # Zalo shows where a link leads
    assert said.casefold().split() == wanted.casefold().split()
    assert said.strip().count("\n") >= wanted.count("\n")


@pytest.mark.parametrize("body", TOLD)
def test_what_may_not_mean_what_was_typed_is_told_with_a_click_that_settles_it(body: str) -> None:
    told = findings(body)
    assert told
    for kind, found in told.items():
        fixes = [fix for one in found for fix in one.fixes if not fix.own]
        assert fixes, (kind, body)
        mended = apply(body, fixes[0].edits)
        again = [one for one in findings(mended)[kind] if fixes[0] in one.fixes]
        assert not again, (kind, mended)


@pytest.mark.parametrize("body", ["1. - một", "1. > một", "1. ## một", "1. một\n   - hai\n2. ba", "> 1. một\n> 2. hai"])
def test_a_number_is_said_whatever_stands_in_its_item(body: str) -> None:
    assert (
        letters(CHANNELS["zalo"](body)) == letters(CHANNELS["radio"](body)) == letters(to_text(body)) == letters(body)
    )


def test_words_that_a_channel_cannot_strike_through_are_told() -> None:
    found = findings("Phí ~~500.000~~ 300.000 đồng")
    assert not [one for one in found["portal_rss"] if one.fixes]
    for kind in ("zalo_oa", "radio_script"):
        [told] = [one for one in found[kind] if one.fixes]
        assert apply("Phí ~~500.000~~ 300.000 đồng", told.fixes[0].edits) == "Phí  300.000 đồng"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("5&nbsp 000 &#8211 6", "5\u00a0 000 – 6"),
        ("&#11;chữ&#0;", "chữ"),
        ('<strong class="x">đậm</strong>', "<strong>đậm</strong>"),
        ("[cổng](//x.vn/a)", "[cổng](https://x.vn/a)"),
        ("[cổng](https://x.vn/a(1) nhé", "cổng (https://x.vn/a(1)) nhé"),
    ],
)
def test_the_click_makes_what_was_meant(body: str, wanted: str) -> None:
    [fix, *_] = [fix for one in findings(body)["portal_rss"] for fix in one.fixes]
    assert apply(body, fix.edits) == wanted


@pytest.mark.parametrize("body", ["<Input>", "<o:p>", '<br class="x">', "<Title> và <Code>"])
def test_a_tag_that_was_meant_as_words_can_be_kept_as_words(body: str) -> None:
    told = next(one for one in findings(f"Nhấn {body} nhé")["portal_rss"] if len(one.fixes) == 2)
    kept = apply(f"Nhấn {body} nhé", told.fixes[1].edits)
    assert {" ".join(channel(kept).split()) for name, channel in CHANNELS.items() if name != "radio"} == {
        f"Nhấn {body} nhé"
    }


@pytest.mark.parametrize("written", ["[cổng]({})", "Xem {}", "[cổng][1]\n\n[1]: {}", "<{}>", '[cổng]({} "tên")'])
def test_every_name_of_a_character_may_name_a_part_of_an_address(written: str) -> None:
    for name in {one.rstrip(";") for one in html5}:
        url = f"https://x.vn/?a=1&{name}=2"
        [paragraph] = read(written.format(url)).blocks
        assert isinstance(paragraph, Paragraph)
        assert [part.url for part in paragraph.inside if isinstance(part, Link)] == [url]


_HEADED = st.lists(
    st.sampled_from(
        [
            "https://x.vn/Ab?c=D",
            "Ho_Tro@x.vn",
            "kWh",
            "5mg/l",
            "*101#",
            "Long",
            "đổi",
            "Bà",
            "Rịa-Vũng",
            "ß",
            "zalo.me/aB",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(_HEADED)
def test_capitals_of_a_heading_change_no_address_and_no_unit(words: str) -> None:
    for typed, shown in zip(words.split(), CHANNELS["zalo"](f"## {words}").split(), strict=True):
        assert shown == (typed.upper() if typed in ("Long", "đổi", "Bà", "Rịa-Vũng") else typed)


@pytest.mark.parametrize(
    "text", ["5&nbsp;000 đồng", "5&nbsp 000", "a &#11; b", "**Đậm**", "Tại xã<br>gọi", "[Cổng](https://x.vn)"]
)
@pytest.mark.parametrize("field", ["title", "summary"])
def test_a_line_that_has_no_marks_is_shown_as_typed_and_told(field: str, text: str) -> None:
    made = piece("Chữ.", **{field: text})
    [told] = [one for one in texts.lines(made) if one.field == field]
    wanted = text.replace("&#11; ", "").replace("&nbsp ", " ")
    assert apply(text, told.fixes[0].edits) == " ".join(to_text(wanted).split())
    assert told in LedBoard().check(made, BoardSettings(width=192, height=96))


@pytest.mark.parametrize("text", ["2*3*4 = 24", "*101#", "a_b_c", "Q&A: 5 < 6", "#longan", "1. Một", "[Ảnh]", "x\\y"])
def test_an_ordinary_line_is_not_told(text: str) -> None:
    assert list(texts.lines(piece("Chữ.", title=text, summary=text))) == []


def test_the_board_shows_a_notice_as_typed() -> None:
    made = whole(StoryKind.NOTICE)
    board = LedBoard().render(made, BoardSettings(width=192, height=96))
    assert made.service.name in str(board.document["parts"])


_WORD = st.sampled_from(["chuyển", "số", "1022", "5.000", "Đề", "a", "2025", "x1", "gọi"])
_MARKS = "* ** *** _ __ ~~ ~ ` `` [ ]( ][1] ) ! < > <br> &nbsp; & \\ | # + - <b> </b> *101# = ---"
_STARTS = ["# ", "- ", "+ ", "1. ", "22. ", "> ", "\n", "\n\n", "  ", "\n  - "]
_SIGN = st.sampled_from([*_MARKS.split(), *_STARTS])
_MIXED = st.lists(st.one_of(_WORD, _SIGN, st.just(" ")), max_size=25).map("".join)


@settings(max_examples=100, deadline=None)
@given(_MIXED)
def test_whatever_is_typed_has_the_same_letters_on_every_channel(body: str) -> None:
    said = {name: letters(channel(body)) for name, channel in CHANNELS.items()}
    numbered = letters(to_text(body))
    assert said["zalo"] == said["radio"] == numbered, body
    assert len(said["portal"]) <= len(numbered)

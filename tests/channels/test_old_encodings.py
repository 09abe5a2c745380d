"""Vietnamese in an old encoding is recognised and put right; nothing else is ever taken for it."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import old_encodings
from channels.document.pasting import encodings
from channels.fixing import apply
from channels.old_encodings import Encoding, lost, recover
from media.characters import clean
from tests.channels.contract.pieces import whole

HOUSE = Path(__file__).resolve().parents[2]
STORIES = sorted((HOUSE / "cms" / "app" / "demo" / "stories").glob("*.md"))
LINES = [
    line
    for path in STORIES
    for line in clean(path.read_text("utf-8")).splitlines()
    if sum(ord(letter) > 0x1E00 for letter in line) > 3
]
"""Lines of real articles with enough letters that tell."""


EXAMPLES = ("Chuyá»ƒn Ä‘á»•i", "Chuy?n ??i")
"""What the guide for editors shows of a text that was read twice, and of one whose letters are lost."""


def tcvn3(text: str) -> str:
    """Small letters only: capitals are the same codes in a font of their own."""
    codes = {letter: code for code, letter in old_encodings._TCVN3.items()} | {"é": "\u00d0"}
    return "".join(codes.get(letter, letter) for letter in text.lower())


def vni(text: str) -> str:
    alone = {letter: code for code, letter in old_encodings._VNI_ALONE.items()}
    marks = {mark: code for code, mark in old_encodings._VNI_MARKS.items()}
    out = []
    for letter in text:
        small = letter.lower()
        base, *rest = list(unicodedata.normalize("NFD", small))
        if "\u031b" in rest:
            base, rest = {"o": "ô", "u": "ö"}[base], [mark for mark in rest if mark != "\u031b"]
        mark = "".join(sorted(rest, key=lambda one: one not in "\u0302\u0306"))
        written = alone.get(small) or (small if small in "ìí" else base + marks.get(mark, mark))
        out.append(written.upper() if letter.isupper() else written)
    return "".join(out)


def cp1258(text: str) -> str:
    out = b""
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tones = [mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323"]
            bare = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones))
            out += bare.encode("cp1258", "ignore") + "".join(tones).encode("cp1258")
    return out.decode("cp1252", "ignore")


def twice(text: str) -> str:
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


def latin1(text: str) -> str:
    return text.encode().decode("latin-1")


def as_plain(text: str) -> str:
    """A line as every old encoding can write it."""
    return "".join(letter for letter in text if letter.isascii() or letter.isalpha())


@settings(max_examples=100)
@given(st.sampled_from(LINES), st.sampled_from([tcvn3, vni, cp1258, twice, latin1]))
def test_a_line_comes_back_as_it_was_meant(line: str, encode: Callable[[str], str]) -> None:
    meant = as_plain(line)
    meant = meant.lower() if encode is tcvn3 else meant
    found = recover(clean(encode(meant)))
    assert found is not None
    assert found.text == meant


@pytest.mark.parametrize("encode", [tcvn3, vni, cp1258, twice, latin1])
def test_a_whole_article_comes_back_and_its_right_lines_stay(encode: Callable[[str], str]) -> None:
    meant = [as_plain(line).lower() for line in LINES[:40]]
    mixed = "\n".join([clean(encode(line)) for line in meant] + ["Dòng này đã đúng.", "https://a.vn/?q=1"])
    found = recover(mixed)
    assert found is not None
    assert found.text.split("\n") == [*meant, "Dòng này đã đúng.", "https://a.vn/?q=1"]


def viqr(text: str) -> str:
    signs = {"\u0302": "^", "\u0306": "(", "\u031b": "+"} | dict(
        zip("\u0300\u0301\u0309\u0303\u0323", "`'?~.", strict=True)
    )
    out = []
    for letter in text.replace("đ", "dd").replace("Đ", "DD"):
        base, *marks = list(unicodedata.normalize("NFD", letter))
        out.append(base + "".join(sorted((signs[mark] for mark in marks), key=lambda sign: sign not in "^(+")))
    return "".join(out)


@settings(max_examples=100)
@given(st.lists(st.sampled_from(LINES), min_size=3, max_size=6))
def test_lines_in_viqr_come_back_as_they_were_meant(lines: list[str]) -> None:
    """In small letters: before a capital a sign at a word's end may be the sentence's own."""
    words = "".join(letter if letter.isalpha() else " " for letter in " ".join(lines).lower()).split()
    meant = " ".join([*(word for word in words if "đ" not in word[1:]), "xong"])
    found = recover(viqr(meant))
    assert found is not None
    assert (found.text, found.encoding) == (meant, Encoding.VIQR)


TITLES = [
    ("Chuye^?n ddo^?i so^'", "Chuyển đổi số", Encoding.VIQR),
    ("Ho^` so+ ca^`n gi`? Ddo^.c la^.p, tu+. do.", "Hồ sơ cần gì? Độc lập, tự do.", Encoding.VIQR),
    ("Th«ng b¸o", "Thông báo", Encoding.TCVN3),
    ("ñy ban nh©n d©n x·", "ủy ban nhân dân xã", Encoding.TCVN3),
    ("ng\u00ad\u00eai d©n", "người dân", Encoding.TCVN3),
    ("Chuyeån ñoåi soá", "Chuyển đổi số", Encoding.VNI),
    ("UÛY BAN NHAÂN DAÂN", "ỦY BAN NHÂN DÂN", Encoding.VNI),
    ("ChuyêÒn ðôÒi sôì", "Chuyển đổi số", Encoding.CP1258),
    ("Chuyá»ƒn Ä‘á»•i sá»‘", "Chuyển đổi số", Encoding.TWICE),
    ("Ä\u0090Æ°á»\u009dng dÃ¢y nÃ³ng", "Đường dây nóng", Encoding.TWICE),
    ("ChÃ o bÃ  con â€œsá»‘â€\u009d", "Chào bà con “số”", Encoding.TWICE),
    ("Ã\u0083Â¡, Ã\u0083Â©", "á, é", Encoding.TWICE),
]


@pytest.mark.parametrize(("written", "meant", "encoding"), TITLES)
def test_a_title_is_enough(written: str, meant: str, encoding: Encoding) -> None:
    found = recover(clean(written))
    assert found is not None
    assert (found.text, found.encoding) == (meant, encoding)


def test_nothing_that_the_house_holds_is_taken_for_an_old_encoding() -> None:
    """Articles, plans, cases of reading, both languages of the pages, documentation."""
    kinds = ("*.md", "*.yaml", "*.po", "*.tsv", "*.txt", "*.html", "*.json")
    places = [HOUSE / name for name in ("cms", "channels", "docs", "templates", "README.md", "tests/cms/quotas")]
    paths = {path for place in places for kind in kinds for path in (place.rglob(kind) if place.is_dir() else [place])}
    seen = 0
    for path in sorted(paths):
        for line in (text := clean(path.read_text("utf-8", "replace"))).split("\n"):
            if any(example in line for example in EXAMPLES):
                continue
            assert recover(line) is None, f"{path.name}: {line[:120]}"
            assert "\ufffd" in line or not lost(line), f"{path.name}: {line[:120]}"
            seen += 1
        assert EXAMPLES[0] in text or recover(text) is None, path
    assert seen > 5_000


@pytest.mark.parametrize(
    "text",
    [
        "Le Premier ministre a été reçu à l'hôpital français où il s'est arrêté; déjà vu, naïf, cœur, Noël, garçon.",
        "El señor Muñoz vivió en España cuarenta años; mañana iré a Málaga, ¿vale? ¡Sí!",
        "Die Größe der Straße ist für Fußgänger natürlich schön; Zürich, Köln, über, müssen, ändern.",
        "Não há informação sobre a situação; coração, avó, pêssego, às três.",
        "På grund av årets väder är sjön här; Ærø, Tromsø, Åse, smørrebrød, København.",
        "Guð blessi Ísland; það er gott, þú ert ágætur.",
        "Łódź, Kraków, Gdańsk; Čeština má háčky; Şişli, İstanbul, göğüs.",
        "Công ty có tôi, bà, cô, hoà bình, xoá nợ, TOÀ ÁN, thuý, quý.",
        "QÐ-UBND, «ĐÃ», «LÃ», NGHÈ», 5 × 6 ÷ 2 = 15; ½ cốc, 20 µg, 10 ± 2 °C, §3, © 2026, Windows®, tin¹",
        "Người đọc thấy “â€œ” thì biết là lỗi.",
        "Ai làm? Khi nào? ở đâu?", "Bạn đã biết? làm gì? ra sao?", "https://a.vn/tim?q=a&b=c /x?y=z ?a=1 ?b=2",
        "a^2 + b^2 = c^2; o^o, u+v+w, f(a(b(c)))", "It's a^b, c^d: ddos, go+", "Xa(huyen) va(tinh) co(2) so+",
        "~/a.vn/~b 'a' `b`",
        "", "?", "???", "a?b", "\n\n",
    ],
)  # fmt: skip
def test_other_languages_codes_and_signs_are_left_alone(text: str) -> None:
    found = recover(clean(text))
    assert found is None or "â€œ" in text
    assert lost(text) == []


@pytest.mark.parametrize(
    "text", ["Chuy?n ??i s?", "?y ban nh?n d?n t?nh Long An", "Chuy\ufffdn \ufffd\ufffdi", "Th?ng b?o v? vi?c"]
)
def test_letters_that_are_lost_are_told(text: str) -> None:
    assert lost(text)
    assert recover(text) is None


def test_one_click_puts_a_text_right() -> None:
    piece = whole(title="Th«ng b¸o míi", summary="Chuy?n ??i s?", body="Dòng đúng.\n\nChuyeån ñoåi soá ôû xaõ.")
    title, summary, body = encodings.findings(piece)
    assert apply(piece.title, title.fixes[0].edits) == "Thông báo mới"
    assert (summary.field, summary.fixes) == ("summary", ())
    assert apply(piece.body, body.fixes[0].edits) == "Dòng đúng.\n\nChuyển đổi số ở xã."
    assert not list(encodings.findings(whole()))

"""Single characters that stand for words: ½, ①, §, x², →, C++."""

import re
import unicodedata

from channels.radio_script.reading.page import Page

_FRACTION = re.compile(r"(?P<whole>\d*)\s?(?P<sign>[¼-¾⅐-⅞])")
_CIRCLED = re.compile(r"[①-⑳⓪❶-❿]")
_POWER = re.compile(r"(?P<base>[\w)])(?P<power>[²³⁴-⁹]+)(?!\w)|(?P<number>\d)\^(?P<raised>\d{1,3})(?![\d.,])")
_POWERS = {"²": "bình phương", "³": "lập phương"}
_BEFORE_NUMBER = re.compile(r"(?:§+|[Øø⌀ΦφФ])\s?(?=\d)")
_ARROW = re.compile(r"(?P<before>\d[\d.,]*\s?(?:%|[^\W\d_]{1,4})?)\s?(?:→|⇒|➔|➜|->|=>)\s?(?=\d)")
_PLUS = re.compile(r"(?<![\w+])[A-Z](?P<plus>\+{1,2})(?![\w+])")
_MINUS = re.compile(r"−(?=\d)")
_NUMERAL = re.compile(
    "[¹²³⁰-⁹\u2150-\u218b\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3251-\u325f\u32b1-\u32bf]"
)
_NUMBER_MARK = re.compile("[¼-¾⅐-⅞①-⑳⓪❶-❿²³⁴-⁹^§→⇒➔➜>−+Øø⌀ΦφФ]")


_UNITS = {
    "㎜": "mi-li-mét", "㎝": "xăng-ti-mét", "㎞": "ki-lô-mét", "㎟": "mi-li-mét vuông", "㎠": "xăng-ti-mét vuông",
    "㎡": "mét vuông", "㎢": "ki-lô-mét vuông", "㎤": "xăng-ti-mét khối", "㎥": "mét khối", "㎎": "mi-li-gam",
    "㎏": "ki-lô-gam", "㎖": "mi-li-lít", "ℓ": "lít", "㏊": "héc-ta", "℃": "độ xê", "‱": "phần vạn",
}  # fmt: skip
"""Units that are one character."""
_UNIT = re.compile(f"[{''.join(_UNITS)}]")


def characters(page: Page) -> None:
    """Claim the signs that are a number or a word by themselves."""
    _units(page)
    if not _NUMBER_MARK.search(page.text):
        return
    for match in _FRACTION.finditer(page.text):
        page.claim(*match.span(), _mixed(page, match), "fraction")
    for match in _CIRCLED.finditer(page.text):
        page.claim(*match.span(), f"{page.number(int(unicodedata.numeric(match[0])))}, ", "enumerator")
    for match in _BEFORE_NUMBER.finditer(page.text):
        page.claim(*match.span(), "mục " if match[0][0] == "§" else "phi ", "sign")
    for match in _ARROW.finditer(page.text):
        page.claim(match.end("before"), match.end(), " đến ", "sign")
    for match in _PLUS.finditer(page.text):
        page.claim(*match.span("plus"), " cộng" * len(match["plus"]), "sign")
    for match in _MINUS.finditer(page.text):
        joined = page.before(match.start(), 2).rstrip()[-1:].isalnum() and page.text[match.end() :][:1] == " "
        if not joined and not page.text[match.start() - 1 : match.start()].isalnum():
            page.claim(*match.span(), "âm ", "sign")


def _units(page: Page) -> None:
    for match in _UNIT.finditer(page.text):
        page.claim(*match.span(), f" {_UNITS[match[0]]}", "unit")


def powers(page: Page) -> None:
    """Claim exponents that no unit has taken: "10²", "2^3"."""
    for match in _POWER.finditer(page.text) if re.search("[²³⁴-⁹^]", page.text) else ():
        if match["raised"]:
            page.claim(match.end("number"), match.end(), f" mũ {page.number(int(match['raised']))}", "sign")
            continue
        digits = "".join(str(unicodedata.digit(c)) for c in match["power"])
        said = _POWERS.get(match["power"]) or f"mũ {page.number(int(digits))}"
        page.claim(*match.span("power"), f" {said}", "sign")


def numerals(page: Page) -> None:
    """Claim what is left of the characters that hold a whole number: "Ⅳ", "⑶"; a raised one marks a footnote."""
    for match in _NUMERAL.finditer(page.text):
        value = unicodedata.numeric(match[0], None)
        raised = match[0] in "¹²³⁰⁴⁵⁶⁷⁸⁹"
        if page.free(*match.span()) and value is not None:
            said = "" if raised or value % 1 else f" {page.number(int(value))} "
            page.claim(*match.span(), said, "number")


def _mixed(page: Page, match: re.Match[str]) -> str:
    """Read "½" and "3½": three and a half is "ba rưỡi"."""
    top, _, bottom = unicodedata.normalize("NFKC", match["sign"]).partition("⁄")
    whole = page.number(int(match["whole"])) if match["whole"] else ""
    if match["sign"] == "½":
        return f"{whole} rưỡi" if whole else "một phần hai"
    part = f"{page.number(int(top))} phần {'tư' if bottom == '4' else page.number(int(bottom))}"
    return f"{whole} và {part}" if whole else part

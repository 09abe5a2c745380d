"""Abbreviations that the text itself introduces: "thủ tục hành chính (TTHC)" teaches TTHC and drops the bracket."""

import re

from channels.radio_script.reading.lexicon import bare
from channels.radio_script.reading.numerals import NORTH, SOUTH
from channels.radio_script.reading.page import Page
from channels.radio_script.reading.rules.numbers import NUMBER, read_number

_SHORT = r"[^\W\d_][\w&.\-]{1,14}"
_AFTER_WORDS = re.compile(
    rf"\((?:(?:sau đây )?(?:gọi tắt|viết tắt|gọi chung)(?: là)?:?\s*)?[“\"]?(?P<short>{_SHORT})[”\"]?\)", re.IGNORECASE
)
_BEFORE_WORDS = re.compile(rf"(?<!\w)(?P<short>{_SHORT})\s*\((?P<words>[^()\d]{{5,90}})\)")
_SAID_AGAIN = re.compile(
    rf"(?<![\d.,])(?P<n>{NUMBER.pattern})(?P<unit>(?:\s[^\W\d_]+){{0,2}})(?P<bracket>\s?\((?P<words>[^()\d]{{2,90}})\))"
)
_IN_WORDS = re.compile(r"^(?:bằng chữ:?|viết bằng chữ:?)?\s*|\s*(?:chẵn)?[./]*\s*$")
_WORD = re.compile(r"[^\W\d_]+")
_SKIPPED = frozenset({"và", "của", "về", "trong", "cho", "các", "là"})


def repeated(page: Page) -> None:
    """Claim as silent the bracket that says a number again: "03 (ba) ngày", "1.000 đồng (bằng chữ: một nghìn đồng)"."""
    for match in page.at_numbers(_SAID_AGAIN) if "(" in page.text else ():
        words = _IN_WORDS.sub("", match["words"].lower())
        said = {read_number(match["n"], dialect) for dialect in (NORTH, SOUTH)}
        if words in {f"{number}{unit}" for number in said for unit in ("", match["unit"].lower())}:
            page.claim(*match.span("bracket"), "", "bracket")


def learning(page: Page) -> None:
    """Learn the page's own abbreviations and claim their brackets as silent."""
    if "(" not in page.text:
        return
    for match in _AFTER_WORDS.finditer(page.text):
        before = page.text[max(0, match.start() - 120) : match.start()].rpartition("\n")[2]
        phrase = _abbreviated(match["short"], before)
        if phrase:
            page.learned[match["short"]] = phrase
        if phrase or _said_already(page, match["short"], before):
            start = match.start() - (page.text[match.start() - 1 : match.start()] == " ")
            page.claim(start, match.end(), "", "bracket")
    for match in _BEFORE_WORDS.finditer(page.text):
        words = match["words"].strip()
        if _capitals(match["short"]) and _abbreviated(match["short"], words) == words:
            page.learned[match["short"]] = words
            page.claim(match.start(), match.end(), words, "abbreviation")


def _said_already(page: Page, short: str, before: str) -> bool:
    """Tell whether the reading of ``short`` stands before the bracket, or its end does where a line was broken."""
    words = before.strip(' ,*“”"').lower()
    says = [entry.say.lower() for entry in page.lexicon.readings(short)]
    return bool(words) and any(words.endswith(say) or (" " in words and say.endswith(f" {words}")) for say in says)


def _capitals(short: str) -> bool:
    return sum(c.isupper() for c in short) >= 2


def _abbreviated(short: str, text: str) -> str | None:
    """Return the last words of ``text`` whose initials are ``short``; None if it abbreviates something else."""
    letters = bare(short)
    if not _capitals(short) or not letters.isalpha():
        return None
    words = list(_WORD.finditer(text))
    first = _first_word(letters, words)
    while first is None and len(letters) > 2 and words and words[-1][0].istitle():
        words.pop()  # the name of one of its kind: "Hợp tác xã Nông nghiệp Bến Sỏi (HTXNN)"
        first = _first_word(letters, words)
    if first is None:
        return None
    phrase = text[first.start() : words[-1].end()]
    return None if re.search(r"[.;:()]", text[first.start() :]) else phrase.strip(' ,*“”"')


def _first_word(letters: str, words: list[re.Match[str]]) -> re.Match[str] | None:
    """Return the word at which the last words start to spell ``letters`` by their initials or capitals."""
    left = letters
    for word in reversed(words):
        if 1 < len(word[0]) < len(letters) and word[0].isupper() and left.endswith(word[0]):
            left = left.removesuffix(word[0])
        elif word[0][0].upper() == left[-1]:
            left = left[:-1]
        elif word[0].lower() not in _SKIPPED:
            return None
        if not left:
            return word
    return None

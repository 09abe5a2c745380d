"""What is left: brackets, quotes, dots, dashes, ampersands and marks that nobody says."""

import re

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.page import Page, Worry
from channels.words import N_, Words

_KEPT = re.compile(r"\[[^\[\]\n]*\?\]")
_DOTS = re.compile(r"\s?(?:\.\s?/\s?\.|/\./|\.{2,}(?:\s?\.)*|…)+\.?")
_DASH = re.compile(r"\s+[-–—−]+\s+|(?<=\w)[–—](?=\w)|(?<!\S)[-–—]+|[-–—]+(?!\S)")
_BRACKET = re.compile(r"\s?[(\[{]\s?|\s?[)\]}]\s?")
_QUOTE = re.compile(r"[“”„‟\"«»‹›]|(?<!\w)['‘’]|['‘’](?!\w)")
_AND = re.compile(r"\s?&\s?")
_PAUSE = re.compile(r"\s?[→⇒➔➜|•●▪◦·✓➢;]\s?(?=\S)|\s?[|→]\s?")
_OTHER = re.compile(r"[^\w\s.,;:!?\-'’]|_")
_HASHTAG = re.compile(r"#(?=\w)")


def kept(page: Page) -> None:
    """Claim what is marked already, so that spoken text is read as it is."""
    if "?]" not in page.text:
        return
    for match in _KEPT.finditer(page.text):
        message = Words(N_("Chưa rõ cách đọc %(written)s."), {"written": match[0]})
        page.claim(*match.span(), match[0], "kept", Worry(Certainty.UNKNOWN, message))


def symbols(page: Page) -> None:
    """Claim every mark that is not ordinary punctuation."""
    for match in _DOTS.finditer(page.text):
        page.claim(*match.span(), "." if _ends_line(page, match) else ", " if "/" not in match[0] else ".", "mark")
    for match in _DASH.finditer(page.text):
        page.claim(*match.span(), _dash(page, match), "mark")
    for match in _BRACKET.finditer(page.text):
        page.claim(*match.span(), ", ", "bracket")
    for match in _AND.finditer(page.text):
        page.claim(*match.span(), " và ", "mark")
    for pattern, said in ((_HASHTAG, ""), (_QUOTE, ""), (_PAUSE, ", ")):
        for match in pattern.finditer(page.text):
            if match[0].strip() != ";":
                page.claim(*match.span(), said, "mark")
    for match in _OTHER.finditer(page.text):
        page.claim(*match.span(), "", "mark")


def _ends_line(page: Page, match: re.Match[str]) -> bool:
    return not page.after(match.end(), 8).strip(" ”\")")


def _dash(page: Page, match: re.Match[str]) -> str:
    """A name of two is said in one breath ("Bà Rịa - Vũng Tàu"); anything else has a pause at a dash."""
    before, after = page.text[max(0, match.start() - 24) : match.start()], page.text[match.end() : match.end() + 24]
    for name in page.lexicon.names:
        first, joint, second = name.partition(" - ")
        if joint and before.endswith(first) and after.startswith(second):
            return " "
    return ", "

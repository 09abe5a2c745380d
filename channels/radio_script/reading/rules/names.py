"""Words and proper names that the lexicon knows as they are written."""

import re
from functools import lru_cache

from channels.radio_script.reading.page import Page


def words(page: Page) -> None:
    """Claim words and names that the lexicon has as they are written: "Facebook" → "phây búc"."""
    if not page.lexicon.words:
        return
    for match in _words(tuple(page.lexicon.words)).finditer(page.text):
        page.claim(*match.span(), page.lexicon.words[match[0]], "word")


@lru_cache(maxsize=16)
def _words(written: tuple[str, ...]) -> re.Pattern[str]:
    options = "|".join(re.escape(word) for word in sorted(written, key=len, reverse=True))
    return re.compile(rf"(?<![\w])(?:{options})(?![\w])")


def names(page: Page) -> None:
    """Claim proper names in capitals, so that "TỈNH LONG AN" keeps them: "tỉnh Long An"."""
    for match in _names(page.lexicon.names).finditer(page.text):
        page.claim(*match.span(), _proper(page.lexicon.names)[match[0]], "capitals")


@lru_cache(maxsize=16)
def _proper(names: tuple[str, ...]) -> dict[str, str]:
    return {name.upper(): name.replace(" - ", " ") for name in names}


@lru_cache(maxsize=16)
def _names(names: tuple[str, ...]) -> re.Pattern[str]:
    options = "|".join(re.escape(name.upper()) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{options})(?!\w)")

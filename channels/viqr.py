"""Vietnamese typed with signs after its letters (VIQR, RFC 1456): "Chuye^?n ddo^?i so^'"."""

import re
import unicodedata
from collections.abc import Callable

_LETTER = re.compile(r"(?<![A-Za-z])dd|([aeiouy])([\^(+]?)([`'?~.]?)", re.IGNORECASE)
_MODIFIED = {"^": ("aeo", "\u0302"), "(": ("a", "\u0306"), "+": ("ou", "\u031b")}
_TONES = {"`": "\u0300", "'": "\u0301", "?": "\u0309", "~": "\u0303", ".": "\u0323"}
_SURE = re.compile(
    r"[aeo]\^|a\((?=[a-z`'?~.])|(?<=[a-z])[ou]\+|[ou]\+(?=[a-z`'?~.])|(?<![a-z])dd[aeiouy]", re.IGNORECASE
)
"""What stands in no word of another spelling."""
_CORE = re.compile(r"^([\"'(\[{“‘]*)(.*?)([\"',;:!)\]}”’]*)$")
_LONGEST = 20
"""Characters of a syllable with its signs and what stands around it."""
_LEAST = 2
"""Words that must become Vietnamese before a text is believed."""


def decode(text: str, is_word: Callable[[str], bool]) -> str:
    """Return ``text`` as it was meant if it is surely in VIQR, else as it is; ``is_word`` knows the syllables."""
    if not _SURE.search(text):
        return text
    read = [_line(line, is_word) for line in text.split("\n")]
    sure = [new is not None for line in read for old, new in line if _SURE.search(old)]
    if sum(sure) < _LEAST or sum(sure) < 4 * (len(sure) - sum(sure)):
        return text
    return "\n".join("".join(new or old for old, new in line) for line in read)


def _line(line: str, is_word: Callable[[str], bool]) -> list[tuple[str, str | None]]:
    """Return the words of a line, each with what it was meant to be."""
    words = re.split(r"(\s+|[-/])", line)
    return [(word, _word(word, _before_small(words[at + 2 : at + 3]), is_word)) for at, word in enumerate(words)]


def _before_small(following: list[str]) -> bool:
    return bool(following) and following[0][:1].islower()


def _word(word: str, goes_on: bool, is_word: Callable[[str], bool]) -> str | None:
    """Return a word as it was meant, None if it is no word of VIQR; a sign at its end may be the sentence's."""
    if len(word) > _LONGEST:
        return None
    found = _CORE.match(word)
    before, core, after = (found[1], found[2], found[3]) if found else ("", word, "")
    if after.startswith("'"):
        core, after = f"{core}'", after[1:]
    for kept, stop in ((core, ""), (core[:-1], core[-1:])):
        if stop and stop not in ".?":
            break
        if not stop and kept[-1:] in (".", "?") and not goes_on:
            continue
        made = unicodedata.normalize("NFC", _LETTER.sub(_letter, kept))
        if made and made != kept and is_word(made):
            return f"{before}{made}{stop}{after}"
    return None


def _letter(match: re.Match[str]) -> str:
    base, modifier, tone = match[1], match[2], match[3]
    if base is None:
        return "Đ" if match[0][0] == "D" else "đ"
    bases, mark = _MODIFIED.get(modifier, (base.lower(), ""))
    return base + mark + _TONES.get(tone, "") if base.lower() in bases else match[0]

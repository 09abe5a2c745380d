"""The text being read: rules claim stretches of it, first come first served, and never touch the same stretch twice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.radio_script.reading.lexicon import Lexicon
from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.numerals import Dialect, cardinal
from channels.words import N_, Words

_DIGITS = re.compile(r"\d+")
SAME = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x1f\x85", " "),
        **{chr(code): " " for code in range(0x2000, 0x200B)},
        **{chr(0x2080 + digit): str(digit) for digit in range(10)},
        "\u2010": "-",
        "\u2011": "-",
        "\u2015": "—",
        "\u2044": "/",
        "\u2215": "/",
        "\u2236": ":",
        "Ð": "Đ",
        "Ɖ": "Đ",
    }
)
"""Characters that word processors and other alphabets put for one that the rules know; each stands for exactly one, so
that offsets stay: the space and the hyphen that do not break, "％", the 2 of "CO₂", the Icelandic letter like "Đ"."""
WRITE_OUT = Words(N_("Viết đầy đủ trong bài, hoặc thêm cách đọc vào từ điển của kênh."))
CONFIRM = Words(N_("Nếu đúng thì không cần làm gì; nếu sai, viết đầy đủ trong bài hoặc thêm vào từ điển của kênh."))


@dataclass(frozen=True, slots=True)
class Worry:
    """Why a claim is not certain, and what the editor can do about it."""

    certainty: Certainty
    message: Words
    remedy: Words


@dataclass(frozen=True, slots=True)
class Claim:
    """``text[start:end]`` is spoken as ``say``; an empty ``say`` leaves it out."""

    start: int
    end: int
    say: str
    kind: str
    worry: Worry | None = None


@dataclass(slots=True)
class Page:
    """A plain text and what has been claimed of it. ``learned`` are the abbreviations that the text introduces."""

    text: str
    lexicon: Lexicon
    dialect: Dialect
    learned: dict[str, str] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    _taken: bytearray = field(default_factory=bytearray)
    _numbers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._taken = bytearray(len(self.text))
        self._numbers = [match.start() for match in _DIGITS.finditer(self.text)]

    def at_numbers(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Yield the matches of ``pattern`` that start where a run of digits starts, none overlapping the one before.

        Much faster than ``finditer`` for the many patterns that begin with a number.
        """
        end = 0
        for start in self._numbers:
            match = pattern.match(self.text, start) if start >= end else None
            if match:
                end = match.end()
                yield match

    def free(self, start: int, end: int) -> bool:
        """Tell whether no rule has claimed any of ``text[start:end]``."""
        return self._taken.find(1, start, end) < 0

    def claim(self, start: int, end: int, say: str, kind: str, worry: Worry | None = None) -> bool:
        """Take ``text[start:end]`` if it is free; return whether it was."""
        if not self.free(start, end):
            return False
        self._taken[start:end] = b"\x01" * (end - start)
        self.claims.append(Claim(start, end, say, kind, worry))
        return True

    def before(self, start: int, length: int = 48) -> str:
        """Return up to ``length`` characters of the same line that stand before ``start``, in lower case."""
        return self.text[max(0, start - length) : start].rpartition("\n")[2].lower()

    def after(self, end: int, length: int = 48) -> str:
        """Return up to ``length`` characters of the same line that follow ``end``, in lower case."""
        return self.text[end : end + length].partition("\n")[0].lower()

    def number(self, n: int) -> str:
        """Read a whole number in the page's dialect."""
        return cardinal(n, self.dialect)


def marked(written: str) -> str:
    """Return ``written`` with the mark of something whose reading is unknown: "[XYZ?]"."""
    return f"[{written}?]"

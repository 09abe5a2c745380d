"""How long a spoken text takes, and where a sentence is too long for one breath."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from channels.radio_script.reading.numerals import DIGITS
from channels.radio_script.reading.syllables import is_syllable, without_tone

COMMA_S = 0.3
STOP_S = 0.6
BREATH = 30
"""Syllables of a sentence above which a presenter runs out of breath (radio.md, section 3)."""

LONGEST_SPLIT = 2_000
"""Characters of a sentence for which a cut is suggested; a longer one has to be written anew."""

SLOW, DEFAULT, FAST = 3.7, 4.2, 4.7
"""Syllables a second while speaking: outdoors and for older listeners; a district presenter; a VOV bulletin."""

FOREIGN = {
    "app": 1, "apps": 1, "banner": 2, "chatbot": 2, "clip": 1, "covid": 2, "email": 2, "facebook": 2, "fanpage": 2,
    "google": 2, "infographic": 4, "internet": 3, "livestream": 2, "mini": 2, "mobile": 2, "online": 2, "robot": 2,
    "smartphone": 2, "standee": 2, "tiktok": 2, "video": 3, "viber": 2, "web": 1, "website": 2, "wifi": 2,
    "youtube": 2, "zalo": 2,
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile(r"[aăâeêioôơuưy]+")
_COMMA = re.compile(r"[,;:](?=\s|$)")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Length:
    """What there is to say: ``syllables``, and the pauses at ``commas`` and sentence ends (``stops``)."""

    syllables: int = 0
    commas: int = 0
    stops: int = 0

    def __add__(self, other: "Length") -> "Length":
        return Length(self.syllables + other.syllables, self.commas + other.commas, self.stops + other.stops)

    @property
    def pauses_s(self) -> float:
        """Seconds of silence."""
        return COMMA_S * self.commas + STOP_S * self.stops

    def seconds(self, rate: float = DEFAULT) -> float:
        """Return how long it takes at ``rate`` syllables a second."""
        return self.syllables / rate + self.pauses_s


def syllables(text: str) -> int:
    """Count the syllables of a spoken text; foreign words by a list, else by their vowels."""
    return sum(_of_word(match[0]) for match in _WORD.finditer(text))


@lru_cache(maxsize=20_000)
def _of_word(word: str) -> int:
    small = word.lower()
    if is_syllable(small):
        return 1
    known = FOREIGN.get(small)
    if known:
        return known
    return max(1, len(_VOWELS.findall(without_tone(small)))) if not word.isupper() else len(word)


def measure(spoken: str) -> Length:
    """Measure a spoken text. A comma, semicolon or colon is a short pause, each sentence end a longer one."""
    return Length(syllables(spoken), len(_COMMA.findall(spoken)), sum(1 for _ in sentences(spoken)))


def calibrated(length: Length, measured_s: float) -> float:
    """Return a presenter's rate in syllables a second from one reading that took ``measured_s`` seconds.

    Raise ``ValueError`` if the time is shorter than the pauses alone.
    """
    speaking = measured_s - length.pauses_s
    if speaking <= 0:
        raise ValueError("shorter than its pauses")
    return length.syllables / speaking


def sentences(spoken: str) -> Iterator[str]:
    """Yield the sentences of a spoken text; a line end ends one too."""
    return (found for match in _SENTENCE.finditer(spoken) if (found := match[0].strip()))


_BREAKS = (
    re.compile(r";\s"),
    re.compile(
        r",\s(?=(?:nhưng|đồng thời|trong đó|qua đó|từ đó|do đó|vì vậy|nhằm|để|bảo đảm|đảm bảo|góp phần|còn|song|"
        r"mặc dù|nếu)\s)"
    ),
    re.compile(r",\s|:\s"),
    re.compile(r"\s(?=(?:và|nhằm|để|nhưng|trong|với|theo|của|cho|khi)\s)"),
)


def suggest_split(sentence: str, limit: int = BREATH) -> tuple[str, ...]:
    """Cut a sentence where a speaker would breathe, into parts of at most ``limit`` syllables where it can be done.

    The parts are a suggestion: the editor makes sentences of them.
    """
    if len(sentence) > LONGEST_SPLIT or syllables(sentence) <= limit:
        return (sentence,)
    for pattern in _BREAKS:
        cut = _nearest_middle(sentence, pattern)
        if cut:
            first, second = sentence[: cut[0]].rstrip(" ,;:"), sentence[cut[1] :].strip()
            return (*suggest_split(first + ".", limit), *suggest_split(second[0].upper() + second[1:], limit))
    return (sentence,)


def _nearest_middle(sentence: str, pattern: re.Pattern[str]) -> tuple[int, int] | None:
    """Return the break nearest the middle that leaves a few syllables on both sides."""
    middle = len(sentence) / 2
    found = sorted(pattern.finditer(sentence), key=lambda m: abs(m.start() - middle))
    for match in found:
        if (
            not _within_number(sentence, match)
            and min(syllables(sentence[: match.start()]), syllables(sentence[match.end() :])) >= 5
        ):
            return match.span()
    return None


def _within_number(sentence: str, pause: re.Match[str]) -> bool:
    """Tell whether digits stand on both sides: nobody breathes inside a phone number."""
    before, after = sentence[: pause.start()].split()[-1:], sentence[pause.end() :].split(maxsplit=1)[:1]
    return bool(before and after) and before[0] in DIGITS and after[0].strip(",.") in DIGITS


def clock(seconds: float) -> str:
    """Return seconds as a presenter's clock: 250 → "4'10"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}'{rest:02d}"

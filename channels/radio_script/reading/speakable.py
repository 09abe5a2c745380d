"""Whether a reading that a person wrote can be said as it stands."""

import re

from channels.radio_script.reading.lexicon import LayerData, built_in
from channels.radio_script.reading.reading import read_aloud
from channels.radio_script.reading.syllables import UPPER, without_tone

_VOWEL = re.compile("[aăâeêioôơuưy]", re.IGNORECASE)
_CAPITALS = re.compile(rf"(?<!\w)[{UPPER}]{{2,}}(?!\w)|[{UPPER}]{{2}}[a-z]|[a-z][{UPPER}](?!\w)")
_SIGN = re.compile(r"[^\w\s,.\-–]|_")


def stumbling(say: str) -> str:
    """Return the first part of ``say`` that a presenter cannot say as it stands; empty if there is none.

    Digits, capital abbreviations, signs and letters without a vowel have no sound of their own: "xê ca 3" must be
    written "xê ca ba".
    """
    for part in say.split():
        bare = part.strip(",.-–")
        if re.search(r"\d", part) or _CAPITALS.search(bare) or _SIGN.search(part):
            return part
        if bare and not _VOWEL.search(without_tone(bare)):
            return part
    return "" if _plain(read_aloud(say).spoken) == _plain(say) else say


def is_used(layer: LayerData, sample: str, say: str) -> bool:
    """Tell whether ``sample`` is read as ``say`` with ``layer`` on top of the built-in lexicon.

    An entry that no rule ever looks up, such as an abbreviation of one letter, would only pretend to help.
    """
    said = read_aloud(sample, built_in().over(layer)).spoken
    return _plain(say) in _plain(said)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))

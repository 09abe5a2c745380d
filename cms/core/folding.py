"""Text made comparable: without case, diacritics and signs that are not seen."""

import re
import unicodedata

from media.characters import clean

_JOINERS = re.compile("[\u00ad\u200b-\u200d\ufe0e\ufe0f]")

_SPACES = re.compile(r"[^\S\n]")


def fold(words: str) -> str:
    """Lower case without diacritics, đ as d: "Chuyển đổi số" and "chuyen doi so" become equal.

    Signs that are not seen hide nothing, and every space is a space.
    """
    plain = _JOINERS.sub("", clean(words)).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return _SPACES.sub(" ", bare.replace("đ", "d"))

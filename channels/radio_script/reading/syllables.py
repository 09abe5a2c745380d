"""What a Vietnamese syllable looks like, in capitals and without."""

import re
import unicodedata

UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
"""Vietnamese capitals, for use inside a character class."""
LOWER = "a-zàáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
"""Vietnamese small letters, for use inside a character class."""
LETTER = UPPER + LOWER

_TONES = {0x300: None, 0x301: None, 0x303: None, 0x309: None, 0x323: None}
_ONSET = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx]"
_NUCLEUS = (
    "oai|oay|oeo|uây|uôi|uya|uyê|uyu|yêu|iêu|ươi|ươu|uơ|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|yê|oa|oă|oe|oi|ôi|ơi|oo|"
    "ua|uâ|uê|ui|uô|uy|ưa|ưi|ươ|ưu|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(rf"(?:{_ONSET})?(?:{_NUCLEUS})(?:ng|nh|ch|[cmnpt])?\Z")


def without_tone(text: str) -> str:
    """Drop the tone marks and keep the letters: "Thủ tướng" → "Thu tương"."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_TONES))


def is_syllable(token: str) -> bool:
    """Tell whether ``token`` (any case) can be read as one Vietnamese syllable."""
    return _SYLLABLE.match(without_tone(token.lower())) is not None


def has_mark(token: str) -> bool:
    """Tell whether ``token`` carries a tone or vowel mark, which abbreviations hardly ever do (Đ and Ư apart)."""
    return any(c not in "ĐđƯư" and ord(c) > 0x7F for c in token)

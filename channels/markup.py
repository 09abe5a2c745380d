"""What every text that leaves for a reader has in common."""

import re
import unicodedata

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """Return ``text`` in NFC without the characters that XML forbids: one of them would break a whole feed."""
    return _NOT_XML.sub("", unicodedata.normalize("NFC", text))

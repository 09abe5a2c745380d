"""Text for feed readers: each part of a feed is escaped for what readers take it for, once for that and once for XML.

RSS says that a description is HTML and leaves open what a title is: some readers show it as it is, some as HTML. The
XML writer escapes once more by itself.
"""

import re
from html import escape

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);?")
"""What HTML would take for a tag or a reference; "< 5 triệu" and "hỏi & đáp" are words either way."""


def as_html(text: str) -> str:
    """Return plain text as a fragment of HTML, as the description of an RSS item is read."""
    return escape(text, quote=False)


def either_way(text: str) -> str:
    """Return plain text for a part that some readers take for HTML and some for text, as RSS titles are.

    It is left as it is where both read the same. What HTML would take for markup is escaped: a reader that shows plain
    text then shows "&lt;" for "<", and none runs anything.
    """
    return as_html(text) if _MARKUP.search(text) else text

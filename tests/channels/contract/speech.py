"""Whether the words that an adapter gives can be shown to people."""

import re
from dataclasses import fields

from channels.contract import ChannelError, Finding, Piece, Rendition, Service, Severity
from channels.words import Words

VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
OF_A_PIECE = frozenset(one.name for one in fields(Piece)) | {f"service.{one.name}" for one in fields(Service)}
PLACES = OF_A_PIECE | {"settings"}
"""What a finding may point at."""


def assert_sentence(words: Words) -> None:
    """The words are Vietnamese, their places are all filled in, and they fit on a line."""
    assert isinstance(words, Words)
    said = str(words)
    assert VIETNAMESE.search(words.text), f"not Vietnamese: {words.text!r}"
    assert "%(" not in words.text or words.values, f"nothing fills in {words.text!r}"
    assert said == said.strip()
    assert "\n" not in words.text


def assert_finding(finding: Finding) -> None:
    """The finding says where, what is wrong and what to do."""
    assert isinstance(finding.severity, Severity)
    assert finding.field in PLACES, finding.field
    assert_sentence(finding.message)
    assert_sentence(finding.remedy)
    assert str(finding.message).strip()
    assert str(finding.remedy).strip()


def assert_error(error: ChannelError) -> None:
    """The error tells people something."""
    assert_sentence(error.words)
    assert error.retry_after is None or error.retry_after >= 0


def texts(value: object) -> list[str]:
    """Every text inside plain JSON, keys too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return []


def all_texts(rendition: Rendition) -> list[str]:
    """Every text that the rendition carries, in its document and in its files."""
    files = [file.data.decode() for file in rendition.files if file.mime.startswith(("text/", "application/json"))]
    return [*texts(dict(rendition.document)), *files]

"""Sentences that a column keeps, put into the reader's language."""

from collections.abc import Mapping
from typing import Any

from channels.words import Words
from cms.web.output.language import say


def told(column: Mapping[str, Any]) -> str:
    """Return the sentence of a ``{"text", "values"}`` column; empty if there is none."""
    if not isinstance(column, Mapping) or not column.get("text"):
        return ""
    values = column.get("values")
    return say(Words(str(column["text"]), dict(values) if isinstance(values, Mapping) else {}))

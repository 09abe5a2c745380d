"""How much one text may hold, so that reading it always ends soon. News is far below."""

from dataclasses import dataclass, field

from channels.document.model import Excess, Note

CHARACTERS = 100_000
BLOCKS = 3_000
"""Paragraphs, headings, items, quotations, rules."""
CELLS = 2_000
MARKS = 20_000
"""Pieces that a text falls into by its signs: emphasis, links, line ends, brackets."""
DEPTH = 10
"""Lists and quotations inside one another; emphasis and links inside one another."""
LIMITS = {"characters": CHARACTERS, "blocks": BLOCKS, "cells": CELLS, "marks": MARKS, "depth": DEPTH}


class TooMuchError(Exception):
    """A text is beyond a bound."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.excess = Excess(name, LIMITS[name])


@dataclass(slots=True)
class Sheet:
    """What is kept while one text is read: the source, the addresses it defines, counts against the bounds, notes."""

    source: str
    references: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, more: int = 1) -> None:
        """Count ``more`` of something. Raises ``TooMuchError`` beyond its bound."""
        self.counts[name] = self.counts.get(name, 0) + more
        if self.counts[name] > LIMITS[name]:
            raise TooMuchError(name)

    def deep(self, depth: int) -> None:
        """Raise ``TooMuchError`` if ``depth`` is beyond the bound."""
        if depth > DEPTH:
            raise TooMuchError("depth")

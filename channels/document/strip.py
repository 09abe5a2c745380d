"""The words of one block, its lines joined, knowing where each line stands in the source."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strip:
    """``text`` has the lines without the space around them, "\\n" between; ``starts`` are offsets of lines in it,
    ``origins`` those in the source.
    """

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def at(self, offset: int) -> int:
        """Return the offset in the source of the character at ``offset``."""
        line = bisect_right(self.starts, offset) - 1
        return self.origins[line] + offset - self.starts[line]

    def end(self, offset: int) -> int:
        """Return the offset in the source after the character before ``offset``."""
        return self.at(offset - 1) + 1 if offset else self.at(0)


def strip(source: str, lines: Sequence[tuple[int, int]]) -> Strip:
    """Return the words of ``lines`` (offsets of the source)."""
    parts, starts, origins = [], [], []
    length = 0
    for start, end in lines:
        piece = source[start:end].lstrip()
        origin = end - len(piece)
        piece = piece.rstrip()
        parts.append(piece)
        starts.append(length)
        origins.append(origin)
        length += len(piece) + 1
    return Strip("\n".join(parts), tuple(starts), tuple(origins))

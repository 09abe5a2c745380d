"""Making the edits that a finding offers."""

from collections.abc import Sequence

from channels.contract import Edit


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Return ``text`` with every edit made. Raises ``ValueError`` where the text is no longer what the edit expects."""
    parts: list[str] = []
    here = 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if edit.start < here or edit.end != edit.start + len(edit.old) or not text.startswith(edit.old, edit.start):
            raise ValueError(f"the text at {edit.start} is not what it was")
        parts += (text[here : edit.start], edit.new)
        here = edit.end
    return "".join((*parts, text[here:]))


def whole(old: str, new: str) -> tuple[Edit, ...]:
    """Return the one edit that makes ``new`` of the whole of ``old``, no larger than it has to be."""
    start = _shared(old, new)
    tail = _shared(old[start:][::-1], new[start:][::-1])
    end = len(old) - tail
    return (Edit(start, end, old[start:end], new[start : len(new) - tail]),) if old != new else ()


def _shared(one: str, other: str) -> int:
    """Return how many characters both start with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))

"""Sentences for people, written once in Vietnamese and translated only where they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:
    """Mark ``text`` for the message catalogues; it is translated later, where a language is known."""
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """A Vietnamese sentence with named places, e.g. ``Words(N_("Tiêu đề dài %(n)s ký tự"), {"n": 151})``.

    ``str()`` gives the Vietnamese sentence. A caller that knows the reader's language translates ``text`` first
    and then fills in ``values``.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text

"""What a text is made of. Every part knows its place: ``start`` and ``end`` are half-open offsets of the source."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a stretch of words is set apart."""

    STRONG = "strong"
    EMPHASIS = "emphasis"
    STRIKE = "strike"
    UNDERLINE = "underline"


@dataclass(frozen=True, slots=True)
class Text:
    """Words. If ``text`` is as long as its stretch of the source, each character stands at its own offset there."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Code:
    """Words between backticks, as typed."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line within a block: a line end as typed, or ``<br>``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """Inlines that are set apart."""

    mark: Mark
    inside: "tuple[Inline, ...]"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere. ``url`` is "" where the address is not one that a reader may be sent to."""

    url: str
    title: str
    inside: "tuple[Inline, ...]"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture within the text."""

    url: str
    alt: str
    title: str
    start: int
    end: int


Inline = Text | Code | Break | Span | Link | Picture


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; its lines stay lines."""

    inside: tuple[Inline, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, ``level`` 1 to 6 as typed."""

    level: int
    inside: tuple[Inline, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation."""

    blocks: "tuple[Block, ...]"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item of a list. ``number`` is the one that was typed, None in a list without numbers."""

    number: int | None
    blocks: "tuple[Block, ...]"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    ordered: bool
    items: tuple[ListItem, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    inside: tuple[Inline, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Rows have as many cells as were typed; ``head`` names the columns."""

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Lines between two fences of backticks, as typed; each ``Text`` is one line."""

    lines: tuple[Text, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page: three or more "-", "*", "_" or "=" and nothing else."""

    start: int
    end: int


Block = Paragraph | Heading | Quote | Listing | Table | Preformatted | Rule


class NoteKind(StrEnum):
    """What the reader of a text noticed, for the writer to decide."""

    COMMENT = "comment"
    UNSEEN = "unseen"
    ELEMENT = "element"
    NO_SCHEME = "no_scheme"
    BAD_ADDRESS = "bad_address"
    BROKEN_LINK = "broken_link"
    MISSING_REFERENCE = "missing_reference"
    FOOTNOTE = "footnote"
    STRUCK = "struck"
    MINUS = "minus"
    UNDERLINED = "underlined"
    LONE_TAG = "lone_tag"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing noticed at ``start`` to ``end``; ``value`` is what it is about: an address, words."""

    kind: NoteKind
    start: int
    end: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Excess:
    """The bound that a text is beyond: ``name`` of ``limits.LIMITS`` and its value."""

    name: str
    limit: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its tree. Beyond a bound (``excess``) nothing is recognised: the blocks are the text as typed."""

    source: str
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()
    excess: Excess | None = None

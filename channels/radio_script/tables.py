"""A table read aloud is a list of words; here it is put into sentences that can be said."""

from collections.abc import Iterator, Sequence

from channels.contract import Edit, Finding, Fix, Piece, Severity
from channels.document import Block, Cell, Listing, ListItem, Quote, Table, read
from channels.words import N_, Words


def findings(piece: Piece) -> Iterator[Finding]:
    """Yield one finding for all tables of the body, with the click that puts them into sentences for this channel."""
    document = read(piece.body)
    made = [_edit(document.source, table) for table in _tables(document.blocks)]
    if made:
        example = next((line for line in made[0].new.split("\n") if line), "")
        message = Words(N_("Bảng đọc lên chỉ còn là những chữ rời, người nghe khó hiểu."))
        remedy = Words(N_("Hãy viết bảng thành câu, ví dụ: “%(text)s”"), {"text": example})
        fix = Fix(Words(N_("Viết bảng thành câu cho loa")), "body", tuple(made), own=True)
        yield Finding(Severity.WARNING, "body", message, remedy, (fix,))


def _tables(blocks: Sequence[Block | ListItem]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Table) and block.rows:
            yield block
        elif isinstance(block, Listing):
            yield from _tables(block.items)
        elif isinstance(block, Quote | ListItem):
            yield from _tables(block.blocks)


def _edit(source: str, table: Table) -> Edit:
    head = [_typed(source, cell) for cell in table.head]
    rows = (_sentence(head, [_typed(source, cell) for cell in row]) for row in table.rows)
    return Edit(table.start, table.end, source[table.start : table.end], "\n".join(row for row in rows if row))


def _typed(source: str, cell: Cell) -> str:
    return source[cell.start : cell.end].strip()


def _sentence(head: Sequence[str], row: Sequence[str]) -> str:
    """Say a row: with two columns "a: b.", with more each cell after the name of its column."""
    names = [*head, *[""] * len(row)] if len(head) > 2 else [""] * len(row)
    first, *rest = row
    said = "; ".join(f"{_inside(name)} {cell}".strip() for name, cell in zip(names[1:], rest, strict=False) if cell)
    text = ": ".join(part for part in (first, said) if part)
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text.rstrip(';,:')}."


def _inside(name: str) -> str:
    """The name of a column within a sentence: a capital only where the word is written in capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]

"""From lines to blocks inside one another."""

from collections.abc import Callable

from channels.document import lines as marks
from channels.document.inlines import inlines
from channels.document.limits import Sheet
from channels.document.lines import Lines, Marker, SourceLine
from channels.document.model import (
    Block,
    Cell,
    Heading,
    Listing,
    ListItem,
    Note,
    NoteKind,
    Paragraph,
    Preformatted,
    Quote,
    Rule,
    Table,
    Text,
)
from channels.document.strip import strip

_INDENT = 2
"""Columns by which a line belongs to the item above it."""


def blocks(sheet: Sheet, lines: Lines, depth: int = 0) -> tuple[Block, ...]:
    """Return the blocks of ``lines`` (offsets of the source). Raises ``TooMuchError`` beyond a bound."""
    sheet.deep(depth)
    made: list[Block] = []
    at = 0
    while at < len(lines):
        here = lines[at]
        if not here.text:
            at += 1
            continue
        sheet.count("blocks")
        for reader in _READERS:
            block, after = reader(sheet, lines, at, here, depth)
            if after > at:
                made += [block] if block else []
                at = after
                break
    return tuple(made)


Found = tuple[Block | None, int]
"""A block and the line after it; the line itself if there is no such block."""


def _rule(sheet: Sheet, lines: Lines, at: int, here: SourceLine, _depth: int) -> Found:
    if not marks.is_rule(here.text):
        return None, at
    above = lines[at - 1] if at else None
    if above and above.text and here.text[0] in "-=" and not marks.marker(above.text):
        sheet.notes.append(Note(NoteKind.UNDERLINED, above.start, here.end, above.text))
    return Rule(here.start, here.end), at + 1


def _heading(sheet: Sheet, _lines: Lines, at: int, here: SourceLine, _depth: int) -> Found:
    found = marks.heading(here.text)
    if found is None:
        return None, at
    level, start, end = found
    inside = inlines(sheet, strip(sheet.source, [(here.start + start, here.start + end)]))
    return Heading(level, inside, here.start, here.end), at + 1


def _fenced(sheet: Sheet, lines: Lines, at: int, here: SourceLine, _depth: int) -> Found:
    size = marks.fence(here.text)
    if not size:
        return None, at
    end = lines.closing_fence(at, size)
    if not end:
        return None, at
    kept = tuple(Text(sheet.source[a:b], a, b) for a, b in lines.places[at + 1 : end])
    sheet.count("blocks", len(kept))
    return Preformatted(kept, here.start, lines[end].end), end + 1


def _quote(sheet: Sheet, lines: Lines, at: int, here: SourceLine, depth: int) -> Found:
    if not marks.quote(here.text):
        return None, at
    inner: list[tuple[int, int]] = []
    end = at
    while end < len(lines):
        each = lines[end]
        width = marks.quote(each.text) or (1 if each.text == ">" else 0)
        if not width and (not each.text or begins_block(lines, end)):
            break
        inner.append((each.start + width, each.end))
        end += 1
    return Quote(blocks(sheet, Lines(sheet.source, inner), depth + 1), here.start, lines[end - 1].end), end


def _table(sheet: Sheet, lines: Lines, at: int, here: SourceLine, _depth: int) -> Found:
    if not marks.begins_table(lines, at):
        return None, at
    end = at + 2
    while end < len(lines) and "|" in (text := lines[end].text) and not marks.is_rule(text):
        end += 1
    head, *rows = (_row(sheet, each) for each in (here, *lines.each[at + 2 : end]))
    return Table(head, tuple(rows), here.start, lines[end - 1].end), end


def _row(sheet: Sheet, row: SourceLine) -> tuple[Cell, ...]:
    places = [(row.start + start, row.start + end) for start, end in marks.cells(row.text)]
    sheet.count("cells", len(places))
    return tuple(Cell(inlines(sheet, strip(sheet.source, [place])), *place) for place in places)


def _list(sheet: Sheet, lines: Lines, at: int, here: SourceLine, depth: int) -> Found:
    first = marks.begins_list(lines, at)
    if first is None:
        return None, at
    items: list[ListItem] = []
    end = at
    while (found := _item_at(lines, end, here.indent, items[-1].number if items else first.number)) is not None:
        sheet.count("blocks")
        begun, sign = found
        end = _item_end(lines, begun, here.indent)
        items.append(_item(sheet, lines, begun, end, sign, depth))
    made = Listing(first.number is not None, tuple(items), here.start, lines[end - 1].end)
    _note_list(sheet, made)
    return made, end


def _item_at(lines: Lines, at: int, indent: int, last: int | None) -> tuple[int, Marker] | None:
    """Return the line of the list's next item, and its sign. After an empty line a number has to go on counting."""
    begun = at
    while at < len(lines) and not lines[at].text:
        at += 1
    if at >= len(lines) or lines[at].indent >= indent + _INDENT or marks.is_rule(lines[at].text):
        return None
    sign = marks.marker(lines[at].text)
    if sign is None or (sign.number is None) != (last is None):
        return None
    counts_on = last is None or sign.number == last + 1
    return (at, sign) if at == begun or counts_on else None


def _item_end(lines: Lines, at: int, indent: int) -> int:
    """Return the line after an item: its own lines are indented, or follow its words at once."""
    end = last = at + 1
    while end < len(lines):
        each = lines[end]
        after_gap = end > last
        if each.text:
            inside = each.indent >= indent + _INDENT
            if not inside and (after_gap or marks.marker(each.text) or begins_block(lines, end)):
                break
            last = end + 1
        end += 1
    return last


def _item(sheet: Sheet, lines: Lines, at: int, end: int, sign: Marker, depth: int) -> ListItem:
    head, places = lines[at], lines.places[at + 1 : end]
    rest = lines.each[at + 1 : end]
    step = min((each.indent for each in rest if each.text and each.indent >= _INDENT), default=0)
    inner = [(head.start + sign.width, head.end)]
    inner += [(_indented(sheet.source, place, step), place[1]) for place in places]
    within = blocks(sheet, Lines(sheet.source, inner), depth + 1)
    return ListItem(sign.number, within, head.start, lines[end - 1].end)


def _indented(source: str, place: tuple[int, int], columns: int) -> int:
    """Return where a line starts after ``columns`` of its space."""
    start, end = place
    while columns > 0 and start < end and source[start] in " \t":
        columns -= 4 if source[start] == "\t" else 1
        start += 1
    return start


def _note_list(sheet: Sheet, made: Listing) -> None:
    """Note bullets that may be minus signs."""
    for item in made.items if not made.ordered else ():
        words = sheet.source[item.start + 1 : item.end].lstrip()
        if words[:1].isdigit() and marks.is_degree(words):
            sheet.notes.append(Note(NoteKind.MINUS, item.start, item.end, sheet.source[item.start] + words))


def _paragraph(sheet: Sheet, lines: Lines, at: int, here: SourceLine, _depth: int) -> Found:
    end = at + 1
    while end < len(lines) and lines[end].text and not begins_block(lines, end):
        end += 1
    inside = inlines(sheet, strip(sheet.source, lines.places[at:end]))
    return (Paragraph(inside, here.start, lines[end - 1].end) if inside else None), end


def begins_block(lines: Lines, at: int) -> bool:
    """Tell whether line ``at`` begins something other than more words of the paragraph above it."""
    text = lines[at].text
    return (
        marks.is_rule(text)
        or marks.heading(text) is not None
        or marks.quote(text) > 0
        or marks.begins_list(lines, at) is not None
        or marks.begins_table(lines, at)
        or marks.fence(text) > 0
    )


_READERS: tuple[Callable[[Sheet, Lines, int, SourceLine, int], Found], ...] = (
    _rule,
    _heading,
    _fenced,
    _quote,
    _table,
    _list,
    _paragraph,
)

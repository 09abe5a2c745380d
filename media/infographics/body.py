"""The body of an infographic: which blocks share a row, a grid or a card."""

from collections.abc import Sequence

from media.infographics.parts import Figure, Look, Part, PartRow, Procedure, Saying, WideFigure
from media.infographics.spec import Block, Fact, Number, ProcessStep


def parts(blocks: Sequence[Block], width: int, look: Look) -> list[Part]:
    """Return the body of an infographic from top to bottom: neighbours of one kind share a row, a grid or a card."""
    found: list[Part] = []
    gap = look.px(24)
    for start, group in _groups(blocks):
        places = [f"blocks.{start + number}" for number in range(len(group))]
        if isinstance(group[0], ProcessStep):
            found.append(Procedure([block for block in group if isinstance(block, ProcessStep)], width, look, places))
            continue
        columns = _columns(group, width, look)
        for first in range(0, len(group), columns):
            row = list(zip(group[first : first + columns], places[first : first + columns], strict=True))
            each = (width - gap * (len(row) - 1)) // len(row)
            found.append(
                PartRow([_single(block, each, look, where, alone=len(row) == 1) for block, where in row], width, gap)
            )
    return found


def _single(block: Block, width: int, look: Look, where: str, *, alone: bool) -> Part:
    if isinstance(block, Number):
        return WideFigure(block, width, look, where) if alone else Figure(block, width, look, where)
    if isinstance(block, Fact):
        return Saying(block, width, look, where)
    raise TypeError(block)


def _columns(group: Sequence[Block], width: int, look: Look) -> int:
    """Return how many of a group stand side by side: figures three (four make two rows), short facts two."""
    if isinstance(group[0], Number):
        return 2 if len(group) in (2, 4) else min(3, len(group))
    short = all(isinstance(block, Fact) and not block.detail and len(block.text) <= 34 for block in group)
    return 2 if short and len(group) >= 4 and width >= look.px(900) else 1


def _groups(blocks: Sequence[Block]) -> list[tuple[int, list[Block]]]:
    groups: list[tuple[int, list[Block]]] = []
    for index, block in enumerate(blocks):
        if groups and groups[-1][1][0].kind == block.kind and groups[-1][0] + len(groups[-1][1]) == index:
            groups[-1][1].append(block)
        else:
            groups.append((index, [block]))
    return [(start, group) for start, group in groups if group[0].kind != "contact"]

"""From what the scanner found, in order, to inlines inside one another."""

from dataclasses import dataclass, field

from channels.document.emphasis import TAGS, Run
from channels.document.limits import Sheet
from channels.document.model import Break, Inline, Link, Mark, Note, NoteKind, Span, Text
from channels.document.strip import Strip


@dataclass(frozen=True, slots=True)
class Placed:
    """Words as they stand: a stretch of the strip."""

    start: int
    end: int


@dataclass(slots=True)
class Bracket:
    """An opening bracket; once it turns out to be a link, ``url`` is its address. Offsets of the strip."""

    start: int
    end: int
    is_picture: bool
    token: int
    runs: int
    url: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a link."""

    bracket: Bracket
    end: int


Token = Inline | Placed | Run | Bracket | Closed


@dataclass(slots=True)
class _Frame:
    """Something open: its inlines so far, and what it will be."""

    start: int
    mark: Mark | None = None
    link: Bracket | None = None
    inside: list[Inline] = field(default_factory=list)


def tree(sheet: Sheet, strip: Strip, tokens: list[Token]) -> tuple[Inline, ...]:
    """Return the inlines that ``tokens`` make."""
    made = _Maker(sheet, strip)
    for token in tokens:
        made.add(token)
    return made.finished()


class _Maker:
    def __init__(self, sheet: Sheet, strip: Strip) -> None:
        self.sheet, self.strip = sheet, strip
        self.frames = [_Frame(0)]
        self.words: tuple[int, int] | None = None

    def add(self, token: Token) -> None:
        if isinstance(token, Placed):
            self._words(token.start, token.end)
        elif isinstance(token, Run):
            self._run(token)
        elif isinstance(token, Bracket):
            self._bracket(token)
        elif isinstance(token, Closed):
            self._linked(token)
        else:
            self._leaf(token)

    def finished(self) -> tuple[Inline, ...]:
        self._flush()
        inside = self.frames[0].inside
        while inside and isinstance(inside[-1], Break):
            inside.pop()
        first = next((n for n, one in enumerate(inside) if not isinstance(one, Break)), 0)
        return tuple(inside[first:])

    def _words(self, start: int, end: int) -> None:
        if start == end:
            return
        if self.words and self.words[1] == start:
            self.words = (self.words[0], end)
        else:
            self._flush()
            self.words = (start, end)

    def _flush(self, *, before_break: bool = False) -> None:
        if self.words is None:
            return
        start, end = self.words
        self.words = None
        text = self.strip.text[start:end]
        text = text.rstrip(" \t") if before_break else text
        if text:
            at = self.strip.at(start)
            self.frames[-1].inside.append(Text(text, at, at + len(text)))

    def _leaf(self, leaf: Inline) -> None:
        self._flush(before_break=isinstance(leaf, Break))
        if isinstance(leaf, Link) and any(frame.link for frame in self.frames):
            self.frames[-1].inside += leaf.inside
        else:
            self.frames[-1].inside.append(leaf)

    def _open(self, frame: _Frame) -> None:
        self._flush()
        self.frames.append(frame)
        self.sheet.deep(len(self.frames) - 1)

    def _run(self, run: Run) -> None:
        at = run.start
        whole = run.end - run.start if run.sign in TAGS else 0
        for mark, size in run.closes:
            at += whole or size
            self._marked(mark, at)
        if run.left:
            if whole:
                self.sheet.notes.append(Note(NoteKind.LONE_TAG, self.strip.at(run.start), self.strip.end(run.end)))
            self._words(at, at + (whole or run.left))
            at += whole or run.left
        for mark, size in reversed(run.opens):
            self._open(_Frame(at, mark=mark))
            at += whole or size

    def _marked(self, mark: Mark, end: int) -> None:
        self._flush()
        frame = self.frames.pop()
        place = self.strip.at(frame.start), self.strip.end(end)
        self.frames[-1].inside.append(Span(mark, tuple(frame.inside), *place))
        if mark is Mark.STRIKE and frame.inside:
            inner = self.sheet.source[frame.inside[0].start : frame.inside[-1].end]
            self.sheet.notes.append(Note(NoteKind.STRUCK, *place, inner))

    def _bracket(self, bracket: Bracket) -> None:
        if bracket.url is None:
            self._words(bracket.start, bracket.end)
        else:
            self._open(_Frame(bracket.start, link=bracket))

    def _linked(self, closed: Closed) -> None:
        self._flush()
        frame = self.frames.pop()
        bracket = closed.bracket
        place = self.strip.at(frame.start), self.strip.end(closed.end)
        words = tuple(frame.inside) or _address_itself(bracket.url or "", place)
        self.frames[-1].inside.append(Link(bracket.url or "", bracket.title, words, *place))


def _address_itself(url: str, place: tuple[int, int]) -> tuple[Text, ...]:
    """What a link without words says."""
    shown = url.removeprefix("mailto:").removeprefix("tel:")
    return (Text(shown, *place),) if shown else ()

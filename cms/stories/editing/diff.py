"""What changed between two contents: field by field, word by word. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from channels.contract import StoryKind
from channels.words import N_, Words
from cms.stories.editing.content import FIELD_NAMES, Content, PictureUse, VariantText

MOST_PAIRS = 4_000_000
"""Words before times words after that are compared; a larger replaced passage is shown whole on both sides."""


REWRITTEN = 0.3
"""Share of words kept below which a passage counts as written anew and is shown whole on both sides."""


class Change(StrEnum):
    """What happened to a run of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """Some words in a row with one fate."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field that differs. ``name`` is for people; ``runs`` joined without the added ones give the old text."""

    field: str
    name: Words
    runs: tuple[Run, ...]


KIND_NAMES = {
    StoryKind.ARTICLE: N_("Bài viết"),
    StoryKind.INFOGRAPHIC: N_("Infographic"),
    StoryKind.NOTICE: N_("Thông tin ngắn"),
    StoryKind.SLOGAN: N_("Khẩu hiệu"),
}
_PART_NAMES = {"title": N_("tiêu đề"), "summary": N_("sapo"), "body": N_("nội dung")}
_SERVICE_NAMES = {
    "name": N_("Tên dịch vụ"),
    "address": N_("Địa chỉ trên mạng"),
    "hotline": N_("Đường dây nóng"),
    "place": N_("Nơi tiếp nhận"),
}


def words(old: str, new: str) -> tuple[Run, ...]:
    """Return the runs that lead from ``old`` to ``new``: first by paragraph, then by word inside changed ones."""
    runs: list[Run] = []
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            _add(runs, Change.SAME, "".join(before[a:b]))
        else:
            _add_words(runs, "".join(before[a:b]), "".join(after[c:d]))
    return tuple(runs)


def lines(old: str, new: str) -> tuple[Run, ...]:
    """Return the runs that lead from ``old`` to ``new`` line by line: half a name is none."""
    runs: list[Run] = []
    before, after = old.splitlines(), new.splitlines()
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        same = tag == "equal"
        _add(runs, Change.SAME if same else Change.REMOVED, "".join(f"{line}\n" for line in before[a:b]))
        if not same:
            _add(runs, Change.ADDED, "".join(f"{line}\n" for line in after[c:d]))
    return tuple(runs)


def contents(
    old: Content,
    new: Content,
    labels: Mapping[str, Words] | None = None,
    terms: Mapping[tuple[str, str], str] | None = None,
) -> tuple[FieldDiff, ...]:
    """Return the fields that differ, in the editor's order.

    ``labels`` name channel kinds for their variants, ``terms`` the words of the vocabulary by (kind, code).
    """
    before, after = _texts(old, terms or {}), _texts(new, terms or {})
    order = [field for field, _text in (*_fields(new, {}), *_fields(old, {}))]
    return tuple(
        FieldDiff(field, _name(field, labels or {}), _compared(field, before.get(field, ""), after.get(field, "")))
        for field in dict.fromkeys(order)
        if before.get(field, "") != after.get(field, "")
    )


def _compared(field: str, old: str, new: str) -> tuple[Run, ...]:
    return lines(old, new) if field in _NAMES else words(old, new)


_NAMES = frozenset({"kind", "column", "language", "topics", "audiences", "documents", "cover", "pictures"})


def _add_words(runs: list[Run], old: str, new: str) -> None:
    before, after = _split(old), _split(new)
    if len(before) * len(after) > MOST_PAIRS:
        _replace(runs, old, new)
        return
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    kept = sum(_words(before[a:b]) for tag, a, b, _c, _d in steps if tag == "equal")
    if kept < REWRITTEN * min(_words(before), _words(after)):
        _replace(runs, old, new)
        return
    gone, come = "", ""
    for tag, a, b, c, d in steps:
        # A blank or a comma between two changes belongs to them: whole phrases read better than single words.
        if tag == "equal" and (_words(before[a:b]) or not (gone or come)):
            _replace(runs, gone, come)
            _add(runs, Change.SAME, "".join(before[a:b]))
            gone, come = "", ""
        else:
            gone, come = gone + "".join(before[a:b]), come + "".join(after[c:d])
    _replace(runs, gone, come)


def _replace(runs: list[Run], old: str, new: str) -> None:
    """Add a change, without the blanks and marks that both sides end with."""
    tail = 0
    while tail < min(len(old), len(new)) and old[-tail - 1] == new[-tail - 1] and not old[-tail - 1].isalnum():
        tail += 1
    _add(runs, Change.REMOVED, old[: len(old) - tail])
    _add(runs, Change.ADDED, new[: len(new) - tail])
    _add(runs, Change.SAME, old[len(old) - tail :])


def _words(tokens: Sequence[str]) -> int:
    return sum(token[0].isalnum() for token in tokens)


def _split(text: str) -> Sequence[str]:
    """Words, and what stands between them."""
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _add(runs: list[Run], change: Change, text: str) -> None:
    if not text:
        return
    if runs and runs[-1].change is change:
        runs[-1] = Run(change, runs[-1].text + text)
    else:
        runs.append(Run(change, text))


def _texts(content: Content, terms: Mapping[tuple[str, str], str]) -> dict[str, str]:
    return dict(_fields(content, terms))


def _fields(content: Content, terms: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    """The content as one text a field, in the editor's order."""
    yield "kind", KIND_NAMES[content.kind]
    yield "title", content.title
    yield "summary", content.summary
    yield "body", content.body
    yield "byline", content.byline
    yield "column", terms.get(("column", content.column), content.column)
    yield "language", content.language
    for field, kind in (("topics", "topic"), ("audiences", "audience"), ("documents", "document")):
        yield field, "\n".join(terms.get((kind, code), code) for code in getattr(content, field))
    for field in _SERVICE_NAMES:
        yield f"service.{field}", getattr(content.service, field)
    yield "cover", _picture(content.cover)
    yield "pictures", "\n".join(_picture(use) for use in content.pictures)
    yield "infographic", _infographic(content.infographic)
    for kind, variant in sorted(content.variants.items()):
        yield from _variant(kind, variant)


def _variant(kind: str, variant: VariantText) -> Iterator[tuple[str, str]]:
    for part in _PART_NAMES:
        yield f"variants.{kind}.{part}", getattr(variant, part)


def _picture(use: PictureUse | None) -> str:
    if use is None:
        return ""
    told = "ảnh trang trí" if use.decorative else use.alt
    return " · ".join(part for part in (told, use.caption, use.sha256[:8]) if part)


def _infographic(drawing: Mapping[str, object] | None) -> str:
    """The texts of an infographic's description, one a line, in its order."""
    return "\n".join(_leaves(drawing)) if drawing else ""


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _leaves(inner)
    elif value not in (None, ""):
        yield str(value)


def _name(field: str, labels: Mapping[str, Words]) -> Words:
    head, _, rest = field.partition(".")
    if head == "service":
        return Words(_SERVICE_NAMES[rest])
    if head == "variants":
        kind, _, part = rest.partition(".")
        label = labels.get(kind, Words(kind))
        return Words(N_("%(channel)s: %(part)s"), {"channel": label, "part": Words(_PART_NAMES[part])})
    return Words(FIELD_NAMES[head])

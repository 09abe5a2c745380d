"""The editor's form and the content of a story, turned into one another.

Every control is named after what it fills, with dots and numbers for what lies inside: ``title``, ``service.hotline``,
``variants.zalo_oa.title``, ``pictures.0.alt``, ``infographic.blocks.2.text``. Findings of channels point at the same
names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from channels.contract import StoryKind
from cms.stories.editing.content import Content, ServiceFields
from cms.stories.editing.working_copies import Tab

LISTS = ("topics", "audiences", "documents")
LINES = ("kind", "title", "summary", "body", "byline", "column", "language")
DRAWING_LINES = ("title", "subtitle", "kicker", "source", "palette", "link")
MOST_ITEMS = 100
"""Pictures or blocks that are read from one form; the content allows fewer."""

BLOCK_FIELDS: Mapping[str, tuple[str, ...]] = {
    "number": ("value", "label", "detail"),
    "step": ("text", "detail"),
    "fact": ("icon", "text", "detail"),
    "contact": ("icon", "label", "value"),
}
"""What each kind of block of an infographic has, in the order of the form."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed, not judged yet. ``content`` is plain data for ``content.parse`` and the working copy."""

    content: dict[str, Any]
    unit_id: int | None
    base_id: int | None
    planned_for: str
    tab: Tab

    @property
    def kept(self) -> dict[str, Any]:
        """What a working copy holds: the content and the day, which is not part of the content."""
        return {**self.content, "planned_for": self.planned_for}


def read(form: MultiDict[str, str]) -> Typed:
    """Read the form as it is; nothing typed is refused or lost here."""
    tree = _nested(form)
    content: dict[str, Any] = {name: _text(tree.get(name)) for name in LINES}
    content["kind"] = content["kind"] or StoryKind.ARTICLE.value
    content["language"] = content["language"] or "vi"
    for name in LISTS:
        content[name] = list(dict.fromkeys(form.getlist(name)))
    content["service"] = {name: _text(_of(tree, "service").get(name)) for name in ServiceFields.model_fields}
    content["variants"] = _variants(_of(tree, "variants"))
    content["cover"] = _picture(_of(tree, "cover"))
    content["pictures"] = [found for item in _items(tree.get("pictures")) if (found := _picture(item))]
    content["infographic"] = _infographic(_of(tree, "infographic"))
    return Typed(
        content,
        _number(form.get("unit")),
        _number(form.get("base")),
        form.get("planned_for", "").strip(),
        Tab.read(form.get("tab", ""), form.get("continues", "")),
    )


def shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain content data with every name that the page asks for, whatever version it was kept by."""
    empty = Content().model_dump(mode="json")
    known = {name: value for name, value in data.items() if name in empty and value is not None}
    full = {**empty, **known}
    full["service"] = {**empty["service"], **known.get("service", {})}
    return full


def opened_copy(kept: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Take a working copy apart: the content, and the day if the copy says one."""
    content = {name: value for name, value in kept.items() if name != "planned_for"}
    return content, kept.get("planned_for")


def _variants(tree: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found = {}
    for kind, fields in tree.items():
        texts = {part: _text(_branch(fields).get(part)) for part in ("title", "summary", "body")}
        if any(text.strip() for text in texts.values()):
            found[kind] = texts
    return found


def _picture(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    if not _text(fields.get("sha256")):
        return None
    texts = {name: _text(fields.get(name)) for name in ("sha256", "alt", "caption")}
    return {**texts, "decorative": bool(fields.get("decorative"))}


def _infographic(tree: Mapping[str, Any]) -> dict[str, Any] | None:
    """The description as ``media.infographics.spec`` reads it; None if nothing was filled in. Empty blocks fall out."""
    blocks = [found for item in _items(tree.get("blocks")) if (found := _block(item))]
    texts = {
        name: _text(tree.get(name)).strip() for name in ("title", "subtitle", "kicker", "source", "palette", "link")
    }
    given = {name: text for name, text in texts.items() if text}
    if not blocks and set(given) <= {"palette"}:
        return None
    return {**given, "blocks": blocks}


def _block(fields: Mapping[str, Any]) -> dict[str, str] | None:
    kind = _text(fields.get("kind"))
    names = BLOCK_FIELDS.get(kind, ())
    filled = {name: text for name in names if (text := _text(fields.get(name)).strip())}
    return {"kind": kind, **filled} if set(filled) - {"icon"} else None


def _nested(form: MultiDict[str, str]) -> dict[str, Any]:
    """Dotted names as a tree of dictionaries; of names given more than once the first value."""
    tree: dict[str, Any] = {}
    for name, value in form.items():
        *path, last = name.split(".")
        here = tree
        for step in path[:4]:
            inner = here.setdefault(step, {})
            if not isinstance(inner, dict):
                break
            here = inner
        else:
            here.setdefault(last, value)
    return tree


def _items(tree: object) -> list[Mapping[str, Any]]:
    """The numbered branches of a tree in the order of their numbers, with gaps closed."""
    numbered = sorted((int(key), item) for key, item in _branch(tree).items() if key.isdecimal() and len(key) < 6)
    return [_branch(item) for _number, item in numbered[:MOST_ITEMS]]


def _of(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _branch(tree.get(name))


def _branch(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None

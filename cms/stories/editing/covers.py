"""The cover of an infographic story, drawn from its blocks."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from channels.contract import StoryKind
from channels.words import N_, Words
from cms.core.permissions import Actor
from cms.core.refusal import Invalid
from cms.stories.editing import pictures
from cms.stories.editing.content import Content, PictureUse
from cms.stories.editing.pictures import KeptPicture
from media.errors import BadInfographic, DoesNotFit
from media.infographics import infographic, spec
from media.pictures.pictures import CleanPicture, PictureInfo
from media.storage.store import Store

LONGEST_ALT = 300
_PLACES = {
    "title": N_("tiêu đề hình"),
    "subtitle": N_("dòng dưới tiêu đề"),
    "kicker": N_("dòng trên tiêu đề"),
    "blocks": N_("các ô"),
    "source": N_("nguồn"),
    "palette": N_("màu"),
    "link": N_("địa chỉ cho mã QR"),
    "value": N_("số hoặc liên hệ"),
    "label": N_("nhãn"),
    "text": N_("nội dung"),
    "detail": N_("chi tiết"),
    "icon": N_("biểu tượng"),
}


def wanted(content: Content) -> bool:
    """Whether the cover is to be drawn: an infographic with blocks; without blocks the uploaded picture stands."""
    return content.kind is StoryKind.INFOGRAPHIC and bool(content.infographic and content.infographic.get("blocks"))


def drawing(content: Content) -> CleanPicture:
    """Return the drawn picture, kept for the same blocks; raise ``Invalid`` naming the block in the way."""
    try:
        return _drawn(json.dumps(_spec(content), ensure_ascii=False, sort_keys=True))
    except BadInfographic as error:
        problem, place = error.values["problem"], place_of(str(error.values["where"]))
        raise Invalid(
            N_("Infographic, %(place)s: %(problem)s."), field="infographic", place=place, problem=problem
        ) from error
    except DoesNotFit as error:
        raise pictures.refused(error, "infographic") from error


def alt_of(content: Content) -> str:
    """The alternative text of the drawing: everything that is written on it."""
    told = ". ".join(text.rstrip(".") for text in _told(content.infographic or {}))
    return told if len(told) <= LONGEST_ALT else told[: LONGEST_ALT - 1].rsplit(" ", 1)[0] + "…"


def with_cover(content: Content, sha256: str) -> Content:
    """The content with the drawing as its cover; an editor's own words for it stay."""
    kept = content.cover or PictureUse(sha256=sha256)
    cover = PictureUse(sha256=sha256, alt=kept.alt or alt_of(content), caption=kept.caption)
    return content.model_copy(update={"cover": cover})


def drawn(store: Store, content: Content) -> KeptPicture | None:
    """Draw what the content describes and put it into the store, before the transaction that notes it.

    None if nothing is to be drawn. Raise ``Invalid`` naming the block in the way.
    """
    return pictures.keep(store, drawing(content)) if wanted(content) else None


def illustrated(
    session: Session, actor: Actor, unit_id: int, content: Content, picture: KeptPicture | None, now: datetime
) -> Content:
    """Return the content with its ``drawn`` cover among the unit's pictures; without one it is returned as it is."""
    if picture is None:
        return content
    asset = pictures.add(session, actor, unit_id, "infographic.png", picture, now)
    return with_cover(content, asset.sha256)


def place_of(where: str) -> Words:
    """``blocks.2.text`` in words: ô 3, nội dung."""
    parts = where.split(".")
    name = Words(_PLACES.get(parts[-1], parts[-1]))
    if len(parts) > 1 and parts[1].isdecimal():
        number = int(parts[1]) + 1
        if parts[-1].isdecimal():
            return Words(N_("ô %(number)s"), {"number": number})
        return Words(N_("ô %(number)s, %(name)s"), {"number": number, "name": name})
    return name


def _told(data: Mapping[str, Any]) -> Iterator[str]:
    yield from (data[key] for key in ("title", "subtitle") if data.get(key))
    for block in data.get("blocks", ()):
        contact = block.get("kind") == "contact"
        parts = (str(block[key]) for key in (_CONTACT if contact else _FIGURE) if block.get(key))
        yield (": " if contact else " ").join(parts)


_CONTACT = ("label", "value")
_FIGURE = ("value", "label", "text", "detail")


def _spec(content: Content) -> dict[str, Any]:
    """The description with the story's title where it has none of its own."""
    data = dict(content.infographic or {})
    return {**data, "title": data.get("title") or content.title[:120]}


@lru_cache(maxsize=32)
def _drawn(description: str) -> CleanPicture:
    """Drawing takes about a third of a second; previews ask for the same drawing at every pause in typing."""
    data = infographic.draw(spec.parse(json.loads(description)))
    width, height = infographic.PORTRAIT
    return CleanPicture(data, PictureInfo("image/png", width, height, len(data)))

"""A piece as the article that Zalo will carry: title, description, author, cover and body."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from channels.contract import Picture, Piece, Rendition, RenditionFile, Service, StoryKind
from channels.zalo_oa.articles import pictures
from channels.zalo_oa.articles.body import Body, Part, PicturePart, TextPart, body_of
from channels.zalo_oa.articles.cuts import DESCRIPTION_LIMIT, TITLE_LIMIT, Cut, cut, one_line
from channels.zalo_oa.settings import AUTHOR_MAX, Settings

KIND = "zalo_oa"
MARKER = "utm_id"
"""The parameter of the tracking link that carries a hash of the delivery's key."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an article is made of, before it is put into Zalo's words. ``cover`` None takes the default cover."""

    title: Cut
    description: Cut
    author: str
    cover: Picture | None
    body: Body


@lru_cache(maxsize=16)
def draft(piece: Piece, settings: Settings) -> Draft:
    """Return what ``piece`` becomes; pure and without reading a picture. Kept for the check and the render after it."""
    body = _with_service(body_of(piece, html=settings.html_body), piece.service, settings)
    body = _with_infographic(body, piece)
    return Draft(
        title=cut(piece.title, TITLE_LIMIT),
        description=cut(piece.summary or _first_words(piece), DESCRIPTION_LIMIT),
        author=cut(piece.byline or settings.author or settings.oa_name or piece.unit, AUTHOR_MAX).text,
        cover=piece.cover or next(iter(piece.pictures), None),
        body=body,
    )


def _first_words(piece: Piece) -> str:
    """The first paragraph: Zalo wants a description, and this is what an editor would take."""
    parts = body_of(piece, html=False).parts
    texts = [part.text for part in parts if isinstance(part, TextPart)]
    return texts[0] if texts else one_line(f"{piece.service.name} {piece.service.address}")


def _with_service(body: Body, service: Service, settings: Settings) -> Body:
    """Add what a notice is about as a block of its own."""
    named = (
        ("Dịch vụ", service.name),
        ("Địa chỉ", service.address),
        ("Hỗ trợ", service.hotline),
        ("Nơi tiếp nhận", service.place),
    )
    lines = [f"{name}: {one_line(value)}" for name, value in named if value.strip()]
    if not lines:
        return body
    text = (
        f"<p>{'<br>'.join(escape(line, quote=False) for line in lines)}</p>" if settings.html_body else "\n".join(lines)
    )
    return Body((*body.parts, TextPart(text)), body.foreign)


def _with_infographic(body: Body, piece: Piece) -> Body:
    """Put an infographic itself before the text; a cover shows only a part of it."""
    if piece.kind is not StoryKind.INFOGRAPHIC:
        return body
    main = next(iter(piece.pictures), None) or piece.cover
    if main is None:
        return body
    rest = [part for part in body.parts if not isinstance(part, PicturePart) or part.picture.sha256 != main.sha256]
    return Body((PicturePart(main, main.caption or main.alt), *rest), body.foreign)


def render(piece: Piece, settings: Settings) -> Rendition:
    """Return the article as it will be sent, with the pictures that had to be remade. No token, no time, no chance."""
    made = draft(piece, settings)
    cover = _cover(made, piece, settings)
    blocks = [_block(part) for part in made.body.parts]
    files = [one.file for one in (cover, *(shown for _, shown in blocks if shown)) if one.file]
    document: dict[str, Any] = {
        "article": _article(piece, settings, made, cover.url, [block for block, _ in blocks]),
        "html": settings.html_body,
        "fallback_cover": settings.default_cover if settings.default_cover != cover.url else "",
        "cuts": {
            name: {"length": one.length, "full": full}
            for name, one, full in (
                ("title", made.title, one_line(piece.title)),
                ("description", made.description, one_line(piece.summary)),
            )
            if one.was_cut
        },
    }
    return Rendition(KIND, document, tuple(_distinct(files)))


def _article(
    piece: Piece, settings: Settings, made: Draft, cover_url: str, blocks: list[dict[str, str]]
) -> dict[str, Any]:
    article: dict[str, Any] = {
        "type": "normal",
        "title": made.title.text,
        "author": made.author,
        "description": made.description.text,
        "cover": {"cover_type": "photo", "photo_url": cover_url, "status": "show"},
        "body": blocks,
        "status": settings.status,
        "comment": settings.comment,
    }
    return article | ({"tracking_link": marked(piece)} if piece.url else {})


def _cover(made: Draft, piece: Piece, settings: Settings) -> pictures.Shown:
    if made.cover is None:
        return pictures.Shown(settings.default_cover)
    is_whole_infographic = piece.kind is StoryKind.INFOGRAPHIC and made.cover.width < made.cover.height * 1.5
    return pictures.cover_crop(made.cover) if is_whole_infographic else pictures.shown(made.cover)


def _block(part: Part) -> tuple[dict[str, str], pictures.Shown | None]:
    if isinstance(part, TextPart):
        return {"type": "text", "content": unicodedata.normalize("NFC", part.text)}, None
    shown = pictures.shown(part.picture)
    caption = one_line(part.caption)
    return {"type": "image", "url": shown.url} | ({"caption": caption} if caption else {}), shown


def _distinct(files: list[RenditionFile]) -> list[RenditionFile]:
    return list({file.sha256: file for file in files}.values())


def marked(piece: Piece) -> str:
    """The story's address with a marker of story and revision, by which the article can be recognised."""
    return _with_query(piece.url, utm_source=KIND, utm_content=f"{piece.story_id}-{piece.revision}")


def _with_query(url: str, **values: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(values)}"


def to_send(document: Mapping[str, Any], key: str, *, fallback: bool) -> dict[str, Any]:
    """Return the payload: the article as approved, its tracking link completed by a hash of the delivery's ``key``.

    ``fallback`` takes the default cover that the rendition names, if it names one.
    """
    article = dict(document["article"])
    if link := article.get("tracking_link"):
        article["tracking_link"] = _with_query(link, **{MARKER: hashlib.sha256(key.encode()).hexdigest()[:12]})
    if fallback and document.get("fallback_cover"):
        article["cover"] = dict(article["cover"]) | {"photo_url": document["fallback_cover"]}
    return article

"""A piece as the portal's page and feeds carry it."""

from html import escape

from channels.contract import Json, Picture, Piece, Rendition, StoryKind
from channels.document.output.html import to_html
from channels.words import N_
from media.characters import clean_line

KIND = "portal_rss"

SERVICE_LABELS = (("address", N_("Địa chỉ")), ("hotline", N_("Điện thoại hỗ trợ")), ("place", N_("Nơi tiếp nhận")))


def render(piece: Piece) -> Rendition:
    """Return the frozen document: plain JSON with the story's safe HTML. Pictures stay where their addresses say."""
    return Rendition(
        KIND,
        {
            "kind": piece.kind.value,
            "title": clean_line(piece.title),
            "summary": clean_line(piece.summary),
            "html": html(piece),
            "byline": clean_line(piece.byline),
            "column": clean_line(piece.column),
            "unit": clean_line(piece.unit),
            "language": piece.language,
            "topics": [clean_line(topic) for topic in piece.topics],
            "documents": [clean_line(document) for document in piece.documents],
            "url": piece.url,
            "cover": _picture(piece.cover),
        },
    )


def html(piece: Piece) -> str:
    """The story as safe HTML, without its title, summary and cover."""
    body = to_html(piece.body, link=lambda address: _absolute(piece.url, address))
    if piece.kind is StoryKind.NOTICE:
        return _service(piece) + ("\n" + body if body else "")
    return body


def _service(piece: Piece) -> str:
    rows = [f"<p><strong>{escape(clean_line(piece.service.name))}</strong></p>"] if piece.service.name else []
    lines = [
        f"<li>{label}: {_linked(field, value)}</li>"
        for field, label in SERVICE_LABELS
        if (value := clean_line(getattr(piece.service, field)))
    ]
    return "\n".join(rows + (["<ul>", *lines, "</ul>"] if lines else []))


def _linked(field: str, value: str) -> str:
    shown = escape(value)
    if field == "address" and value.startswith(("http://", "https://")):
        return f'<a href="{shown}" rel="noopener noreferrer">{shown}</a>'
    if field == "hotline":
        digits = "".join(c for c in value if c.isdigit() or c == "+")
        return f'<a href="tel:{digits}" rel="noopener noreferrer">{shown}</a>' if digits else shown
    return shown


def _absolute(story_url: str, address: str) -> str | None:
    """Addresses that start at the root belong to the portal; anything vaguer is dropped."""
    if not address.startswith("/") or address.startswith("//"):
        return None
    scheme, _, rest = story_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}{address}" if rest else None


def _picture(picture: Picture | None) -> Json:
    if picture is None:
        return None
    return {
        "url": picture.url,
        "mime": picture.mime,
        "size": picture.size,
        "width": picture.width,
        "height": picture.height,
        "alt": clean_line(picture.alt),
        "caption": clean_line(picture.caption),
    }

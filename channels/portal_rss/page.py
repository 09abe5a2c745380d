"""A piece as the portal's page and feeds carry it."""

from html import escape

from channels.contract import Json, Picture, Piece, Rendition, StoryKind
from channels.document.html import to_html
from channels.markup import printable
from channels.portal_rss.settings import Settings
from channels.words import N_

KIND = "portal_rss"

SERVICE_LABELS = (("address", N_("Địa chỉ")), ("hotline", N_("Điện thoại hỗ trợ")), ("place", N_("Nơi tiếp nhận")))


def render(piece: Piece, settings: Settings) -> Rendition:
    """Return the frozen document: plain JSON with the story's safe HTML. Pictures stay where their addresses say."""
    return Rendition(
        KIND,
        {
            "kind": piece.kind.value,
            "title": printable(piece.title),
            "summary": printable(piece.summary),
            "html": html(piece),
            "byline": printable(piece.byline),
            "column": printable(piece.column),
            "unit": printable(piece.unit),
            "language": piece.language,
            "topics": [printable(topic) for topic in piece.topics],
            "documents": [printable(document) for document in piece.documents],
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
    rows = [f"<p><strong>{escape(printable(piece.service.name))}</strong></p>"] if piece.service.name else []
    lines = [
        f"<li>{label}: {_linked(field, value)}</li>"
        for field, label in SERVICE_LABELS
        if (value := printable(getattr(piece.service, field)))
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
        "alt": printable(picture.alt),
        "caption": printable(picture.caption),
    }

"""What an article's details show, compared with what was sent: every part that Zalo tells, the tracking link too."""

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.zalo_oa.api.listing import plain
from channels.zalo_oa.articles.article import MARKER

TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
SWITCHES = ("status", "comment")
SWITCH_VALUES = frozenset({"show", "hide"})
ALIKE = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00ad": None, "\u200b": None})
"""Signs that a provider may set in its own way without changing what is said."""


def differing(detail: Mapping[str, Any], article: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the parts of ``article`` that ``detail`` shows otherwise; None where it shows none of the text.

    A part that is missing or written in a way that we do not know says nothing. Pictures that Zalo keeps under
    addresses of its own, and links that it has rewritten, are not compared.
    """
    if not any(detail.get(name) for name in ("title", "description", "body", "tracking_link")):
        return None
    texts = [name for name in ("title", "description", "author") if _text_differs(detail.get(name), article.get(name))]
    switches = [name for name in SWITCHES if detail.get(name) in SWITCH_VALUES and detail[name] != article.get(name)]
    others = {
        "cover": _picture_differs(_cover(detail), [_cover(article)]),
        "body": _body_differs(detail.get("body"), article.get("body")),
        "tracking_link": _link_differs(detail.get("tracking_link"), article.get("tracking_link")),
    }
    return (*texts, *(name for name, differs in others.items() if differs), *switches)


def letters_of(body: object) -> str:
    """The letters and digits of a body's text blocks, without tags."""
    return "".join(sign for sign in plain(TAG.sub(" ", _text_of(body))) if sign.isalnum())


def marker_in(link: object) -> str:
    """Return the hash by which we know our own articles, or an empty string."""
    return _query(link).get(MARKER, [""])[0]


def _text_differs(shown: object, sent: object) -> bool:
    return isinstance(shown, str) and bool(shown.strip()) and _signs(shown) != _signs(sent)


def _signs(text: object) -> str:
    """Every sign of a text but spaces, in one way of writing them."""
    known = unicodedata.normalize("NFKC", html.unescape(str(text or ""))).translate(ALIKE)
    return "".join(known.split())


def _body_differs(shown: object, sent: object) -> bool:
    if not isinstance(shown, list) or not shown:
        return False
    if _signs(TAG.sub("", _text_of(shown))) != _signs(TAG.sub("", _text_of(sent))):
        return True
    there, ours = _pictures(shown), _pictures(sent)
    return len(there) != len(ours) or any(_picture_differs(one, ours) for one in there)


def _text_of(body: object) -> str:
    blocks = body if isinstance(body, list) else []
    return " ".join(str(one.get("content") or "") for one in blocks if isinstance(one, dict))


def _pictures(body: object) -> list[str]:
    blocks = body if isinstance(body, list) else []
    return [str(one.get("url") or "") for one in blocks if isinstance(one, dict) and one.get("type") == "image"]


def _cover(article: Mapping[str, Any]) -> str:
    cover = article.get("cover")
    return str(cover.get("photo_url") or "") if isinstance(cover, dict) else ""


def _picture_differs(shown: str, sent: list[str]) -> bool:
    """Whether a picture at one of our own addresses is none of those that were sent."""
    ours = {_host(one) for one in sent if one}
    return bool(shown) and _host(shown) in ours and shown not in sent


def _link_differs(shown: object, sent: object) -> bool:
    """Whether a link that still carries our marker leads elsewhere; a provider may add to it, and may rewrite it."""
    if not shown or not sent or not (marker_in(shown) or _host(shown) == _host(sent)):
        return False
    there, ours = _query(shown), _query(sent)
    return _place(shown) != _place(sent) or any(there.get(name) != value for name, value in ours.items())


def _host(link: object) -> str:
    return _split(link)[0]


def _place(link: object) -> tuple[str, str]:
    host, path, _ = _split(link)
    return host, path.rstrip("/")


def _query(link: object) -> dict[str, list[str]]:
    return parse_qs(_split(link)[2])


def _split(link: object) -> tuple[str, str, str]:
    """Host, path and query of an address; of what is none, nothing."""
    try:
        parts = urlsplit(str(link or ""))
        return (parts.hostname or "", parts.path, parts.query)
    except ValueError:
        return ("", "", "")

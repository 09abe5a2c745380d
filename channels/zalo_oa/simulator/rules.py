"""What ``article/create`` and ``article/update`` accept, as written down and as seen live."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.zalo_oa.simulator.answers import Refused

TITLE_END = 150
"""Documented as 1 to 150; a title of exactly 150 was refused live."""
DESCRIPTION_END = 300
AUTHOR_MAX = 50


def require_article(payload: Mapping[str, Any]) -> None:
    """Raise ``Refused`` with Zalo's words for the first rule that ``payload`` breaks."""
    if payload.get("type") != "normal":
        # A video article needs an uploaded video, and no video was ever uploaded here.
        raise Refused(-201, "video_id is invalid" if payload.get("type") == "video" else "type is invalid")
    _require_length(payload, "title", TITLE_END - 1, "title allow 1 to 150 characters")
    _require_length(payload, "description", DESCRIPTION_END - 1, "description allow 1 to 300 characters")
    _require_length(payload, "author", AUTHOR_MAX, "author allow 1 to 50 characters")
    _require_cover(payload.get("cover"))
    _require_body(payload.get("body"))
    _require_choice(payload, "status", "hide")
    _require_choice(payload, "comment", "show")
    _require_extras(payload)


def _require_length(payload: Mapping[str, Any], name: str, most: int, message: str) -> None:
    value = payload.get(name)
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= len(value) <= most:
        raise Refused(-201, message)


def _require_cover(cover: object) -> None:
    if not isinstance(cover, dict) or cover.get("cover_type") != "photo":
        raise Refused(-201, "cover value is invalid")
    if cover.get("status") not in {"show", "hide"}:
        raise Refused(-201, "create media fail")
    if not is_picture_url(cover.get("photo_url")):
        raise Refused(-201, "photo_url in cover is invalid")


def _require_body(body: object) -> None:
    if not isinstance(body, list) or not body:
        raise Refused(-201, "body is invalid")
    for block in body:
        if not isinstance(block, dict) or not _is_block(block):
            raise Refused(-201, "body is invalid")


def _is_block(block: Mapping[str, Any]) -> bool:
    match block.get("type"):
        case "text":
            return isinstance(block.get("content"), str) and bool(block["content"].strip())
        case "image":
            return is_picture_url(block.get("url")) and isinstance(block.get("caption", ""), str)
        case "video":
            return is_picture_url(block.get("url")) and is_picture_url(block.get("thumb"))
        case "product":
            return isinstance(block.get("id"), str)
    return False


def is_picture_url(value: object) -> bool:
    """An absolute web address in plain ASCII: Vietnamese letters and spaces have to be percent-encoded."""
    if not isinstance(value, str) or not value.isascii() or any(sign <= " " for sign in value):
        return False
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _require_choice(payload: Mapping[str, Any], name: str, default: str) -> None:
    if payload.get(name, default) not in {"show", "hide"}:
        raise Refused(-201, f"{name} is invalid")


def _require_extras(payload: Mapping[str, Any]) -> None:
    related = payload.get("related_medias", [])
    if not isinstance(related, list) or not all(isinstance(one, str) for one in related):
        raise Refused(-201, "related_medias is invalid")
    link = payload.get("tracking_link", "")
    if link and not is_picture_url(link):
        raise Refused(-201, "tracking_link is invalid")

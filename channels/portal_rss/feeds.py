"""A feed in its three dialects: RSS 2.0 and Atom by feedgen, JSON Feed 1.1. Equal items give equal bytes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from channels.contract import Document, Feed, LiveItem
from channels.portal_rss.settings import Settings
from channels.syndication import as_html, either_way
from media.characters import clean_line, clean_values

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
"""Namespace of RFC 6721: an Atom reader is told that an entry was withdrawn."""

EMPTY_SINCE = datetime(2025, 1, 1, tzinfo=UTC)
"""When a feed that never carried anything says it was last changed."""


def documents(feed: Feed, settings: Settings) -> tuple[Document, ...]:
    """Return the documents ``rss``, ``atom`` and ``json``."""
    items = [_clean(item) for item in _one_a_story(feed.items)[: settings.max_items]]
    modified = _modified(feed, items)
    made = (
        ("rss", "application/rss+xml; charset=utf-8", _rss(feed, settings, items, modified)),
        ("atom", "application/atom+xml; charset=utf-8", _atom(feed, settings, items, modified)),
        ("json", "application/feed+json; charset=utf-8", _json(feed, settings, items)),
    )
    return tuple(Document(name, mime, body, _tag(body), modified) for name, mime, body in made)


def _one_a_story(items: Sequence[LiveItem]) -> list[LiveItem]:
    """Return the newest item of each story: readers know an item by its address, which must not come twice."""
    newest: dict[int, LiveItem] = {}
    for item in items:
        newest.setdefault(item.story_id, item)
    return list(newest.values())


def _clean(item: LiveItem) -> LiveItem:
    """Return the item without the characters that XML forbids, wherever they stand: it may be stored since long ago."""
    document = clean_values(item.rendition.document)
    return replace(item, rendition=replace(item.rendition, document=document))


def changed(item: LiveItem) -> datetime:
    """When the item was last changed for readers (UTC)."""
    return item.corrected or item.since


def _modified(feed: Feed, items: Sequence[LiveItem]) -> datetime:
    """When the content last changed. A withdrawal and an end are changes: the feed must not look older after them."""
    moments = [changed(item) for item in items] + [tombstone.at for tombstone in feed.tombstones]
    return max([*moments, *([feed.changed] if feed.changed else [])], default=EMPTY_SINCE).replace(microsecond=0)


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _address(feed: Feed, name: str) -> str:
    return f"{feed.base_url}/feeds/{feed.slug}.{name}"


def _generator(feed: Feed, settings: Settings, items: Sequence[LiveItem], modified: datetime, name: str) -> Any:
    made = FeedGenerator()
    made.load_extension("dc")
    made.id(_address(feed, "atom"))
    words = either_way if name == "rss" else str
    made.title(words(clean_line(settings.title or feed.name)))
    made.description(words(clean_line(settings.description or f"{feed.name} – {feed.unit}")))
    made.link(href=_address(feed, name), rel="self", type=f"application/{name}+xml")
    made.link(href=clean_line(settings.link or feed.base_url), rel="alternate")  # feedgen takes RSS' link from the last
    made.language(settings.language)
    made.generator("Đa Kênh")
    made.updated(modified)
    made.lastBuildDate(modified)
    made.ttl(settings.ttl_minutes)
    for item in items:
        made.add_entry(_entry(item, settings, name), order="append")
    return made


def _entry(item: LiveItem, settings: Settings, name: str) -> Any:
    """Return an item: RSS takes a description for HTML and leaves open what its other words are, Atom says it."""
    document = item.rendition.document
    words, rss = (either_way, True) if name == "rss" else (str, False)
    summary = document["summary"] or document["title"]
    made = FeedEntry()
    made.load_extension("dc", atom=False, rss=True)
    made.id(document["url"])
    made.guid(document["url"], permalink=True)
    made.title(words(document["title"]))
    made.link(href=document["url"], rel="alternate")
    made.published(item.since.replace(microsecond=0))
    made.updated(changed(item).replace(microsecond=0))
    if rss:
        made.description(as_html(summary))
    else:
        made.summary(summary, type="text")
    made.category([{"term": words(term)} for term in _terms(document)])
    made.author({"name": words(document["byline"] or document["unit"] or document["title"])})
    made.dc.dc_creator(words(document["byline"] or document["unit"]))
    content = _content(document)
    if settings.full_text and content:
        made.content(content, type="html")
    if cover := document["cover"]:
        made.enclosure(cover["url"], str(cover["size"]), cover["mime"])
    return made


def _terms(document: Any) -> list[str]:
    return [term for term in (document["column"], *document["topics"]) if term]


def _content(document: Any) -> str:
    html: str = document["html"]
    cover = document["cover"]
    if not cover:
        return html
    caption = f"<figcaption>{escape(cover['caption'])}</figcaption>" if cover["caption"] else ""
    picture = (
        f'<figure><img src="{escape(cover["url"])}" alt="{escape(cover["alt"])}" width="{cover["width"]}"'
        f' height="{cover["height"]}">{caption}</figure>'
    )
    return f"{picture}\n{html}"


def _rss(feed: Feed, settings: Settings, items: Sequence[LiveItem], modified: datetime) -> bytes:
    body: bytes = _generator(feed, settings, items, modified, "rss").rss_str(pretty=True)
    return body


def _atom(feed: Feed, settings: Settings, items: Sequence[LiveItem], modified: datetime) -> bytes:
    root = etree.fromstring(_generator(feed, settings, items, modified, "atom").atom_str())
    _mark_enclosures(root, items)
    alive = {item.story_id for item in feed.items}
    for tombstone in feed.tombstones:
        if tombstone.story_id in alive:  # withdrawn once, published again since
            continue
        gone = etree.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", nsmap={"at": TOMBSTONES})
        gone.set("ref", f"{feed.base_url}/tin/{tombstone.story_id}")
        gone.set("when", tombstone.at.replace(microsecond=0).isoformat())
    body: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return body


def _mark_enclosures(root: etree._Element, items: Sequence[LiveItem]) -> None:
    """Say which links are pictures: feedgen 1.0 forgets every attribute of an entry's link but its address."""
    covers = {cover["url"]: cover for item in items if (cover := item.rendition.document["cover"])}
    for link in root.iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}link"):
        cover = covers.get(link.get("href", ""))
        if cover is not None:
            for name, value in (("rel", "enclosure"), ("type", cover["mime"]), ("length", str(cover["size"]))):
                link.set(name, value)


def _json(feed: Feed, settings: Settings, items: Sequence[LiveItem]) -> bytes:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": settings.title or feed.name,
        "description": settings.description or f"{feed.name} – {feed.unit}",
        "home_page_url": settings.link or feed.base_url,
        "feed_url": _address(feed, "json"),
        "language": settings.language,
        "items": [_json_item(item, settings) for item in items],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _json_item(item: LiveItem, settings: Settings) -> dict[str, Any]:
    document = item.rendition.document
    cover = document["cover"]
    return {
        "id": document["url"],
        "url": document["url"],
        "title": document["title"],
        "summary": document["summary"],
        **_json_content(document, settings),
        **({"image": cover["url"]} if cover else {}),
        "date_published": item.since.replace(microsecond=0).isoformat(),
        "date_modified": changed(item).replace(microsecond=0).isoformat(),
        "authors": [{"name": document["byline"] or document["unit"]}],
        "tags": _terms(document),
        "language": document["language"],
        **({"attachments": [_attachment(cover)]} if cover else {}),
    }


def _json_content(document: Any, settings: Settings) -> dict[str, str]:
    """One of the two that an item must have: HTML, or plain text."""
    html = _content(document) if settings.full_text else ""
    return {"content_html": html} if html else {"content_text": document["summary"] or document["title"]}


def _attachment(cover: Any) -> dict[str, Any]:
    return {"url": cover["url"], "mime_type": cover["mime"], "size_in_bytes": cover["size"], "title": cover["caption"]}

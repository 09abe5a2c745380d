"""The playlist in the tongues of controllers that do not read its JSON. All carry only what is valid now."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from channels.led_board.playlist import Playlist, PlaylistItem, PlaylistPage
from channels.localtime import ZONE
from media.characters import clean_line


def valid(playlist: Playlist, now: datetime) -> Sequence[PlaylistItem]:
    """Return the items that may be shown at ``now``."""
    return [item for item in playlist.items if item.valid_from <= now < item.valid_until]


def smil(playlist: Playlist, now: datetime) -> bytes:
    """Return a SMIL 3.0 index as garlic-player, IAdea and signageOS read it: one endless sequence of pictures.

    ``expr`` ends an item by the player's own clock, which these players compare in local time, when it gets no newer
    index. The plate is shown once the last of them has ended, so that the board is never dark.
    """
    root = Element("smil", {"xmlns": "http://www.w3.org/ns/SMIL", "version": "3.0", "baseProfile": "Language"})
    head, body = SubElement(root, "head"), SubElement(root, "body")
    SubElement(head, "meta", {"name": "title", "content": clean_line(playlist.name)})
    SubElement(head, "meta", {"http-equiv": "Refresh", "content": str(playlist.poll_after_s)})
    size = {"width": str(playlist.width), "height": str(playlist.height)}
    layout = SubElement(head, "layout")
    SubElement(layout, "root-layout", {**size, "backgroundColor": "#000000"})
    SubElement(layout, "region", {"regionName": "board", "left": "0", "top": "0", **size, "z-index": "1"})
    loop = SubElement(SubElement(body, "par"), "seq", {"repeatCount": "indefinite"})
    shown = valid(playlist, now)
    for item in shown:
        for page in item.pages:
            _picture(loop, f"{item.item_id}-{item.revision}", page, _compared(item.valid_until, "<"))
    _picture(loop, "plate", playlist.plate, _compared(max(i.valid_until for i in shown), ">=") if shown else {})
    indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _compared(end: datetime, sign: str) -> dict[str, str]:
    """Return the condition that the player's clock is before (<) or past (>=) ``end``."""
    return {"expr": f"adapi-compare(adapi-date(),'{end.astimezone(ZONE):%Y-%m-%dT%H:%M:%S}'){sign}0"}


def _picture(loop: Element, name: str, page: PlaylistPage, condition: dict[str, str]) -> None:
    shown = {"src": page.url, "dur": _seconds(page.dwell_ms), "region": "board", "fit": "meet"}
    picture = SubElement(loop, "img", {**shown, **condition})
    for reads_it in ("contentId", "logContentId", "popName"):
        SubElement(picture, "param", {"name": reads_it, "value": name})


def _seconds(milliseconds: int) -> str:
    """Return a length as "7.2s": players drop letters or look at the last one, so that "7200ms" is hours or nothing."""
    return f"{milliseconds // 1000}.{milliseconds % 1000:03}".rstrip("0").rstrip(".") + "s"


def lines(playlist: Playlist, now: datetime) -> bytes:
    """Return ``key,value`` lines for controllers that fill templates from a polled text (Huidu PeriodicTask).

    A value runs to the end of its line and may hold commas; a page is one line, its rows apart by spaces.
    """
    pages = [(item, page) for item in valid(playlist, now) for page in item.pages]
    rows = [("board", playlist.board), ("version", playlist.feed_version), ("poll", str(playlist.poll_after_s))]
    rows.append(("count", str(len(pages))))
    for number, (item, page) in enumerate(pages, 1):
        rows += [
            (f"text{number}", clean_line(page.text)),
            (f"hold{number}", str(page.dwell_ms)),
            (f"image{number}", page.url),
            (f"until{number}", item.valid_until.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")),
        ]
    return "".join(f"{key},{value}\n" for key, value in rows).encode()

"""Frames for LED boards, drawn lamp for lamp: text pages, service cards with a QR code, pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from media.boards.board import INK, Board, Colours, Role
from media.boards.layout import FramePage, Part, Space, baselines, height, pages
from media.drawing import qr
from media.drawing.canvas import Canvas, one_at_a_time, rgb
from media.drawing.fonts import Weight, font
from media.drawing.text import Style, measure
from media.errors import DoesNotFit
from media.pictures.pictures import rendition, sides
from media.underlock import slow

_PAUSE = re.compile(r"[,;:.!?…–](?:\s|$)")
_SHORTEST, _LONGEST, _ROAD = 4.0, 20.0, 8.0
_LAMPS = [0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 0]
"""The palette of a red-green-yellow board."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One page as PNG of exactly the board's pixels, what it says (a line for each text) and how long to show it."""

    png: bytes
    width: int
    height: int
    text: str
    dwell_ms: int


def dwell_ms(texts: Sequence[str], *, road: bool = False, least: float = 0) -> int:
    """Return how long a page is shown, in milliseconds: the longest of 4 s, 2 s for each unit of information, 1 s for
    10 characters, ``least`` seconds, and 8 s beside a road; 20 s at most.

    A unit is a text of a card or a clause of a sentence (NCHRP: 2 s a unit; FHWA: 8 s beside a road).
    """
    units = sum(max(1, len(_PAUSE.findall(text.strip()))) for text in texts)
    letters = sum(map(len, texts))
    seconds = max(_SHORTEST, 2.0 * units, letters / 10, least, _ROAD if road else 0)
    return round(min(seconds, _LONGEST) * 1000)


def qr_module(link: str, board: Board) -> int:
    """Return the lamps a module of the QR code gets, or 0 if the board has no room for a code that cameras can read:
    two lamps a module at least, four fifths of the height and two fifths of the width at most.
    """
    if not link:
        return 0
    module = min(board.height * 4 // 5, board.width * 2 // 5) // qr.side(link)
    return module if module >= 2 else 0


@slow
@one_at_a_time
def text_frames(
    parts: Sequence[Part], board: Board, *, link: str = "", most: int = 3, road: bool = False, least: float = 0
) -> tuple[Frame, ...]:
    """Return the pages of ``parts``, with the QR code of ``link`` beside the text where the board has room for it.

    Raises ``DoesNotFit`` if ``most`` pages in the smallest letters are not enough.
    """
    room, code = _room(board), _code(link, board)
    if code:
        room = Space(room.x, room.y, room.width - code.width - 2 * board.margin[0], room.height)
    found = pages(parts, board, room, most=most)
    return tuple(_frame(page, board, room, code, dwell_ms(_texts(page), road=road, least=least)) for page in found)


@slow
@one_at_a_time
def picture_frame(picture: bytes, parts: Sequence[Part], board: Board, *, least: float = 0) -> Frame:
    """Return ``picture`` shown whole, with ``parts`` beside it if it leaves a third of the board free.

    Raises ``DoesNotFit`` if the text beside it is too long, and what ``media.pictures.pictures.inspect`` raises.
    """
    board = replace(board, sign="")  # the picture takes the whole height
    room = _room(board)
    sheet = Image.open(BytesIO(rendition(picture, board.width, board.height, fit="contain", mime="image/png")))
    across, down = sides(picture)
    wide = min(board.width, round(across * board.height / down))
    text = "\n".join(part.text for part in parts)
    if board.width - wide < board.width // 3:
        return Frame(_png(sheet.convert("RGB"), board), board.width, board.height, text, dwell_ms([text], least=least))
    small = sheet.crop(((board.width - wide) // 2, 0, (board.width + wide) // 2, board.height))
    left = Space(room.x, room.y, board.width - wide - 2 * board.margin[0], room.height)
    page = pages(parts, board, left, most=1)[0] if parts else ()
    canvas = _ground(board)
    canvas.paste(small.convert("RGB"), board.width - small.width, 0)
    _write(canvas, page, board, left)
    return Frame(_png(canvas.image, board), board.width, board.height, text, dwell_ms([text], least=max(least, 12)))


@lru_cache(maxsize=256)
@slow
def plate(board: Board, text: str) -> Frame:
    """Return a neutral frame: ``text`` (the owner's name) if it fits on one page, else only the board's edge, so that
    the board is seen to work.
    """
    try:
        return text_frames([Part(Role.HEADLINE, text)], board, most=1)[0]
    except DoesNotFit:
        canvas = _ground(board)
        ImageDraw.Draw(canvas.image).rectangle((0, 0, board.width - 1, board.height - 1), outline="#00ff00")
        return Frame(_png(canvas.image, board), board.width, board.height, "", 4000)


def _texts(page: FramePage) -> list[str]:
    """Return the parts of a page, each on one line."""
    texts: list[str] = []
    for row in page:
        if row.opens or not texts:
            texts.append(row.text)
        else:
            texts[-1] += row.text if row.glued else f" {row.text}"
    return texts


def _room(board: Board) -> Space:
    across, down = board.margin
    strip = _strip(board)
    return Space(across, down, board.width - 2 * across, board.height - 2 * down - strip)


def _strip(board: Board) -> int:
    """Return the height of the strip with the owner's sign, 0 without one."""
    return board.height // 11 if board.roomy and board.sign else 0


def _code(link: str, board: Board) -> Image.Image | None:
    module = qr_module(link, board)
    light = "#ffff00" if board.colours is Colours.TRI else "#ffffff"
    return qr.picture(link, module, light=light) if module else None


def _frame(page: FramePage, board: Board, room: Space, code: Image.Image | None, dwell: int) -> Frame:
    canvas = _ground(board)
    if code:
        y = (board.height - _strip(board) - code.height) // 2
        canvas.paste(code, board.width - board.margin[0] - code.width, y)
    _write(canvas, page, board, room)
    return Frame(_png(canvas.image, board), board.width, board.height, "\n".join(_texts(page)), dwell)


def _ground(board: Board) -> Canvas:
    """Return the empty board: dark lamps, or on a screen a deep blue with the owner's sign."""
    canvas = Canvas(board.width, board.height, "#000000")
    if board.roomy:
        canvas.paste(_screen(board), 0, 0)
    return canvas


@lru_cache(maxsize=2)  # 25 MB each for the largest board
def _screen(board: Board) -> Image.Image:
    canvas = Canvas(board.width, board.height, "#000000")
    canvas.gradient(0, 0, board.width, board.height, "#04122f", "#0b3a8f")
    strip = _strip(board)
    if strip:
        top = board.height - strip
        canvas.box(0, top, board.width, strip, "#030c20")
        canvas.box(0, top, board.width, max(2, strip // 18), "#ffd60a")
        style = Style(Weight.SEMIBOLD, max(board.floor, strip // 2))
        while measure(board.sign, style) > board.width and style.size > board.floor:
            style = Style(Weight.SEMIBOLD, style.size - 1)
        if measure(board.sign, style) <= board.width:
            y = top + (strip - style.leading) // 2
            canvas.lines(0, y, (board.sign,), style, "#ffffff", align="center", width=board.width)
    return canvas.image


def _write(canvas: Canvas, page: FramePage, board: Board, room: Space) -> None:
    """Write the rows of a page centred in ``room``."""
    draw = ImageDraw.Draw(canvas.image)
    top = room.y + (room.height - height(page)) // 2
    for row, baseline in zip(page, baselines(page), strict=True):
        draw.fontmode = "1" if row.style.crisp else "L"
        x = room.x + (room.width - measure(row.text, row.style)) // 2
        letters = font(row.style.weight, row.style.size)
        draw.text((x, top + baseline), row.text, font=letters, fill=rgb(INK[board.colours][row.role]), anchor="ls")


def _png(image: Image.Image, board: Board) -> bytes:
    """Return PNG with only the colours the lamps have."""
    out = BytesIO()
    if board.colours is Colours.MONO:
        image.convert("L").point([0] * 128 + [255] * 128).convert("1").save(out, "PNG")
    elif board.colours is Colours.TRI:
        lamps = Image.new("P", (1, 1))
        lamps.putpalette(_LAMPS)
        image.quantize(palette=lamps, dither=Image.Dither.NONE).save(out, "PNG")
    else:
        image.save(out, "PNG")
    return out.getvalue()

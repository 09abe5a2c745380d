"""What a board shows of a piece: which texts, which QR code, on which pages."""

from dataclasses import dataclass, field
from functools import lru_cache

from channels.contract import Piece, StoryKind
from channels.led_board.settings import Settings
from channels.led_board.standing import hotline
from media.boards.board import Board, Role
from media.boards.frame import Frame, picture_frame, qr_module, text_frames
from media.boards.layout import Part
from media.drawing import qr
from media.errors import DoesNotFit

LOWEST_PICTURE = 480
"""Rows of lamps below which an infographic cannot be read; its title is shown instead."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The pages, what they were made of, and the refusal if the summary had to be left out."""

    frames: tuple[Frame, ...]
    parts: tuple[Part, ...]
    link: str
    left_out: DoesNotFit | None = field(default=None, compare=False)


def compose(piece: Piece, settings: Settings) -> Composed:
    """Return the text pages of ``piece``; without its summary if only that makes it fit. Raises ``DoesNotFit``."""
    link = qr_link(piece, settings)
    whole = parts(piece, settings)
    try:
        return Composed(frames(whole, link, settings, piece.unit), whole, link)
    except DoesNotFit as refusal:
        short = tuple(part for part in whole if part.role is not Role.TEXT)
        if not short or short == whole:
            raise
        return Composed(frames(short, link, settings, piece.unit), short, link, refusal)


@lru_cache(maxsize=64)
def frames(said: tuple[Part, ...], link: str, settings: Settings, sign: str) -> tuple[Frame, ...]:
    """Return the pages of ``said`` on this board; kept for a while, as check and preview ask for the same."""
    return text_frames(
        said,
        settings.board(sign),
        link=link,
        most=settings.max_pages,
        road=settings.road_facing,
        least=settings.least_dwell_s,
    )


def with_picture(piece: Piece, settings: Settings, composed: Composed) -> tuple[Frame, ...]:
    """Return the pages with the infographic itself first where the board can show it legibly."""
    if not shows_picture(piece, settings) or piece.cover is None:
        return composed.frames
    board, data = settings.board(piece.unit), piece.cover.read()
    title = (Part(Role.HEADLINE, piece.title, "title"),)
    try:
        frame = picture_frame(data, title, board, least=settings.least_dwell_s)
    except DoesNotFit:
        frame = picture_frame(data, (), board, least=settings.least_dwell_s)
    return (frame,)


def shows_picture(piece: Piece, settings: Settings) -> bool:
    """Tell whether the board shows this piece's picture rather than its words."""
    tall = settings.board().roomy and settings.height >= LOWEST_PICTURE
    return piece.kind is StoryKind.INFOGRAPHIC and piece.cover is not None and tall


def parts(piece: Piece, settings: Settings) -> tuple[Part, ...]:
    """Return the texts the board shows, most important first; ``field`` is the editor's field."""
    said: tuple[Part, ...]
    if piece.kind is StoryKind.NOTICE:
        service = piece.service
        name = Part(Role.NAME, service.name, "service") if service.name else Part(Role.NAME, piece.title, "title")
        said = (
            name,
            Part(Role.ADDRESS, bare_address(service.address), "service"),
            Part(Role.HOTLINE, hotline(service.hotline), "service"),
            Part(Role.PLACE, service.place, "service"),
        )
    else:
        summary = piece.summary if settings.show_summary and piece.kind is not StoryKind.SLOGAN else ""
        said = (Part(Role.HEADLINE, piece.title, "title"), Part(Role.TEXT, summary, "summary"))
    return tuple(part for part in said if part.text.strip())


def bare_address(address: str) -> str:
    """Return a web address as people type it: without scheme and last slash."""
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")


def qr_link(piece: Piece, settings: Settings) -> str:
    """Return what the QR code leads to, "" where the board shows none: a notice's service, on screens the story."""
    board = settings.board(piece.unit)
    if piece.kind is StoryKind.NOTICE:
        address = piece.service.address.strip()
        link = address if address.startswith(("http://", "https://")) or not address else f"https://{address}"
    else:
        link = piece.url if board.roomy else ""
    return link if settings.show_qr and "." in link and scannable(link, board, settings) else ""


def scannable(link: str, board: Board, settings: Settings) -> bool:
    """Tell whether a phone at the viewing distance can read the code: its side is a tenth of the distance at least."""
    side_mm = qr_module(link, board) * qr.side(link) * settings.pitch_mm
    return side_mm > 0 and side_mm >= settings.viewing_m * 1000 / 10

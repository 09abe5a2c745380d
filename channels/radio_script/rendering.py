"""From a piece to its script: which texts are read, in which order, with which facts on the sheet."""

from typing import Any

from channels.contract import Piece, Rendition, RenditionFile, StoryKind
from channels.radio_script.bulletins.draft import Frame, Text
from channels.radio_script.files.text import to_text
from channels.radio_script.files.writing import WrittenItem, compose_script
from channels.radio_script.reading import DIALECTS
from channels.radio_script.script import Script
from channels.radio_script.settings import Settings, StationSettings
from channels.words import N_, Words

KIND = "radio_script"
CONTENT = frozenset({"summary", "body", "service.name", "service.address", "service.hotline", "service.place"})


def render(piece: Piece, settings: Settings) -> Rendition:
    """Return the script as the rendition's document, and its spoken text as a file."""
    script = written(piece, settings)
    spoken = RenditionFile.of("script.txt", "text/plain; charset=utf-8", to_text(script).encode())
    return Rendition(KIND, script.model_dump(mode="json"), (spoken,))


def written(piece: Piece, settings: Settings) -> Script:
    """Write the script of one piece."""
    facts: dict[str, Any] = {
        "title": piece.title,
        "unit": piece.unit,
        "column": piece.column,
        "byline": piece.byline,
        "priority": settings.priority,
        "language": piece.language,
        "story_id": piece.story_id,
        "revision": piece.revision,
    }
    return compose_script([item(piece, settings)], frame(piece, settings), facts, round(settings.slot_minutes * 60))


def frame(piece: Piece, settings: Settings) -> Frame:
    """Return the station's frame with its names filled in."""
    names = {"{programme}": settings.programme, "{station}": settings.station or piece.unit or settings.programme}
    greeting, closing = settings.greeting, settings.closing
    for place, name in names.items():
        greeting, closing = greeting.replace(place, name), closing.replace(place, name)
    return Frame(
        programme=settings.programme,
        station=settings.station or piece.unit,
        greeting=greeting,
        closing=closing,
        tune_s=settings.tune_seconds,
        rate=settings.reading_rate(),
        measured=settings.measured if isinstance(settings, StationSettings) else None,
        dialect=DIALECTS[settings.dialect],
        vietnamese=is_vietnamese(piece.language),
        read_title=settings.read_title,
        repeat_phones=settings.repeat_phones,
        lexicon=settings.readings(),
    )


def is_vietnamese(language: str) -> bool:
    """Tell whether a BCP 47 tag means Vietnamese, the only language whose reading is known here."""
    return language.lower().partition("-")[0] == "vi"


def item(piece: Piece, settings: Settings) -> WrittenItem:
    """Return what is read of a piece. A notice without a body is read from its service fields."""
    texts = []
    if settings.read_summary and piece.summary.strip():
        texts.append(Text("summary", piece.summary))
    if piece.body.strip():
        texts.append(Text("body", piece.body))
    if piece.kind is StoryKind.NOTICE:
        texts += [Text(name, text) for name, text in _service(piece)]
    hotline = piece.service.hotline.strip()
    repeats = ((piece.service.name or "số điện thoại", hotline),) if hotline else ()
    return WrittenItem(piece.title, tuple(texts), repeats)


def _service(piece: Piece) -> list[tuple[str, str]]:
    """Say each service field in a sentence, unless the text has it already."""
    said = f"{piece.summary}\n{piece.body}"
    service = piece.service
    wanted = (
        ("service.address", N_("Địa chỉ truy cập: %(value)s."), service.address),
        ("service.hotline", N_("Điện thoại hỗ trợ: %(value)s."), service.hotline),
        ("service.place", N_("Nơi tiếp nhận: %(value)s."), service.place),
    )
    return [(name, str(Words(text, {"value": value}))) for name, text, value in wanted if value and value not in said]

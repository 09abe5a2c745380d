"""The stories of the demonstration: Markdown with front matter, read and checked.

A story file is ``stories/NN-slug.md``: YAML between two lines ``---``, then the body. Times are relative to the day the
demonstration is first started, so that the quota board shows every status on any day of any year. Pure reading:
nothing here knows a database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from channels.contract import StoryKind
from channels.localtime import at_local
from channels.registry import KINDS
from cms.app.demo.files import STRICT, Code, DemoError, checked, front_matter, nfc, plain_yaml
from cms.quotas.packs.schema import Pack
from cms.stories.editing.content import Content, PictureUse, parse

STORIES = Path(__file__).parent / "stories"

Kind = Annotated[str, Field(pattern=f"^({'|'.join(KINDS)})$")]


class Outcome(StrEnum):
    """Where a placement stands when the demonstration starts. The first three are about the whole story."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SCHEDULED = "scheduled"
    LIVE = "live"
    RETRACTED = "retracted"


UNAPPROVED = frozenset({Outcome.DRAFT, Outcome.SUBMITTED, Outcome.RETURNED})


@dataclass(frozen=True, config=STRICT)
class Placement:
    """A story on channels of one unit at one time.

    ``week`` counts ISO weeks from the one the demonstration starts in (0), ``day`` is 1 (Monday) to 7, ``time`` is on
    the clocks of Viet Nam. ``unit`` is whose channels they are, empty for the story's own unit. ``broadcast`` tells
    whether the station logged the script as aired. ``note`` is why it was returned or retracted.
    """

    week: Annotated[int, Field(ge=-52, le=52)]
    day: Annotated[int, Field(ge=1, le=7)]
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    channels: Annotated[tuple[Kind, ...], Field(min_length=1)]
    outcome: Outcome
    unit: Code | None = None
    broadcast: bool | None = None
    note: str = ""

    def moment(self, first_day: date) -> datetime:
        """The instant (aware UTC) of this placement when the demonstration starts on ``first_day``."""
        monday = first_day - timedelta(days=first_day.isoweekday() - 1)
        day = monday + timedelta(weeks=self.week, days=self.day - 1)
        return at_local(day, time.fromisoformat(self.time))


@dataclass(frozen=True, config=STRICT)
class DemoService:
    """What a notice introduces: name, web address, support phone and place."""

    name: str
    address: str
    hotline: str
    place: str


@dataclass(frozen=True, config=STRICT)
class DemoVariant:
    """An editor's own text for one channel kind; an empty field inherits the story's."""

    title: str = ""
    summary: str = ""
    body: str = ""


@dataclass(frozen=True, config=STRICT)
class DemoPicture:
    """The cover that the product draws: a card with ``icon`` and the title, or the infographic (then ``alt``)."""

    caption: str = ""
    icon: str = "megaphone"
    palette: str = "blue"
    alt: str = ""


@dataclass(frozen=True, config=STRICT)
class DemoStory:
    """One story of the demonstration. ``documents`` are numbers as printed ("1588/QĐ-TTg"); ``body`` is Markdown."""

    slug: str
    kind: StoryKind
    title: Annotated[str, Field(min_length=1, max_length=130)]
    summary: Annotated[str, Field(min_length=1, max_length=240)]
    column: Code
    unit: Code
    body: Annotated[str, Field(min_length=1)]
    schedule: Annotated[tuple[Placement, ...], Field(min_length=1)]
    byline: str = ""
    topics: tuple[Code, ...] = ()
    audiences: tuple[Code, ...] = ()
    documents: tuple[str, ...] = ()
    service: DemoService | None = None
    variants: Mapping[Kind, DemoVariant] = field(default_factory=dict)
    picture: DemoPicture | None = None
    infographic: Mapping[str, Any] | None = None

    @property
    def unapproved(self) -> Outcome | None:
        """``draft``, ``submitted`` or ``returned`` if that is where the story stands, else None: it is approved."""
        outcome = self.schedule[0].outcome
        return outcome if outcome in UNAPPROVED else None

    @property
    def places(self) -> tuple[tuple[Placement, str, str], ...]:
        """Every placement with the unit whose channel it is and the channel kind."""
        return tuple(
            (placement, placement.unit or self.unit, kind) for placement in self.schedule for kind in placement.channels
        )

    def content(self, codes: Mapping[str, str], cover: PictureUse | None = None) -> Content:
        """The story as a revision stores it, with the cover that was drawn for it.

        ``codes`` gives the vocabulary code of a document's number (``document_codes``). Raises ``DemoError`` for a
        number that is not there.
        """
        return parse(
            {
                "kind": self.kind,
                "title": self.title,
                "summary": self.summary,
                "body": self.body,
                "byline": self.byline,
                "column": self.column,
                "topics": self.topics,
                "audiences": self.audiences,
                "documents": self._documents(codes),
                "service": _plain(self.service),
                "variants": {kind: _plain(variant) for kind, variant in self.variants.items()},
                "cover": cover,
                "infographic": dict(self.infographic) if self.infographic else None,
            }
        )

    def _documents(self, codes: Mapping[str, str]) -> tuple[str, ...]:
        for number in self.documents:
            if number not in codes:
                raise DemoError(self.slug, f"không có văn bản số {number} trong kế hoạch")
        return tuple(dict.fromkeys(codes[number] for number in self.documents))


_STORY = TypeAdapter(DemoStory)


def load_stories(folder: Path = STORIES) -> tuple[DemoStory, ...]:
    """All stories of ``folder`` in the order of their file names. Raises ``DemoError`` at the first bad file."""
    return tuple(parse_story(path.read_text(encoding="utf-8"), path.name) for path in sorted(folder.glob("*.md")))


def parse_story(text: str, file: str) -> DemoStory:
    """The story that the text of one file describes; ``file`` gives the slug and is named in errors."""
    front, body = front_matter(nfc(text), file)
    data = plain_yaml(front, file, first_line=2)
    if not isinstance(data, dict):
        raise DemoError(file, "phần đầu phải là các cặp khóa và giá trị")
    story: DemoStory = checked(_STORY, {**data, "slug": file.removesuffix(".md"), "body": body}, file)
    for reason in _contradictions(story):
        raise DemoError(file, reason)
    return story


def channels_needed(stories: Iterable[DemoStory]) -> tuple[tuple[str, str], ...]:
    """Pairs of unit and channel kind that the placements use, sorted: the channels the demonstration must have."""
    return tuple(sorted({(unit, kind) for story in stories for _, unit, kind in story.places}))


def document_codes(pack: Pack) -> dict[str, str]:
    """The code of every legal document of ``pack`` by its number; a document named beside another shares its code."""
    return {text.number: document.code for document in pack.documents for text in (document, *document.also)}


def _contradictions(story: DemoStory) -> Iterable[str]:
    """What no single field can tell is wrong."""
    outcomes = {placement.outcome for placement in story.schedule}
    if outcomes & UNAPPROVED and len(story.schedule) > 1:
        yield "tin, bài chưa duyệt chỉ có một dự định phát hành"
    if story.kind is StoryKind.NOTICE and story.service is None:
        yield "thông tin ngắn phải có mục service"
    if story.kind is StoryKind.INFOGRAPHIC and story.infographic is None:
        yield "infographic phải có mục infographic"
    places = [(unit, kind) for _, unit, kind in story.places]
    if len(set(places)) < len(places):
        yield "một tin, bài chỉ lên mỗi kênh một lần"
    for placement in story.schedule:
        if placement.outcome in {Outcome.RETURNED, Outcome.RETRACTED} and not placement.note:
            yield "trả lại hoặc thu hồi phải ghi lý do ở note"
        if placement.broadcast is not None and "radio_script" not in placement.channels:
            yield "broadcast chỉ dùng cho kịch bản phát thanh"


def _plain(value: DemoService | DemoVariant | None) -> dict[str, Any]:
    return TypeAdapter(type(value)).dump_python(value) if value else {}

"""What each channel would show of a content: its own template around its own rendition, and its findings."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import render_template
from sqlalchemy.orm import Session

from channels import fixing, registry
from channels.contract import Edit, Finding, Fix, RenditionFile, Severity
from channels.words import Words
from cms.core.picture_addresses import picture_path
from cms.core.refusal import Refusal
from cms.lexicon.links import DoubtLinks
from cms.models.people import Unit
from cms.stories.editing import covers
from cms.stories.editing.content import Content, gaps
from cms.stories.renditions import outputs
from cms.stories.renditions.outputs import Output
from cms.stories.renditions.pieces import RenderContext
from cms.web.actor import current_actor
from cms.web.output.language import say
from media.pictures.pictures import CleanPicture
from media.storage.store import Store, StoredFile
from scheduler.storage.tables import Channel

STORY = "story"
"""The key of findings that concern no channel but the story itself."""


@dataclass(frozen=True, slots=True)
class ToldFix:
    """What a button beside a finding does: ``field`` is the control it changes, offsets count characters."""

    label: str
    field: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class FindingInWords:
    """A finding in the reader's language; ``field`` is the name of a control of the editor."""

    severity: str
    field: str
    message: str
    remedy: str
    fixes: tuple[ToldFix, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """One tab: ``html`` is safe to put into the page; empty if an error makes a rendition impossible."""

    kind: str
    label: str
    channel: str
    html: str
    findings: Sequence[FindingInWords]

    @property
    def errors(self) -> int:
        """How many findings stop the story on this channel."""
        return sum(finding.severity == Severity.ERROR for finding in self.findings)


SMALL = 100_000
"""Bytes of a picture that goes along inside a preview; a larger one is kept and fetched, once, by its hash."""


class _WithDrawing(Store):
    """The store as if it held a drawing that is not saved yet."""

    def __init__(self, store: Store, sha256: str, drawing: CleanPicture) -> None:
        super().__init__(store.root)
        self.beneath, self.sha256, self.drawing = store, sha256, drawing

    def put(self, data: bytes) -> StoredFile:
        return self.beneath.put(data)

    def read(self, sha256: str, *, verify: bool = False) -> bytes:
        return self.drawing.data if sha256 == self.sha256 else self.beneath.read(sha256, verify=verify)

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self.beneath


def label(kind: str) -> Words:
    """What people call a channel kind, short enough for a tab."""
    return registry.adapter(kind).short_label


def previews(
    session: Session,
    store: Store,
    base_url: str,
    unit: Unit,
    content: Content,
    *,
    story_id: int = 0,
    revision: int = 1,
    channels: Iterable[Channel] | None = None,
    back: str | None = None,
) -> list[Preview]:
    """Return one preview a channel; without ``channels`` for one channel of each kind, the nearest to the unit.

    ``back`` is the page that doubts of a radio script lead back to from the lexicon, "" if it has no address yet;
    without it they lead nowhere.
    """
    shown, around, inline = _surroundings(session, store, base_url, unit, content)
    wanted = outputs.sample_channels(session, unit) if channels is None else channels
    made = [(outputs.output(shown, story_id, revision, one, around), one) for one in wanted]
    return [_preview(output, one, around, inline, _links(session, output, one, back), shown) for output, one in made]


def gaps_of(content: Content) -> list[FindingInWords]:
    """What is missing before the story can be submitted, and what keeps its infographic from being drawn."""
    told = [FindingInWords("warning", field, say(Words(sentence)), "") for field, sentence in gaps(content)]
    if covers.wanted(content):
        try:
            covers.drawing(content)
        except Refusal as refusal:
            told.append(FindingInWords("error", "infographic", say(refusal.words), ""))
    return told


def control(field: str, kind: str, content: Content) -> str:
    """The editor's control that a finding's field of a piece comes from: the variant's own, if it has one."""
    own = content.variant(kind)
    if field in {"title", "summary", "body"} and getattr(own, field):
        return f"variants.{kind}.{field}"
    return {"service": "service.name", "cover": "cover.sha256", "pictures": "cover.sha256"}.get(field, field)


def _links(session: Session, output: Output, channel: Channel, back: str | None) -> DoubtLinks | None:
    doubts = output.rendition.document.get("doubts") if output.rendition is not None else None
    if back is None or not doubts or output.rendition is None:
        return None
    return DoubtLinks(session, current_actor(), channel.unit_id, output.rendition.document, back)


def _preview(
    output: Output,
    channel: Channel,
    around: RenderContext,
    inline: Mapping[str, str],
    links: DoubtLinks | None,
    content: Content,
) -> Preview:
    html = ""
    if output.rendition is not None:
        html = render_template(
            f"channel/{output.kind}/preview.html", rendition=output.rendition, file_url=_address_of(around.store),
            lexicon=links,
        )  # fmt: skip
        html = _on_this_site(html, around.base_url, inline)
    told = [_told(one, output.kind, content) for one in output.findings]
    return Preview(output.kind, say(label(output.kind)), channel.name, html, told)


def _told(finding: Finding, kind: str, content: Content) -> FindingInWords:
    offered = tuple(told_fix(one, kind, content) for one in finding.fixes)
    return FindingInWords(finding.severity.value, finding.field, say(finding.message), say(finding.remedy), offered)


def told_fix(fix: Fix, kind: str, content: Content) -> ToldFix:
    """Return a fix as edits of one control; a channel kind's own text is begun from the shared one if there is none."""
    field = control(fix.field, kind, content)
    if fix.own and not field.startswith("variants."):
        begun = fixing.apply(getattr(content, fix.field), fix.edits)
        return ToldFix(say(fix.label), f"variants.{kind}.{fix.field}", (Edit(0, 0, "", begun),))
    return ToldFix(say(fix.label), field, fix.edits)


def _surroundings(
    session: Session, store: Store, base_url: str, unit: Unit, content: Content
) -> tuple[Content, RenderContext, Mapping[str, str]]:
    """The content with its drawing if it has one, what surrounds it, and addresses of what is not in the store yet."""
    drawing = _drawing(content)
    if drawing is None:
        return content, outputs.surroundings(session, store, base_url, unit, content), {}
    sha256 = hashlib.sha256(drawing.data).hexdigest()
    shown = covers.with_cover(content, sha256)
    around = outputs.surroundings(session, _WithDrawing(store, sha256, drawing), base_url, unit, shown)
    around = replace(around, pictures={**around.pictures, sha256: drawing.info})
    unsaved = {} if sha256 in store else {f"/media/{sha256}.png": _inline("image/png", drawing.data)}
    return shown, around, unsaved


def _drawing(content: Content) -> CleanPicture | None:
    try:
        return covers.drawing(content) if covers.wanted(content) else None
    except Refusal:
        return None


def _address_of(store: Store) -> Callable[[RenditionFile], str]:
    def address(file: RenditionFile) -> str:
        if file.data and len(file.data) <= SMALL:
            return _inline(file.mime, file.data)
        if file.data and file.sha256 not in store:
            store.put(file.data)
        return picture_path(file.sha256, file.mime)

    return address


def _inline(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{b64encode(data).decode()}"


def _on_this_site(html: str, base_url: str, inline: Mapping[str, str]) -> str:
    """Point pictures at this very site: the public address may not be the one that the editor uses.

    A file that goes along inside the page can only be downloaded; browsers do not open such addresses.
    """
    html = html.replace(f'"{base_url}/media/', '"/media/').replace('<a href="data:', '<a download href="data:')
    for address, data in inline.items():
        html = html.replace(f'"{address}"', f'"{data}"')
    return html

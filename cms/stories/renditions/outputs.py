"""What each channel would carry: findings and renditions of a content, for preview, approval and scheduling."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Adapter, Edit, Finding, Fix, Rendition, Severity
from channels.document.pasting import encodings
from channels.words import N_, Words
from cms.lexicon import stations
from cms.models.people import Unit
from cms.models.plans import Term
from cms.models.stories import Asset
from cms.stories.editing.content import Content
from cms.stories.renditions.pieces import RenderContext, to_piece
from media.pictures.pictures import PictureInfo
from media.storage.store import Store
from scheduler.storage.tables import Channel

TEXTS = {"title": N_("Tiêu đề"), "summary": N_("Sapo"), "body": N_("Nội dung")}
"""The texts that a story may have in words of its own for a channel kind."""


@dataclass(frozen=True, slots=True)
class Output:
    """One channel's view of a content. ``rendition`` is None when an error makes it impossible."""

    kind: str
    findings: Sequence[Finding]
    rendition: Rendition | None

    @property
    def errors(self) -> list[Finding]:
        """What stops the content on this channel."""
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]


def surroundings(session: Session, store: Store, base_url: str, unit: Unit, content: Content) -> RenderContext:
    """Look up names and picture facts that the content refers to: two queries at most."""
    hashes = {use.sha256 for use in (content.cover, *content.pictures) if use}
    codes = {content.column, *content.topics, *content.audiences} - {""}
    return RenderContext(
        base_url=base_url,
        unit=unit.name,
        store=store,
        pictures=_picture_facts(session, hashes),
        labels=_labels(session, codes),
    )


def output(content: Content, story_id: int, revision: int, channel: Channel, around: RenderContext) -> Output:
    """Check and render one content for one configured channel: its settings, with what is known of its station."""
    return _output(registry.adapter(channel.kind), content, story_id, revision, stations.settings_of(channel), around)


def outputs(
    content: Content, story_id: int, revision: int, channels: Iterable[Channel], around: RenderContext
) -> list[Output]:
    """Outputs for several channels, in their order."""
    return [output(content, story_id, revision, channel, around) for channel in channels]


def sample_channels(session: Session, unit: Unit) -> list[Channel]:
    """One active channel of each kind to preview a unit's story with: the nearest in the unit tree.

    A channel of the unit itself comes first, then of the units above it, then of those below it (a district's stories
    are read by its culture centre), then those that branch off last.
    """
    nearest: dict[str, int] = {}
    channels = session.execute(
        select(Channel.id, Channel.kind, Unit.path).join(Unit, Unit.id == Channel.unit_id).where(Channel.active)
    )
    for id_, kind, _path in sorted(channels, key=lambda row: (_distance(row.path, unit.path), row.id)):
        nearest.setdefault(kind, id_)
    found = {one.kind: one for one in session.scalars(select(Channel).where(Channel.id.in_(nearest.values())))}
    return [found[kind] for kind in registry.KINDS if kind in found]


def _distance(path: str, home: str) -> tuple[int, int, int]:
    """Sort the channels of a unit at ``path`` as seen from ``home``: above, below, aside; the nearest first."""
    if home.startswith(path):
        return 0, -len(path), 0
    if path.startswith(home):
        return 1, path.count("/"), 0
    steps = zip(path.split("/"), home.split("/"), strict=False)
    shared = sum(1 for _step in takewhile(lambda pair: pair[0] == pair[1], steps))
    return 2, -shared, path.count("/")


def _output(
    adapter: Adapter,
    content: Content,
    story_id: int,
    revision: int,
    settings: BaseModel,
    around: RenderContext,
) -> Output:
    piece = to_piece(content, story_id, revision, adapter.kind, around)
    findings = (*adapter.check(piece, settings), *encodings.findings(piece), *_never_shown(adapter, content))
    stopped = any(finding.severity is Severity.ERROR for finding in findings)
    return Output(adapter.kind, findings, None if stopped else adapter.render(piece, settings))


def _never_shown(adapter: Adapter, content: Content) -> Iterator[Finding]:
    """A warning for each text of the kind's own that the kind has no place for."""
    own = content.variant(adapter.kind)
    for part, name in TEXTS.items():
        text = getattr(own, part)
        if text.strip() and part not in adapter.texts:
            yield Finding(
                Severity.WARNING, part,
                Words(N_("%(part)s riêng cho kênh này không hiện ở đâu cả."), {"part": Words(name)}),
                Words(N_("Hãy chuyển chữ ấy sang mục mà kênh có hiện, hoặc xóa đi.")),
                (Fix(Words(N_("Xóa chữ không hiện")), part, (Edit(0, len(text), text, ""),), own=True),),
            )  # fmt: skip


def _picture_facts(session: Session, hashes: set[str]) -> dict[str, PictureInfo]:
    if not hashes:
        return {}
    rows = session.scalars(select(Asset).where(Asset.sha256.in_(hashes)))
    return {row.sha256: PictureInfo(row.mime, row.width, row.height, row.size) for row in rows}


def _labels(session: Session, codes: set[str]) -> dict[tuple[str, str], str]:
    if not codes:
        return {}
    rows = session.execute(select(Term.kind, Term.code, Term.label).where(Term.code.in_(codes)))
    return {(kind, code): label for kind, code, label in rows}

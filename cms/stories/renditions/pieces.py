"""From a revision to the piece that adapters are given: the variant applied, pictures and names filled in."""

from collections.abc import Mapping
from dataclasses import dataclass

from channels.contract import Picture, Piece, Service
from cms.core.picture_addresses import picture_path
from cms.stories.editing.content import Content, PictureUse
from media.pictures.pictures import PictureInfo
from media.storage.store import Store


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What a piece needs beyond its content: names, the public address, the store and facts of pictures by hash."""

    base_url: str
    unit: str
    store: Store
    pictures: Mapping[str, PictureInfo]
    labels: Mapping[tuple[str, str], str]
    """Labels of vocabulary terms by (kind, code)."""


def picture_url(base_url: str, sha256: str, mime: str) -> str:
    """The public address of a stored picture."""
    return base_url + picture_path(sha256, mime)


def story_url(base_url: str, story_id: int) -> str:
    """The public address of a live story."""
    return f"{base_url}/tin/{story_id}"


def to_piece(content: Content, story_id: int, revision: int, kind: str, around: RenderContext) -> Piece:
    """Return the piece of one revision for one channel kind; pure but for reading pictures when asked to."""
    own = content.variant(kind)
    return Piece(
        story_id=story_id,
        revision=revision,
        kind=content.kind,
        title=own.title or content.title,
        summary=own.summary or content.summary,
        body=own.body or content.body,
        byline=content.byline,
        column=around.labels.get(("column", content.column), content.column),
        unit=around.unit,
        language=content.language,
        topics=_labels("topic", content.topics, around),
        audiences=_labels("audience", content.audiences, around),
        documents=content.documents,
        service=Service(**content.service.model_dump()),
        cover=_picture(content.cover, around),
        pictures=tuple(p for p in (_picture(use, around) for use in content.pictures) if p),
        url=story_url(around.base_url, story_id),
    )


def _labels(kind: str, codes: tuple[str, ...], around: RenderContext) -> tuple[str, ...]:
    return tuple(around.labels.get((kind, code), code) for code in codes)


def _picture(use: PictureUse | None, around: RenderContext) -> Picture | None:
    info = around.pictures.get(use.sha256) if use else None
    if use is None or info is None:
        return None
    return Picture(
        sha256=use.sha256,
        mime=info.mime,
        width=info.width,
        height=info.height,
        size=info.size,
        alt=use.alt,
        caption=use.caption,
        url=picture_url(around.base_url, use.sha256, info.mime),
        read=lambda: around.store.read(use.sha256),
    )

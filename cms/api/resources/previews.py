"""What a channel would carry of a story, and what it says about it, before anything is promised."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Finding, Fix, Rendition, RenditionFile, Severity
from channels.words import N_
from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import Id, RequestBody, ResponseBody, Word
from cms.api.kit.named import channel_by_slug
from cms.api.kit.table import endpoint
from cms.api.resources.revisions import revision
from cms.core.database import db
from cms.core.picture_addresses import EXTENSIONS
from cms.core.refusal import Invalid, NotFound
from cms.models.people import Unit
from cms.stories.editing.content import Content
from cms.stories.queries import lookup
from cms.stories.renditions import outputs, preview
from cms.stories.renditions.pieces import picture_url
from cms.web.context import settings, store
from cms.web.output.language import say
from scheduler.storage.tables import Channel


class PreviewQuery(RequestBody):
    """Which channel and revision, and whether the files' bytes are wanted."""

    channel: Word = Field("", description="Slug of a channel of the kind; without it the one nearest to the unit.")
    revision: Id | None = Field(None, description="The newest that the caller sees if left out.")
    files: Literal["sizes", "inline"] = Field("sizes", description="inline: the bytes come along in base64.")


class EditTold(ResponseBody):
    """Characters `start` to `end` (half-open, counted in Unicode code points), now `old`, become `new`."""

    start: int
    end: int
    old: str
    new: str


class FixTold(ResponseBody):
    """A way out of a finding: make all `edits` in `field` of the content, such as `body`, `service.name` or
    `variants.radio_script.body`, and save it as the next revision. An edit of an empty field starts it.
    """

    label: str
    field: str
    edits: list[EditTold]


class FindingTold(ResponseBody):
    """An error stops the story on the channel, a warning informs. `field` is a field of the content."""

    severity: Severity
    field: str
    message: str
    remedy: str
    fixes: list[FixTold]


class FileTold(ResponseBody):
    """A file of a rendition. `size` in bytes; `url` once it is stored and public; `data` in base64 if asked for."""

    name: str
    mime: str
    sha256: str
    size: int
    url: str | None
    data: str | None


class RenditionTold(ResponseBody):
    """What would be frozen and sent; equal content has an equal hash."""

    sha256: str
    document: dict[str, Any]
    files: list[FileTold]


class PreviewTold(ResponseBody):
    """One channel's view of a revision. `rendition` is null when an error makes it impossible."""

    kind: str
    channel: str
    revision: int
    findings: list[FindingTold]
    rendition: RenditionTold | None


@endpoint("GET", "/stories/{story_id}/preview/{kind}", "stories:read")
def preview_story(call: Call[PreviewQuery, None], story_id: int, kind: str) -> Reply[PreviewTold]:
    """Show what a kind of channel would carry of a story.

    `kind` is portal_rss, zalo_oa, led_board or radio_script. The same bytes would be frozen, sent and retried.
    """
    session = db.session()
    story = lookup.story(session, call.actor, story_id)
    channel = _channel(session, kind, call.query.channel, story.unit)
    number = call.query.revision
    shown = (
        lookup.seen(session, call.actor, story).revision
        if number is None
        else revision(session, call.actor, story, number)
    )
    content = Content.model_validate(shown.content)
    around = outputs.surroundings(session, store(), settings().public_url, story.unit, content)
    made = outputs.output(content, story_id, shown.number, channel, around)
    body = PreviewTold(
        kind=kind, channel=channel.slug, revision=shown.number, findings=findings(made.findings, kind, content),
        rendition=_rendition(made.rendition, call.query.files == "inline") if made.rendition else None,
    )  # fmt: skip
    return Reply(body)


def findings(found: Sequence[Finding], kind: str, content: Content) -> list[FindingTold]:
    """Return findings in the caller's language, with their fixes as edits of fields of ``content``."""
    return [
        FindingTold(
            severity=one.severity, field=one.field, message=say(one.message), remedy=say(one.remedy),
            fixes=[_fix(fix, kind, content) for fix in one.fixes],
        )
        for one in found
    ]  # fmt: skip


def _fix(fix: Fix, kind: str, content: Content) -> FixTold:
    told = preview.told_fix(fix, kind, content)
    return FixTold(label=told.label, field=told.field, edits=[EditTold(**asdict(one)) for one in told.edits])


def _channel(session: Session, kind: str, slug: str, unit: Unit) -> Channel:
    if kind not in registry.KINDS:
        raise NotFound(N_("Không có loại kênh “%(kind)s”."), kind=kind)
    if slug:
        named = channel_by_slug(session, slug)
        if named.kind != kind:
            raise Invalid(N_("Kênh “%(slug)s” không thuộc loại “%(kind)s”."), field="channel", slug=slug, kind=kind)
        return named
    for channel in outputs.sample_channels(session, unit):
        if channel.kind == kind:
            return channel
    raise NotFound(N_("Chưa có kênh nào thuộc loại này; hãy nhờ quản trị viên tạo kênh."))


def _rendition(made: Rendition, inline: bool) -> RenditionTold:
    files = [_file(one, inline) for one in made.files]
    return RenditionTold(sha256=made.sha256, document=dict(made.document), files=files)


def _file(file: RenditionFile, inline: bool) -> FileTold:
    public = file.mime in EXTENSIONS and file.sha256 in store()
    data = file.data or (store().read(file.sha256) if inline and file.sha256 in store() else b"")
    return FileTold(
        name=file.name, mime=file.mime, sha256=file.sha256, size=file.size,
        url=picture_url(settings().public_url, file.sha256, file.mime) if public else None,
        data=b64encode(data).decode() if inline and data else None,
    )  # fmt: skip

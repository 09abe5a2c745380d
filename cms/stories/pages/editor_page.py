"""The editor's page put together: the fields as typed, the lists to choose from, and what stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import make_response, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from channels import registry
from channels.words import Words
from cms.core.permissions import Actor
from cms.core.refusal import Refusal
from cms.models.people import Person
from cms.models.stories import Review, WorkingCopy
from cms.stories.editing import covers, diff, forms, pictures
from cms.stories.editing.content import Content, parse
from cms.stories.editing.diff import FieldDiff
from cms.stories.editing.working_copies import Tab
from cms.stories.pages.opened_story import OpenedStory
from cms.stories.renditions.preview import label
from cms.vocabulary import choices
from cms.web.actor import current_actor
from cms.web.context import settings
from cms.web.output.language import say
from media.drawing.fonts import ICONS

PALETTES = ("blue", "teal", "green", "red", "orange", "purple")


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody saved while this person wrote: who, when, and what differs from their text to the one typed here."""

    number: int
    by: str
    mine: bool
    """Whether it was the person's own, saved on another page."""
    at: datetime
    fields: Sequence[FieldDiff]
    theirs: Mapping[str, str]
    """The others' text of each differing field that is plain text."""


@dataclass(frozen=True, slots=True)
class OtherCopy:
    """Another unsaved text of the same person: its page, when it was kept, and what differs from the one shown."""

    tab: str
    stamp: int
    at: datetime
    fields: Sequence[FieldDiff]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the editor shows: ``values`` as typed, the revision they are based on, and the trouble there is."""

    values: Mapping[str, Any]
    unit_id: int | None
    base_id: int | None
    planned_for: str
    refusal: Refusal | None = None
    overtaken: Overtaken | None = None
    kept_at: datetime | None = None
    """When this text was kept as a working copy; None if it is the saved text."""
    tab: Tab = field(default_factory=Tab.new)
    others: Sequence["OtherCopy"] = ()
    """What the same person is writing on other pages."""


def editor_page(session: Session, actor: Actor, found: OpenedStory | None, sheet: Sheet) -> Response:
    """Return the editor; its status is the refusal's if something was refused."""
    words = choices.vocabulary(session, "column", "topic", "audience", "document")
    values = _for_people(forms.shown(sheet.values))
    page = render_template(
        "stories/editor.html",
        opened=found,
        sheet=sheet,
        values=values,
        addresses=addresses_of(session, values),
        sentence=say(sheet.refusal.words) if sheet.refusal else "",
        words=words,
        units=choices.unit_choices(session, actor) if found is None else [],
        kinds=diff.KIND_NAMES,
        channel_kinds=channel_labels(),
        channel_texts={kind: registry.adapter(kind).texts for kind in registry.KINDS},
        block_fields=forms.BLOCK_FIELDS,
        block_icons=sorted(ICONS),
        palettes=PALETTES,
        returned=last_return(session, found) if found else None,
        max_upload_mb=settings().max_upload_mb,
    )
    status = sheet.refusal.status if sheet.refusal else 409 if sheet.overtaken and not sheet.kept_at else 200
    return make_response(page, status)


def addresses_of(session: Session, values: Mapping[str, Any]) -> dict[str, str]:
    """Addresses of the pictures that plain content data names, by hash."""
    uses = [use for use in (values["cover"], *values["pictures"]) if use]
    return pictures.addresses(session, [use["sha256"] for use in uses])


def channel_labels() -> dict[str, Words]:
    """Every channel kind with its name, in the order of tabs."""
    return {kind: label(kind) for kind in registry.KINDS}


def overtaken(session: Session, found: OpenedStory, typed: Mapping[str, Any]) -> Overtaken:
    """Compare the newest revision with what was typed on an older one."""
    newest = found.content.model_dump(mode="json")
    fields = diff.contents(found.content, _readable(typed), channel_labels())
    theirs = {one.field: text for one in fields if isinstance(text := _value(newest, one.field), str)}
    by = session.get_one(Person, found.revision.created_by).name
    mine = found.revision.created_by == current_actor().person_id
    return Overtaken(found.revision.number, by, mine, found.revision.created_at, fields, theirs)


def others_of(shown: WorkingCopy, copies: Sequence[WorkingCopy]) -> list[OtherCopy]:
    """The unsaved texts beside the one shown that differ from it: red is only there, green only here."""
    here = _readable(forms.opened_copy(shown.content)[0])
    found = []
    for copy in copies:
        fields = diff.contents(_readable(forms.opened_copy(copy.content)[0]), here, channel_labels())
        if copy is not shown and fields:
            found.append(OtherCopy(copy.tab, copy.stamp, copy.saved_at, fields))
    return found


def last_return(session: Session, found: OpenedStory) -> Review | None:
    """The lead's words when they gave the newest revision back."""
    query = select(Review).where(Review.story_id == found.story.id, Review.decision == "returned")
    return session.scalars(query.order_by(Review.id.desc()).limit(1)).first() if found.stage == "returned" else None


def _readable(typed: Mapping[str, Any]) -> Content:
    """The content typed, as far as it can be read: what is too long for a revision is compared all the same."""
    try:
        return parse(typed)
    except Refusal:
        plain = {name: value for name, value in forms.shown(typed).items() if isinstance(value, str)}
        return Content.model_construct(**{**Content().__dict__, **plain, "kind": Content().kind})


def _value(content: Mapping[str, Any], field: str) -> object:
    here: object = content
    for step in field.split("."):
        if not isinstance(here, Mapping):
            return ""
        here = here.get(step, "")
    return here


def _for_people(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out a drawn cover's own description: it is made from the blocks anew at each save."""
    cover = values["cover"]
    if cover and values["infographic"]:
        content = _readable(values)
        if covers.wanted(content) and cover["alt"] == covers.alt_of(content):
            values["cover"] = {**cover, "alt": ""}
    return values

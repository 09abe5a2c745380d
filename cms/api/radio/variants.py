"""Scripts in other languages: what a translator's system sends, who reviewed it, and the files that a station takes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from cms.api.kit.calls import Call, File, Reply
from cms.api.kit.fields import Id, NoQuery, RequestBody, ResponseBody, Word
from cms.api.kit.named import UnitName, unit_by_code, unit_names
from cms.api.kit.table import endpoint
from cms.core.database import changing, db
from cms.radio.scripts import downloads, plausible, queries
from cms.radio.scripts.queries import Script
from cms.radio.variants import variant_files, variant_keeping, variants
from cms.radio.variants.variants import Variant, VariantFields
from cms.stories.editing.content import OneLine, Prose

VariantFormat = Literal["docx", "pdf", "txt"]
Name = Annotated[OneLine, Field(max_length=variants.LONGEST_NAME)]
Version = Annotated[Id | None, Field(description="Refused with 409 if the variant has another version by now.")]


class VariantGiven(RequestBody):
    """A translation of the script as it is live now. Sent again as it was it changes nothing."""

    language: Word = Field(description="BCP 47, with the script where a language has several: km-VN, cjm-Cham-VN.")
    title: Annotated[OneLine, Field(max_length=variants.LONGEST_TITLE)] = ""
    text: Annotated[Prose, Field(max_length=variants.LONGEST_TEXT)] = Field(
        "", description="May be empty only if there is a recording already."
    )
    translator: Name
    reviewer: Name = ""
    reviewed: bool = Field(False, description="The reviewer has read or heard it as it is here.")
    duration_s: Annotated[int, Field(ge=1, le=plausible.LONGEST_S)] | None = Field(None, description="As measured.")
    unit: Word = Field("", description="Code of the unit that keeps it; needed only where several are possible.")
    version: Version = None


class Reviewing(RequestBody):
    """That a native speaker has read or heard a variant as it is now."""

    reviewer: Name = Field("", description="Who did; empty: whom the variant names already.")
    version: Version = None


class VariantLine(ResponseBody):
    """A script in another language, without its text. `outdated`: the Vietnamese was corrected since."""

    id: int
    script: int
    language: str
    name: str = Field(description="The language in Vietnamese.")
    unit: UnitName
    title: str
    revision: int = Field(description="Revision of the story that it was made from.")
    outdated: bool
    translator: str
    reviewer: str
    reviewed_at: datetime | None
    duration_s: int | None
    audio: bool = Field(description="Whether there is a recording; it is heard and taken on the page of the variant.")
    version: int
    updated_at: datetime
    files: dict[str, str] = Field(description="Address of each format; pdf only if its font has the letters.")


class VariantList(ResponseBody):
    """The variants of a script, of every unit that keeps one."""

    items: list[VariantLine]


class VariantTold(VariantLine):
    """A variant with its text; `text` is null once the script was withdrawn, so that nothing reads it out."""

    text: str | None


@endpoint("GET", "/radio/scripts/{script_id}/variants", "radio:read")
def list_variants(call: Call[NoQuery, None], script_id: int) -> Reply[VariantList]:
    """List a script's translations."""
    session = db.session()
    found = queries.script(session, call.actor, script_id)
    rows = variants.listed(session, found)
    names = _names(session, rows)
    return Reply(VariantList(items=[VariantLine(**_line(found, one, names)) for one in rows]))


@endpoint("POST", "/radio/scripts/{script_id}/variants", "radio:write", statuses=(200, 201), refuses=(409,))
def keep_variant(call: Call[NoQuery, VariantGiven], script_id: int) -> Reply[VariantTold]:
    """Keep a unit's translation of a script.

    A language that the unit did not have answers 201; what it had is changed and answers 200, and the same again
    changes nothing. Keeping it makes it one of the script as it is live now.
    """
    said = call.body
    fields = VariantFields(
        said.language, said.title, said.text, said.translator, said.reviewer, said.reviewed, said.duration_s
    )
    with changing() as session:
        unit_id = unit_by_code(session, said.unit).id if said.unit else None
        row, fresh = variant_keeping.keep(
            session, call.actor, script_id, fields, unit_id=unit_id, version=said.version, now=call.now
        )
        body = _told(session, call, script_id, row.id)
    place = f"/api/v1/radio/scripts/{script_id}/variants/{body.id}"
    return Reply(body, status=201 if fresh else 200, location=place)


@endpoint("GET", "/radio/scripts/{script_id}/variants/{variant_id}", "radio:read")
def read_variant(call: Call[NoQuery, None], script_id: int, variant_id: int) -> Reply[VariantTold]:
    """Read a translation."""
    return Reply(_told(db.session(), call, script_id, variant_id))


@endpoint("POST", "/radio/scripts/{script_id}/variants/{variant_id}/review", "radio:write", refuses=(409,))
def review_variant(call: Call[NoQuery, Reviewing], script_id: int, variant_id: int) -> Reply[VariantTold]:
    """Mark a translation as reviewed; again changes nothing. Refused if the Vietnamese was corrected since."""
    with changing() as session:
        variant_keeping.mark_reviewed(
            session, call.actor, script_id, variant_id, reviewer=call.body.reviewer, version=call.body.version,
            now=call.now,
        )  # fmt: skip
        body = _told(session, call, script_id, variant_id)
    return Reply(body)


@endpoint(
    "GET", "/radio/scripts/{script_id}/variants/{variant_id}.{format}", "radio:read", statuses=(200, 410),
    refuses=(409,),
    mimes=tuple(downloads.MIMES[name].partition(";")[0] for name in variant_files.FORMATS),
)  # fmt: skip
def download_variant_file(
    call: Call[NoQuery, None], script_id: int, variant_id: int, format: VariantFormat  # noqa: A002
) -> File:  # fmt: skip
    """Take a translation as a file.

    A pdf is refused with 409 where its font lacks the letters of the language: the docx is the form to print. Of a
    script that was withdrawn the file says only that, with 410.
    """
    session = db.session()
    found = queries.script(session, call.actor, script_id)
    shown = variants.find(session, found, variant_id)
    made = variant_files.file(found, shown, format)
    status = 410 if found.withdrawn else 200
    return File(made.body, made.mime, made.name, variant_files.tag(found, shown, format), status)


def _told(session: Session, call: Call[Any, Any], script_id: int, variant_id: int) -> VariantTold:
    found = queries.script(session, call.actor, script_id)
    shown = variants.find(session, found, variant_id)
    line = _line(found, shown, _names(session, [shown]))
    return VariantTold(**line, text=None if found.withdrawn else shown.row.text)


def _names(session: Session, rows: Sequence[Variant]) -> dict[int, UnitName]:
    return unit_names(session, [one.row.unit_id for one in rows])


def _line(found: Script, shown: Variant, names: Mapping[int, UnitName]) -> dict[str, Any]:
    row = shown.row
    base = f"/api/v1/radio/scripts/{found.delivery_id}/variants/{row.id}"
    return {
        "id": row.id,
        "script": found.delivery_id,
        "language": row.language,
        "name": shown.name,
        "unit": names[row.unit_id],
        "title": row.title,
        "revision": row.revision,
        "outdated": shown.outdated,
        "translator": row.translator,
        "reviewer": row.reviewer,
        "reviewed_at": row.reviewed_at,
        "duration_s": row.duration_s,
        "audio": bool(row.audio_sha256),
        "version": row.version,
        "updated_at": row.updated_at,
        "files": {name: f"{base}.{name}" for name in variant_files.formats(row)},
    }

"""Pictures for stories."""

from datetime import datetime

from pydantic import Field
from sqlalchemy.orm import Session

from channels.words import N_
from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import File, Form, NoQuery, ResponseBody, Word
from cms.api.kit.named import UnitName, unit_by_code, unit_names
from cms.api.kit.table import endpoint
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import NotFound
from cms.models.stories import Asset
from cms.stories.editing import pictures
from cms.stories.renditions.pieces import picture_url
from cms.web.context import settings, store


class PictureForm(Form):
    """A picture to keep: JPEG, PNG, WebP, GIF, HEIC or AVIF."""

    unit: Word = Field(description="Code of the unit whose stories use the picture.")
    file: File = Field(description="The picture; it is turned upright, cleaned of metadata and made no larger.")
    name: Word = Field("", description="A name to find it by; the file's own if left out.")


class AssetTold(ResponseBody):
    """A stored picture. Stories name it by `sha256`; sizes in pixels and bytes."""

    sha256: str
    name: str
    mime: str
    width: int
    height: int
    size: int
    unit: UnitName
    url: str
    created_at: datetime


@endpoint("POST", "/assets", "stories:write", statuses=(201,))
def upload_asset(call: Call[NoQuery, PictureForm]) -> Reply[AssetTold]:
    """Upload a picture.

    The same picture is kept once for each unit; sending it again gives the same answer.
    """
    unit = unit_by_code(db.session(), call.body.unit)
    call.actor.require(Action.WRITE, unit.path)
    picture = pictures.clean(call.body.file, max_bytes=settings().max_upload_mb * 1_000_000)
    unit_id, kept = unit.id, pictures.keep(store(), picture)
    with changing() as session:
        made = pictures.add(session, call.actor, unit_id, call.body.name, kept, call.now)
        body = _told(session, made)
    return Reply(body, status=201, location=f"/api/v1/assets/{body.sha256}")


@endpoint("GET", "/assets/{sha256}", "stories:read", "stories:write")
def read_asset(call: Call[NoQuery, None], sha256: str) -> Reply[AssetTold]:
    """Read what is known of a picture of one's own units, or in an approved story; `url` serves its bytes."""
    session = db.session()
    call.actor.require(Action.READ)
    found = pictures.readable(session, call.actor, sha256)
    if found is None:
        raise NotFound(N_("Không có ảnh này; hãy tải ảnh lên trước."))
    return Reply(_told(session, found))


def _told(session: Session, found: Asset) -> AssetTold:
    return AssetTold(
        sha256=found.sha256, name=found.name, mime=found.mime, width=found.width, height=found.height,
        size=found.size, unit=unit_names(session, [found.unit_id])[found.unit_id],
        url=picture_url(settings().public_url, found.sha256, found.mime), created_at=found.created_at,
    )  # fmt: skip

"""A story's script in another language: a text, or audio alone, that somebody translated and somebody checked.

Nothing here knows how such a language is read, so the length is the one that was measured. A variant belongs to the
revision it was made from: a newer one makes it outdated.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound
from cms.models.people import Unit
from cms.models.radio import ScriptVariant
from cms.models.stories import Story
from cms.people.administration.unit_admin import tidy
from cms.radio.scripts import broadcast_log, plausible
from cms.radio.scripts.queries import Script, script
from cms.radio.variants.sounds import Sound

LANGUAGES = {
    "hmn-Latn-VN": "Mông", "tyz": "Tày", "nut": "Nùng", "mtq": "Mường", "km-VN": "Khmer", "cjm-Cham-VN": "Chăm",
    "blt-Tavt": "Thái Đen", "blt-Latn": "Thái Đen (chữ La-tinh)", "twh-Tavt": "Thái Trắng", "ium": "Dao",
    "rad": "Ê Đê", "jra": "Gia Rai", "bdq": "Ba Na", "sed": "Xơ Đăng", "kpm": "K’ho", "cmo": "M’nông", "ktv": "Cơ Tu",
    "crw": "Chơ Ro", "hni": "Hà Nhì", "lhu": "La Hủ", "khb": "Lự", "pcc": "Giáy", "kjg": "Khơ Mú", "zh-Hant": "Hoa",
    "en": "Anh",
}  # fmt: skip
"""Languages on the air in Viet Nam by their usual tags (VOV4 and others); any other BCP 47 tag can be entered."""
TAG = re.compile(
    r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?((?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)", re.IGNORECASE
)
SCRIPTS = frozenset({"blt", "twh", "tyr", "cjm", "cja"})
"""Languages written in more than one script, so that the tag has to say which."""
_HELD = N_("Đơn vị đã có bản tiếng này; hãy sửa bản ấy.")
LONGEST_TEXT, LONGEST_NAME, LONGEST_TITLE = 60_000, 200, 400


@dataclass(frozen=True, slots=True)
class VariantFields:
    """What a translator fills in. ``reviewed``: the reviewer has read or heard it as it is now."""

    language: str
    title: str
    text: str
    translator: str
    reviewer: str = ""
    reviewed: bool = False
    duration_s: int | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant beside the script it is shown with."""

    row: ScriptVariant
    unit: str
    outdated: bool

    @property
    def name(self) -> str:
        """The language's Vietnamese name, or its tag."""
        return LANGUAGES.get(self.row.language, self.row.language)


def canonical(tag: str) -> str:
    """Return a BCP 47 tag in its usual letters; raise ``Invalid``."""
    match = TAG.fullmatch(tag.strip())
    if match is None:
        raise Invalid(N_("Mã tiếng chưa đúng; hãy chọn trong danh sách hoặc nhập như “hmn-Latn-VN”."), field="language")
    language, written, region, rest = match[1].lower(), match[2], match[3], match[4].lower()
    if language == "vi":
        raise Invalid(N_("Kịch bản tiếng Việt đã có; hãy chọn tiếng khác."), field="language")
    if language in SCRIPTS and not written:
        raise Invalid(
            N_("Tiếng này có nhiều thứ chữ; hãy ghi rõ, ví dụ “%(language)s-Latn”."), field="language",
            language=language,
        )  # fmt: skip
    parts = [language, *([written.title()] if written else []), *([region.upper()] if region else [])]
    return "-".join(parts) + rest


def listed(session: Session, found: Script) -> list[Variant]:
    """Return the variants of a script's story; one query."""
    query = select(ScriptVariant, Unit.name).join(Unit, Unit.id == ScriptVariant.unit_id)
    rows = session.execute(
        query.where(ScriptVariant.story_id == found.story_id).order_by(ScriptVariant.language, Unit.id)
    )
    return [Variant(row, unit, row.revision < found.revision) for row, unit in rows]


def find(session: Session, found: Script, variant_id: int) -> Variant:
    """Return one variant of this script's story; raise ``NotFound``."""
    for variant in listed(session, found):
        if variant.row.id == variant_id:
            return variant
    raise NotFound(N_("Không có bản tiếng khác này."))


def homes(session: Session, actor: Actor, found: Script) -> list[Unit]:
    """Return the units for which ``actor`` may keep a variant: own stations, and the story's unit for its editors."""
    units = {unit.id: unit for unit in broadcast_log.airing_units(session, actor, found)}
    owner = session.get_one(Unit, session.get_one(Story, found.story_id).unit_id)
    if actor.may(Action.WRITE, owner.path):
        units.setdefault(owner.id, owner)
    return list(units.values())


def may_change(actor: Actor, session: Session, variant: Variant) -> bool:
    """Whether ``actor`` may change a variant: people of the unit that keeps it."""
    path = session.get_one(Unit, variant.row.unit_id).path
    return actor.may(Action.WRITE, path) or actor.may(Action.LOG_BROADCAST, path)


def require(session: Session, actor: Actor, found: Script, variant_id: int | None) -> None:
    """Raise ``NotAllowed`` unless ``actor`` may keep this variant, or a new one if ``variant_id`` is None."""
    if variant_id is not None:
        _require(session, actor, find(session, found, variant_id))
    elif not homes(session, actor, found):
        raise NotAllowed(N_("Chỉ biên tập viên hoặc phát thanh viên của đơn vị mới được soạn bản tiếng khác."))


def save(
    session: Session, actor: Actor, delivery_id: int, fields: VariantFields, *, unit_id: int | None = None,
    variant_id: int | None = None, sound: Sound | None = None, version: int | None = None, now: datetime,
) -> ScriptVariant:  # fmt: skip
    """Keep a variant of a script as it is live now; the same again changes nothing.

    ``sound`` None leaves the audio as it was.
    """
    found = script(session, actor, delivery_id)
    if found.withdrawn:
        raise Conflict(N_("Kịch bản đã thu hồi; không soạn bản tiếng khác nữa."))
    checked = _checked(fields)
    row = _row(session, actor, found, checked.language, unit_id, variant_id)
    if version is not None and row.id is not None and row.version != version:
        raise Conflict(N_("Bản này vừa được người khác sửa; hãy mở lại rồi sửa tiếp."))
    if not checked.text and sound is None and not row.audio_sha256:
        raise Invalid(N_("Hãy nhập lời dịch hoặc tải tệp âm thanh lên."), field="text")
    if sound is None and row.revision == found.revision and _fields(row) == checked:
        return row
    row.reviewed_at = _reviewed_at(row, checked, found.revision, sound, now)
    row.language, row.title, row.text = checked.language, checked.title, checked.text
    row.translator, row.reviewer, row.duration_s = checked.translator, checked.reviewer, checked.duration_s
    row.revision, row.updated_at = found.revision, now
    row.version = (row.version or 0) + 1
    if sound is not None:
        row.audio_sha256, row.audio_mime, row.audio_size = sound.sha256, sound.mime, sound.size
    _flush(session)
    record(
        session, actor, "variant.save", "variant", row.id, unit_id=row.unit_id, now=now, story=found.story_id,
        language=row.language, revision=row.revision,
    )  # fmt: skip
    return row


def remove(session: Session, actor: Actor, delivery_id: int, variant_id: int, *, now: datetime) -> None:
    """Take a variant away; the trail keeps who did it."""
    variant = find(session, script(session, actor, delivery_id), variant_id)
    _require(session, actor, variant)
    row = variant.row
    record(
        session, actor, "variant.remove", "variant", row.id, unit_id=row.unit_id, now=now, story=row.story_id,
        language=row.language,
    )  # fmt: skip
    session.delete(row)


def _row(
    session: Session, actor: Actor, found: Script, language: str, unit_id: int | None, variant_id: int | None
) -> ScriptVariant:
    if variant_id is not None:
        variant = find(session, found, variant_id)
        _require(session, actor, variant)
        session.refresh(variant.row, with_for_update=True)
        same = variant.row.language == language
        home = variant.row.unit_id
        if not same and _taken(session, found.story_id, home, language):
            raise Conflict(_HELD, field="language")
        return variant.row
    units = homes(session, actor, found)
    unit = next((one for one in units if unit_id in (None, one.id)), None)
    if unit is None:
        raise NotAllowed(N_("Chỉ biên tập viên hoặc phát thanh viên của đơn vị mới được soạn bản tiếng khác."))
    if _taken(session, found.story_id, unit.id, language):
        raise Conflict(_HELD, field="language")
    made = ScriptVariant(story_id=found.story_id, unit_id=unit.id, created_by=actor.person_id, version=0)
    made.audio_sha256, made.audio_mime, made.audio_size = "", "", 0
    session.add(made)
    return made


def _fields(row: ScriptVariant) -> VariantFields:
    return VariantFields(
        row.language, row.title, row.text, row.translator, row.reviewer, row.reviewed_at is not None, row.duration_s
    )


def _reviewed_at(
    row: ScriptVariant, fields: VariantFields, revision: int, sound: Sound | None, now: datetime
) -> datetime | None:
    """Return when the reviewer saw what is kept: as before unless there is something new to see."""
    if not fields.reviewed:
        return None
    seen = (row.title, row.text, row.reviewer, row.revision) == (fields.title, fields.text, fields.reviewer, revision)
    return row.reviewed_at if seen and sound is None and row.reviewed_at else now


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:  # two began the same language at once
        raise Conflict(_HELD, field="language") from error


def _taken(session: Session, story_id: int, unit_id: int, language: str) -> bool:
    same = (ScriptVariant.story_id == story_id, ScriptVariant.unit_id == unit_id, ScriptVariant.language == language)
    with session.no_autoflush:
        return session.scalar(select(ScriptVariant.id).where(*same)) is not None


def _require(session: Session, actor: Actor, variant: Variant) -> None:
    if not may_change(actor, session, variant):
        raise NotAllowed(N_("Chỉ biên tập viên hoặc phát thanh viên của đơn vị mới được soạn bản tiếng khác."))


def _checked(fields: VariantFields) -> VariantFields:
    title, translator, reviewer = tidy(fields.title), tidy(fields.translator), tidy(fields.reviewer)
    text = unicodedata.normalize("NFC", fields.text).replace("\r\n", "\n").strip()
    if not translator:
        raise Invalid(N_("Hãy ghi tên người dịch."), field="translator")
    for field, value, limit in (
        ("title", title, LONGEST_TITLE), ("text", text, LONGEST_TEXT), ("translator", translator, LONGEST_NAME),
        ("reviewer", reviewer, LONGEST_NAME),
    ):  # fmt: skip
        if len(value) > limit:
            raise Invalid(N_("Mục này dài quá %(limit)s ký tự; hãy rút gọn."), field=field, limit=limit)
    if fields.reviewed and not reviewer:
        raise Invalid(N_("Hãy ghi tên người soát."), field="reviewer")
    if fields.duration_s is not None and not 1 <= fields.duration_s <= plausible.LONGEST_S:
        raise Invalid(N_("Thời lượng đo được phải từ 1 giây đến 4 giờ."), field="minutes")
    return VariantFields(
        canonical(fields.language), title, text, translator, reviewer, fields.reviewed, fields.duration_s
    )

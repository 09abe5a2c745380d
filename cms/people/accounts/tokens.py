"""Bearer tokens for machines: made once, shown once, kept as a hash."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core import access_keys
from cms.core.audit import record
from cms.core.permissions import Actor
from cms.core.refusal import Invalid, NotFound
from cms.models.people import ApiToken, Person

SCOPES = {
    "stories:read": N_("Đọc tin, bài"),
    "stories:write": N_("Viết, sửa và gửi duyệt tin, bài"),
    "stories:approve": N_("Duyệt và trả lại tin, bài"),
    "stories:publish": N_("Lên lịch và thu hồi tin, bài"),
    "deliveries:read": N_("Đọc các lượt phát hành"),
    "deliveries:write": N_("Xử lý các lượt phát hành"),
    "quotas:read": N_("Đọc chỉ tiêu"),
    "radio:read": N_("Đọc và tải kịch bản phát thanh"),
    "radio:write": N_("Ghi nhật ký phát sóng"),
}
PREFIX = "dk_"


def create(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None,
    now: datetime,
) -> str:
    """Make a token for ``person`` and return it; it cannot be shown again."""
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise Invalid(N_("Hãy chọn ít nhất một quyền có trong danh sách cho mã truy cập."), field="scopes")
    if not name.strip():
        raise Invalid(N_("Hãy đặt tên cho mã truy cập để sau này nhận ra."), field="name")
    token = access_keys.make(PREFIX)
    row = ApiToken(
        person_id=person.id,
        name=name.strip()[:120],
        hash=access_keys.digest(token),
        scopes=wanted,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    record(session, actor, "token.create", "token", row.id, now=now, person=person.username, scopes=wanted)
    return token


def find(session: Session, token: str, now: datetime) -> ApiToken | None:
    """The valid token with this value, of an active person; None otherwise."""
    row = session.scalar(select(ApiToken).where(ApiToken.hash == access_keys.digest(token)))
    if row is None or row.revoked_at is not None or not row.person.active:
        return None
    return None if row.expires_at is not None and row.expires_at <= now else row


def has_open(session: Session, person_id: int, now: datetime) -> bool:
    """Whether a person has a token that works."""
    unexpired = or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now)
    own = select(ApiToken.id).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), unexpired)
    return session.scalar(own.limit(1)) is not None


def revoke_all(session: Session, person_id: int, now: datetime) -> int:
    """End all tokens of a person at once and return how many there were."""
    own = select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    found = session.scalars(own).all()
    for token in found:
        token.revoked_at = now
    return len(found)


def revoke(session: Session, actor: Actor, token_id: int, person_id: int, now: datetime) -> None:
    """End a token of ``person_id`` at once."""
    row = session.get(ApiToken, token_id)
    if row is None or row.person_id != person_id:
        raise NotFound(N_("Không có mã truy cập này."))
    row.revoked_at = row.revoked_at or now
    record(session, actor, "token.revoke", "token", row.id, now=now, name=row.name)

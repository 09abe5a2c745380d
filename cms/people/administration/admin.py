"""What an admin does about people: new accounts, roles, start passwords, ending accounts and tokens.

An admin reaches only their own subtree, and only people who have a role there: a number alone opens nobody. Whatever
touches the whole account (its password, its end) asks for more: every role of that person must lie in the admin's
subtree, or a district could take over a province's account. One's own account is not administered but kept on its own
page, which asks for the old password.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core import units
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound
from cms.models.people import Membership, Password, Person, Unit
from cms.models.roles import Role
from cms.people.accounts import tokens
from cms.people.accounts.passwords import NewPassword
from cms.people.administration import directory, unit_admin

USERNAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
LONGEST_USERNAME, LONGEST_NAME = 40, 200

Place = tuple[int, str]
"""A role in a unit: (unit id, role)."""


def create(
    session: Session,
    actor: Actor,
    *,
    username: str,
    name: str,
    places: Iterable[Place],
    start: NewPassword,
    now: datetime,
) -> Person:
    """Add a person with roles and the start password ``start``, which cannot be shown again."""
    name = _checked_name(name)
    username = _checked_username(session, username)
    wanted = list(dict.fromkeys(places))
    if not wanted:
        raise Invalid(N_("Hãy chọn ít nhất một vai trò ở một đơn vị."), field="roles")
    found = [(_grantable(session, actor, unit_id, now), _role(role)) for unit_id, role in wanted]
    person = Person(
        username=username, name=name, password_hash=start.hash, password_state=Password.START, created_at=now
    )
    person.memberships = [Membership(unit_id=unit.id, unit=unit, role=role.value) for unit, role in found]
    session.add(person)
    session.flush()
    record(
        session, actor, "person.create", "person", person.id, unit_id=found[0][0].id, now=now,
        username=username, name=name, roles=[[unit.name, role.value] for unit, role in found],
    )  # fmt: skip
    return person


def grant(session: Session, actor: Actor, person_id: int, *, unit_id: int, role: str, now: datetime) -> Person:
    """Give a person of the admin's subtree a role in a unit of it.

    Someone from elsewhere can only be given one by an admin who reaches both places: with a role beyond their reach
    the admins they have would lose the account.
    """
    person = directory.seen(session, actor, person_id)
    unit, wanted = _grantable(session, actor, unit_id, now), _role(role)
    if any(m.unit_id == unit.id and m.role == wanted for m in person.memberships):
        raise Conflict(N_("%(name)s đã có vai trò này ở %(unit)s."), name=person.name, unit=unit.name)
    person.memberships.append(Membership(unit_id=unit.id, unit=unit, role=wanted.value))
    session.flush()
    record(
        session, actor, "person.grant", "person", person.id, unit_id=unit.id, now=now, unit=unit.name, role=wanted.value
    )
    return person


def take_away(session: Session, actor: Actor, person_id: int, *, unit_id: int, role: str, now: datetime) -> Person:
    """Take a role away. The last role stays (end the account instead), and so does a unit's last admin."""
    person = directory.seen(session, actor, person_id)
    held = next((m for m in person.memberships if m.unit_id == unit_id and m.role == role), None)
    if held is None:
        raise NotFound(N_("Người này không có vai trò đó; hãy tải lại trang."))
    actor.require(Action.MANAGE_PEOPLE, held.unit.path)
    if len(person.memberships) == 1:
        raise Conflict(N_("Đây là vai trò cuối cùng của người này; nếu không cần nữa, hãy ngừng tài khoản."))
    if role == Role.ADMIN and person.active:
        rest = [m.unit.path for m in person.memberships if m is not held and m.role == Role.ADMIN]
        _keep_an_admin(session, person, [held.unit], rest)
    unit = held.unit
    person.memberships.remove(held)
    record(session, actor, "person.revoke", "person", person.id, unit_id=unit.id, now=now, unit=unit.name, role=role)
    return person


def rename(session: Session, actor: Actor, person_id: int, *, name: str, now: datetime) -> Person:
    """Change how a person is called; the sign-in name stays."""
    person = controlled(session, actor, person_id)
    before, person.name = person.name, _checked_name(name)
    if before != person.name:
        record(
            session, actor, "person.rename", "person", person.id, unit_id=_home(person), now=now,
            changes={"name": [before, person.name]},
        )  # fmt: skip
    return person


def deactivate(session: Session, actor: Actor, person_id: int, *, now: datetime) -> Person:
    """End an account: sessions die with the next request, tokens at once. What the person wrote stays."""
    person = controlled(session, actor, person_id)
    if person.id == actor.person_id:
        raise Conflict(N_("Bạn không thể tự ngừng tài khoản của mình; hãy nhờ quản trị viên khác."))
    if not person.active:
        raise Conflict(N_("Tài khoản này đã ngừng trước đó."))
    _keep_an_admin(session, person, [m.unit for m in person.memberships if m.role == Role.ADMIN], [])
    person.active = False
    person.session_version += 1
    ended = tokens.revoke_all(session, person.id, now)
    record(
        session, actor, "person.deactivate", "person", person.id, unit_id=_home(person), now=now,
        username=person.username, tokens=ended,
    )  # fmt: skip
    return person


def reactivate(session: Session, actor: Actor, person_id: int, *, start: NewPassword, now: datetime) -> Person:
    """Open an ended account again, with the new password ``start``; its old tokens stay ended."""
    person = controlled(session, actor, person_id)
    if person.active:
        raise Conflict(N_("Tài khoản này đang hoạt động."))
    person.active = True
    _set_password(person, start)
    record(
        session, actor, "person.reactivate", "person", person.id, unit_id=_home(person), now=now,
        username=person.username,
    )  # fmt: skip
    return person


def reset_password(session: Session, actor: Actor, person_id: int, *, start: NewPassword, now: datetime) -> Person:
    """Replace a forgotten password by ``start``; all sessions end."""
    person = controlled(session, actor, person_id)
    if person.id == actor.person_id:
        raise Conflict(N_("Hãy đổi mật khẩu của chính mình ở trang Tài khoản của tôi; ở đó cần mật khẩu hiện tại."))
    if not person.active:
        raise Conflict(N_("Tài khoản này đã ngừng; hãy mở lại tài khoản trước."))
    _set_password(person, start)
    record(
        session, actor, "person.reset_password", "person", person.id, unit_id=_home(person), now=now,
        username=person.username,
    )  # fmt: skip
    return person


def revoke_token(session: Session, actor: Actor, person_id: int, token_id: int, *, now: datetime) -> Person:
    """End one token of a person."""
    person = controlled(session, actor, person_id)
    tokens.revoke(session, actor, token_id, person.id, now)
    return person


def controlled(session: Session, actor: Actor, person_id: int) -> Person:
    """Return a person whose whole account ``actor`` may change; raise ``NotFound`` or ``NotAllowed``."""
    person = directory.seen(session, actor, person_id)
    if not may_control(actor, person):
        raise NotAllowed(
            N_("%(name)s còn có vai trò ở đơn vị ngoài quyền của bạn; hãy nhờ quản trị viên cấp trên."),
            name=person.name,
        )
    return person


def may_control(actor: Actor, person: Person) -> bool:
    """Whether every role of the person lies where ``actor`` manages people."""
    return bool(person.memberships) and all(actor.may(Action.MANAGE_PEOPLE, m.unit.path) for m in person.memberships)


def uncovered(removed: Iterable[str], remaining: Sequence[str]) -> str | None:
    """Return the first path of ``removed`` that no path of ``remaining`` reaches; None if all are reached."""
    return next((path for path in removed if not any(path.startswith(above) for above in remaining)), None)


def _keep_an_admin(session: Session, person: Person, units_left: Sequence[Unit], own_rest: Sequence[str]) -> None:
    """Raise ``Conflict`` if one of ``units_left`` would have no active admin at it or above it."""
    if not units_left:
        return
    others = session.scalars(
        select(Unit.path)
        .join(Membership, Membership.unit_id == Unit.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.role == Role.ADMIN, Person.active, Person.id != person.id)
    ).all()
    bare = uncovered([unit.path for unit in units_left], [*others, *own_rest])
    if bare is not None:
        unit = next(unit for unit in units_left if unit.path == bare)
        raise Conflict(
            N_("%(name)s là quản trị viên cuối cùng của %(unit)s; hãy cấp quyền cho người khác trước."),
            name=person.name, unit=unit.name,
        )  # fmt: skip


def _grantable(session: Session, actor: Actor, unit_id: int, now: datetime) -> Unit:
    unit = unit_admin.managed(session, actor, unit_id)
    if units.ended(unit, now):
        raise Invalid(N_("%(unit)s đã ngừng hoạt động; hãy chọn đơn vị khác."), field="unit", unit=unit.name)
    return unit


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise Invalid(N_("Không có vai trò này; hãy chọn trong danh sách."), field="role") from None


def _checked_name(value: str) -> str:
    name = unit_admin.tidy(value)
    if not name:
        raise Invalid(N_("Hãy nhập họ và tên."), field="name")
    if len(name) > LONGEST_NAME:
        raise Invalid(N_("Họ và tên dài quá %(limit)s ký tự; hãy rút gọn."), field="name", limit=LONGEST_NAME)
    return name


def _checked_username(session: Session, value: str) -> str:
    username = unit_admin.tidy(value)
    if not USERNAME.fullmatch(username) or len(username) > LONGEST_USERNAME:
        raise Invalid(
            N_("Tên đăng nhập gồm chữ thường không dấu, chữ số, dấu chấm hoặc gạch nối, tối đa %(limit)s ký tự."),
            field="username", limit=LONGEST_USERNAME,
        )  # fmt: skip
    if session.scalar(select(Person.id).where(Person.username == username)) is not None:
        raise Conflict(N_("Đã có người dùng “%(username)s”; hãy chọn tên khác."), field="username", username=username)
    return username


def _set_password(person: Person, fresh: NewPassword) -> None:
    person.password_hash, person.password_state = fresh.hash, Password.START
    person.session_version += 1


def _home(person: Person) -> int | None:
    """The unit under which the audit trail files a change of the account: that of the oldest role."""
    return min(person.memberships, key=lambda m: m.id).unit_id if person.memberships else None

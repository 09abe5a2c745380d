"""Forms with which admins keep people and units."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from cms.core.units import trail
from cms.models.people import Unit
from cms.models.roles import ROLE_NAMES, Role
from cms.web.base_form import OwnForm


class PersonForm(OwnForm):
    """A new person with a first role; more roles are given on the person's page."""

    name = StringField(_("Họ và tên"))
    username = StringField(_("Tên đăng nhập"), description=_("Chữ thường không dấu, ví dụ khoi.nguyen."))
    unit = SelectField(_("Đơn vị"), choices=[], validate_choice=False)
    role = SelectField(_("Vai trò"), choices=[], validate_choice=False)


class RoleForm(OwnForm):
    """One more role for somebody."""

    unit = SelectField(_("Đơn vị"), choices=[], validate_choice=False)
    role = SelectField(_("Vai trò"), choices=[], validate_choice=False)


class NameForm(OwnForm):
    """How a person is called."""

    name = StringField(_("Họ và tên"))


class UnitForm(OwnForm):
    """A unit. ``code`` and ``parent`` are chosen once, when it is made."""

    parent = SelectField(_("Thuộc đơn vị"), choices=[], validate_choice=False)
    code = StringField(
        _("Mã đơn vị"), description=_("Chữ thường không dấu và gạch nối, như trong tệp kế hoạch; không đổi về sau.")
    )
    name = StringField(_("Tên đơn vị"))
    short_name = StringField(_("Tên ngắn"), description=_("Dùng ở bảng và lịch; để trống thì dùng tên đầy đủ."))
    valid_from = StringField(_("Hoạt động từ ngày"))
    valid_to = StringField(_("Đến hết ngày"), description=_("Để trống nếu chưa biết."))
    own_approval = BooleanField(_("Lãnh đạo duyệt bài được tự duyệt bài mình viết"))


class MergeForm(OwnForm):
    """Who takes a unit over, and from when."""

    successor = SelectField(_("Đơn vị kế thừa"), choices=[], validate_choice=False)
    last_day = StringField(_("Ngày cuối của đơn vị cũ"))
    with_people = BooleanField(
        _("Cấp cho người của đơn vị cũ vai trò tương ứng ở đơn vị kế thừa"),
        description=_("Vai trò cũ vẫn giữ, để mọi người còn đọc được bài đã viết."),
    )


def unit_choices(units: Iterable[Unit]) -> list[SelectChoice]:
    """Return units for a select, indented as the tree is."""
    found = list(units)
    top = min((len(trail(unit.path)) for unit in found), default=0)
    return [SelectChoice(str(unit.id), "\u2003" * (len(trail(unit.path)) - top) + unit.name) for unit in found]


def role_choices() -> list[SelectChoice]:
    """Return roles for a select."""
    return [SelectChoice(role.value, gettext(ROLE_NAMES[role])) for role in Role]

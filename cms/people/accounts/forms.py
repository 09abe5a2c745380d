"""Forms of one's own account."""

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from cms.people.accounts.tokens import SCOPES
from cms.web.base_form import OwnForm


class SignInForm(OwnForm):
    """Name and password."""

    username = StringField(_("Tên đăng nhập"), [InputRequired(_("Hãy nhập tên đăng nhập.")), Length(max=80)])
    password = PasswordField(_("Mật khẩu"), [InputRequired(_("Hãy nhập mật khẩu.")), Length(max=1000)])


KEEP, REVOKE = "keep", "revoke"
"""What becomes of one's access tokens when the password changes."""


class PasswordForm(OwnForm):
    """One's own new password."""

    old = PasswordField(_("Mật khẩu hiện tại"))
    password = PasswordField(_("Mật khẩu mới"))
    again = PasswordField(_("Nhập lại mật khẩu mới"))
    tokens = SelectField(
        _("Mã truy cập API đang dùng"),
        choices=[
            SelectChoice(KEEP, _("Giữ lại: máy khác vẫn làm việc như cũ")),
            SelectChoice(REVOKE, _("Thu hồi tất cả: chọn khi ngờ có người biết mật khẩu")),
        ],
        default=KEEP,
        validate_choice=False,
    )


class TokenForm(OwnForm):
    """A new access token."""

    name = StringField(_("Tên mã truy cập"))
    scopes = SelectMultipleField(_("Quyền"), choices=[SelectChoice(scope, name) for scope, name in SCOPES.items()])
    days = SelectField(
        _("Thời hạn"),
        choices=[
            SelectChoice("30", _("30 ngày")),
            SelectChoice("90", _("90 ngày")),
            SelectChoice("365", _("1 năm")),
            SelectChoice("0", _("Không hết hạn")),
        ],
        default="90",
    )

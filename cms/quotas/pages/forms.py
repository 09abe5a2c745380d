"""Forms of the quota pages."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, TextAreaField

from cms.web.base_form import OwnForm


class RecordForm(OwnForm):
    """A result that a person records. ``story`` is a story's number, if there is one."""

    day = StringField(_("Ngày thực hiện"))
    note = TextAreaField(_("Kết quả"))
    story = StringField(_("Số của tin, bài (nếu có)"))


class UploadForm(OwnForm):
    """A plan pack."""

    file = FileField(_("Tệp kế hoạch (YAML)"))
    until = StringField(_("Kéo dài đến ngày (nếu có)"))
    keep_units = BooleanField(_("Giữ nguyên các đơn vị như khi kế hoạch bắt đầu (tỉnh không sắp xếp lại)"))


class ProlongForm(OwnForm):
    """The last day on which a plan still counts."""

    until = StringField(_("Áp dụng đến hết ngày"))

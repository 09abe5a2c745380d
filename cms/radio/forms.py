"""Forms of radio: what a station aired, and what it puts around its bulletins."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from channels.words import N_
from cms.core.refusal import Invalid
from cms.models.people import Unit
from cms.models.radio import Broadcast
from cms.radio.bulletins.programmes import ProgrammeFields
from cms.web.base_form import OwnForm
from cms.web.input import form_values
from cms.web.input.dates import local_input


class BroadcastForm(OwnForm):
    """When, how long as measured, where. ``event_id`` makes a second sending of the same form harmless."""

    event_id = HiddenField()
    started_at = StringField(_("Bắt đầu phát (GMT+7)"))
    minutes = StringField(_("Phút"))
    seconds = StringField(_("Giây"))
    station = StringField(_("Trạm phát"))
    unit = SelectField(_("Đơn vị đã phát"), choices=[], validate_choice=False)


class ProgrammeForm(OwnForm):
    """A programme; its weekly times are fields of the page."""

    name = StringField(_("Tên chương trình"))
    station = StringField(_("Tên đài, trung tâm"))
    slot_minutes = StringField(_("Khung phát (phút)"))
    greeting = TextAreaField(_("Lời chào"))
    closing = TextAreaField(_("Lời kết"))
    headlines = BooleanField(_("Giới thiệu nội dung chính sau lời chào"))
    tune_s = StringField(_("Nhạc hiệu (giây)"))
    jingle_s = StringField(_("Nhạc cắt giữa các tin (giây)"))
    rate = StringField(_("Tốc độ đọc (tiếng mỗi giây)"))
    dialect = SelectField(
        _("Cách đọc số"),
        choices=[
            SelectChoice("north", _("Miền Bắc: nghìn, linh, hai mươi tư")),
            SelectChoice("south", _("Miền Nam: ngàn, lẻ, hai mươi bốn")),
        ],
    )


def broadcast_form(units: list[Unit], station: str, now: datetime, *, filled: bool = False) -> BroadcastForm:
    """Return the form: as it was sent if ``filled``, else fresh with the present minute."""
    form = BroadcastForm() if filled else BroadcastForm(formdata=None)
    form.unit.choices = [SelectChoice(str(unit.id), unit.name) for unit in units]
    if not filled:
        form.event_id.data = uuid4().hex
        form.started_at.data = local_input(now)
        form.station.data = station
    return form


def again(form: BroadcastForm, entry: Broadcast) -> BroadcastForm:
    """Return a fresh form filled in as an entry that was taken back, so that only what was wrong is typed again."""
    form.started_at.data = local_input(entry.started_at)
    form.unit.data, form.station.data = str(entry.unit_id), entry.station or form.station.data
    if entry.duration_s is not None:
        form.minutes.data, form.seconds.data = str(entry.duration_s // 60), str(entry.duration_s % 60)
    return form


def programme_form(fields: ProgrammeFields) -> ProgrammeForm:
    """Return the form with what the unit set."""
    form = ProgrammeForm(formdata=None)
    for name in ("name", "station", "greeting", "closing", "dialect", "headlines"):
        form[name].data = getattr(fields, name)
    form.slot_minutes.data = str(fields.slot_s // 60)
    form.tune_s.data, form.jingle_s.data = str(fields.tune_s), str(fields.jingle_s)
    form.rate.data = f"{fields.rate:g}".replace(".", ",")
    return form


def started_of(values: Mapping[str, str]) -> datetime:
    """Return when a broadcast began, as UTC; raise ``Invalid``."""
    started = form_values.instant(values, "started_at")
    if started is None:
        raise Invalid(N_("Hãy chọn ngày và giờ bắt đầu phát."), field="started_at")
    return started


def duration_of(values: Mapping[str, str]) -> int:
    """Return the measured length in seconds; raise ``Invalid``."""
    minutes, seconds = form_values.whole(values, "minutes"), form_values.whole(values, "seconds")
    if minutes is None and seconds is None:
        raise Invalid(N_("Hãy nhập thời lượng đo được khi phát, gồm phút và giây."), field="minutes")
    return (minutes or 0) * 60 + (seconds or 0)

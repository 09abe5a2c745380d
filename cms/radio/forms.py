"""The form with which a station logs what it aired."""

from datetime import datetime
from uuid import uuid4

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from cms.clock import local
from cms.people.account_forms import OwnForm
from cms.people.tables import Unit


class BroadcastForm(OwnForm):
    """When, how long as measured, where. ``event_id`` makes a second sending of the same form harmless."""

    event_id = HiddenField()
    started_at = StringField(_("Bắt đầu phát (GMT+7)"))
    minutes = StringField(_("Phút"))
    seconds = StringField(_("Giây"))
    station = StringField(_("Trạm phát"))
    unit = SelectField(_("Đơn vị đã phát"), choices=[], validate_choice=False)


def broadcast_form(units: list[Unit], station: str, now: datetime, *, filled: bool = False) -> BroadcastForm:
    """Return the form: as it was sent if ``filled``, else fresh with the present minute."""
    form = BroadcastForm() if filled else BroadcastForm(formdata=None)
    form.unit.choices = [SelectChoice(str(unit.id), unit.name) for unit in units]
    if not filled:
        form.event_id.data = uuid4().hex
        form.started_at.data = f"{local(now):%Y-%m-%dT%H:%M}"
        form.station.data = station
    return form

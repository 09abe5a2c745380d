"""Forms of the lexicon's pages."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from cms.lexicon.fields import KINDS, EntryFields, Kind
from cms.models.lexicon import LexiconEntry
from cms.models.people import Unit
from cms.web.base_form import OwnForm


class EntryForm(OwnForm):
    """How one written form is said."""

    unit = SelectField(_("Dùng cho đơn vị"), choices=[], validate_choice=False)
    kind = SelectField(_("Loại"), choices=[], validate_choice=False)
    written = StringField(_("Viết trong bài"))
    say = StringField(_("Đọc là"))
    after = StringField(_("Chỉ khi đứng ngay sau"))
    before = StringField(_("Chỉ khi đứng ngay trước"))
    source = StringField(_("Nguồn"))


class RateForm(OwnForm):
    """A text that was read aloud, by whom and for how long."""

    unit = SelectField(_("Đài của đơn vị"), choices=[], validate_choice=False)
    presenter = StringField(_("Phát thanh viên"))
    text = TextAreaField(_("Đoạn đọc"))
    seconds = StringField(_("Thời gian đọc (giây)"))


def entry_form(
    units: list[Unit], entry: LexiconEntry | None, begun: Mapping[str, str] | None = None, *, filled: bool = False
) -> EntryForm:
    """Return the form: as it was sent if ``filled``, else from ``entry``, or with what ``begun`` says by field."""
    form = EntryForm() if filled else EntryForm(formdata=None)
    form.unit.choices = [SelectChoice(str(unit.id), unit.name) for unit in units]
    form.kind.choices = [SelectChoice(kind.value, _(name)) for kind, name in KINDS.items()]
    if not filled:
        form.kind.data = Kind.ABBREVIATION.value
        for name, value in (begun or {}).items():
            form[name].data = value
        if entry is not None:
            form.unit.data = str(entry.unit_id)
            for name in ("kind", "written", "say", "after", "before", "source"):
                form[name].data = getattr(entry, name)
    return form


def rate_form(units: list[Unit], text: str, *, filled: bool = False) -> RateForm:
    """Return the form: as it was sent if ``filled``, else with ``text`` to be read."""
    form = RateForm() if filled else RateForm(formdata=None)
    form.unit.choices = [SelectChoice(str(unit.id), unit.name) for unit in units]
    if not filled:
        form.text.data = text
    return form


def fields_from(form: EntryForm) -> EntryFields:
    """Return what was filled in; a kind that is not one counts as an abbreviation."""
    kind = Kind(form.kind.data) if form.kind.data in set(Kind) else Kind.ABBREVIATION
    texts = {name: form[name].data or "" for name in ("written", "say", "after", "before", "source")}
    return EntryFields(kind, **texts)

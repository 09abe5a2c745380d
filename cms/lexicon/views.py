"""Pages of the lexicon: its entries, trying a text out, and hearing it."""

from dataclasses import replace

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from channels.radio_script.reading import built_in
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Refusal
from cms.lexicon import entries, forms, rate_views
from cms.lexicon.blueprint import blueprint
from cms.lexicon.fields import KINDS, LONGEST_WRITTEN, EntryFields, Kind, checked, layer_of
from cms.lexicon.forms import EntryForm
from cms.lexicon.hearing import heard, voice_of
from cms.lexicon.trying import LONGEST, Tried, tried
from cms.models.lexicon import LexiconEntry
from cms.models.people import Unit
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.forms import show_at
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.input.addresses import within_site

__all__ = ["blueprint", "rate_views"]


@blueprint.get("/lexicon")
@signed_in
def index() -> str:
    """Entries that hold for the person's units, and a field to try a text in."""
    session, actor, args = db.session(), current_actor(), request.args
    words, typed = args.get("q", "")[:80].strip(), args.get("text", "")
    unit_id = form_values.whole(args, "unit")
    found = entries.page(session, actor, words, unit_id, form_values.whole(args, "page") or 1)
    readable = entries.readable_units(session, actor)
    return render_template(
        "lexicon/index.html", found=found, words=words, unit_id=unit_id, units=readable, kinds=KINDS, text=typed,
        keeps=bool(entries.editable_units(session, actor)), shipped=_shipped(words) if words else [],
        tried=_tried(typed, unit_id, None) if typed.strip() else None, voice=voice_of("north"),
    )  # fmt: skip


@blueprint.post("/lexicon/try")
@signed_in
def try_out() -> str:
    """What would be said of a text, as a part of a page; with an entry that is still being written, if one was sent."""
    current_actor().require(Action.READ_SCRIPTS)
    draft = None
    if request.form.get("say", "").strip():
        try:
            entered = forms.fields_from(forms.entry_form([], None, filled=True))
            draft = checked(replace(entered, source=entered.source or "–"))
        except Refusal:
            draft = None  # the form says it when it is sent
    typed, dialect = request.form.get("text", ""), request.form.get("dialect", "north")
    found = _tried(typed, form_values.whole(request.form, "unit"), draft, dialect) if typed.strip() else None
    writes = "say" in request.form
    return render_template("lexicon/_tried.html", tried=found, voice=voice_of(dialect), writes=writes)


@blueprint.post("/lexicon/listen")
@signed_in
def listen() -> Response:
    """The text as a synthetic voice says it, for checking only."""
    current_actor().require(Action.READ_SCRIPTS)
    dialect = request.form.get("dialect", "north")
    found = _tried(request.form.get("text", ""), form_values.whole(request.form, "unit"), None, dialect)
    return heard(found.spoken, dialect, "nghe-thu")


@blueprint.get("/lexicon/new")
@signed_in
def new() -> str:
    """An empty entry, or one begun with a written form, its kind, a unit and a sentence to try it in."""
    units = entries.editable_units(db.session(), current_actor())
    if not units:
        entries.require(current_actor(), "/")
    return _shown(forms.entry_form(units, None, _begun()), None, units)


@blueprint.post("/lexicon/new")
@signed_in
@needs(*entries.EDITORS)
def create() -> Response:
    """Add an entry."""
    units = entries.editable_units(db.session(), current_actor())
    form = forms.entry_form(units, None, filled=True)
    try:
        unit_id = form_values.whole(request.form, "unit")
        entries.require_unit(db.session(), current_actor(), unit_id)
        good = checked(forms.fields_from(form))
        with changing() as session:
            entries.add(session, current_actor(), unit_id, good, now=now())
    except Refusal as refusal:
        status = show_at(form, refusal)
        return make_response(_shown(form, None, units), status)
    flash(_("Đã thêm vào từ điển. Bài đã lên lịch giữ cách đọc cũ; bài duyệt sau dùng cách đọc mới."), "success")
    return redirect(within_site(request.form.get("next"), url_for("lexicon.index")), 303)


@blueprint.get("/lexicon/<int:entry_id>")
@signed_in
def show(entry_id: int) -> str:
    """An entry to change."""
    entry, unit = entries.find(db.session(), current_actor(), entry_id)
    return _shown(forms.entry_form([unit], entry), entry, [unit])


@blueprint.post("/lexicon/<int:entry_id>")
@signed_in
@needs(*entries.EDITORS)
def edit(entry_id: int) -> Response:
    """Change an entry."""
    _entry, unit = entries.find(db.session(), current_actor(), entry_id)
    form = forms.entry_form([unit], None, filled=True)
    try:
        entries.find(db.session(), current_actor(), entry_id)
        good = checked(forms.fields_from(form))
        with changing() as session:
            entries.edit(session, current_actor(), entry_id, good, now=now())
    except Refusal as refusal:
        entry, unit = entries.find(db.session(), current_actor(), entry_id)
        status = show_at(form, refusal)
        return make_response(_shown(form, entry, [unit]), status)
    flash(_("Đã lưu mục từ điển."), "success")
    return redirect(url_for("lexicon.index"), 303)


@blueprint.post("/lexicon/<int:entry_id>/remove")
@signed_in
@needs(*entries.EDITORS)
def remove(entry_id: int) -> Response:
    """Take an entry out."""
    with changing() as session:
        entries.remove(session, current_actor(), entry_id, now=now())
    flash(_("Đã xóa mục từ điển."), "success")
    return redirect(url_for("lexicon.index"), 303)


def _begun() -> dict[str, str]:
    """What the address says of a new entry; a kind that is none is left out."""
    args = request.args
    begun = {"written": args.get("written", "")[:LONGEST_WRITTEN], "unit": args.get("unit", "")}
    return begun | ({"kind": args["kind"]} if args.get("kind") in set(Kind) else {})


def _tried(typed: str, unit_id: int | None, draft: EntryFields | None, dialect: str = "north") -> Tried:
    session = db.session()
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None or not entries.may_read(current_actor(), unit.path):
        unit = next(iter(entries.readable_units(session, current_actor())), None)
    return tried(session, typed, unit, dialect, layer_of([draft]) if draft else None)


def _shipped(words: str) -> list[tuple[str, str]]:
    """Readings that come with the product: pairs of what stands just before or after, and what is said."""
    found = built_in().readings(words) or built_in().readings(words.upper())
    return [("; ".join((*entry.after, *entry.before)), entry.say) for entry in found]


def _shown(form: EntryForm, entry: LexiconEntry | None, units: list[Unit]) -> str:
    written = form.written.data or ""
    return render_template(
        "lexicon/entry.html", form=form, entry=entry, units=units, voice=voice_of("north"),
        shipped=_shipped(written) if written else [], kinds=KINDS, abbreviation=Kind.ABBREVIATION.value,
        text=request.values.get("text", "")[:LONGEST], back=within_site(request.values.get("next"), ""),
    )  # fmt: skip

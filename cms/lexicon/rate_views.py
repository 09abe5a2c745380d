"""The page on which a station times a reading and so learns its rate."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from channels.words import N_
from cms.core.database import changing, db
from cms.core.refusal import Invalid, Refusal
from cms.lexicon import entries, forms, rates
from cms.lexicon.blueprint import blueprint
from cms.lexicon.forms import RateForm
from cms.lexicon.stations import Stations
from cms.models.people import Unit
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.forms import show_at
from cms.web.guard import needs, signed_in
from cms.web.input import form_values

TO_READ = (
    "Từ ngày 01/7/2025, toàn tỉnh tiếp nhận hồ sơ trực tuyến đối với 105 thủ tục hành chính. Bà con chỉ cần một chiếc "
    "điện thoại có kết nối mạng, mở ứng dụng, chọn dịch vụ rồi điền thông tin theo hướng dẫn. Người dân được giảm 50% "
    "lệ phí khi nộp hồ sơ trực tuyến. Kết quả được trả tại nhà qua đường bưu điện hoặc nhận ngay trên ứng dụng.\n\n"
    "Tổ công nghệ số cộng đồng đến từng nhà, hướng dẫn từng người. Ban ngày bà con bận việc đồng áng, nên tổ thường đi "
    "vào buổi tối. Sau ba tháng, cả ấp đã có tài khoản định danh điện tử. Mọi thắc mắc xin gọi Tổng đài 1022."
)
"""What a presenter reads if nothing else is chosen: plan prose with a date, a percentage and a hotline."""


@blueprint.get("/lexicon/rates")
@signed_in
def rate_list() -> str:
    """Timed readings of the person's units, and the form to time another."""
    units = entries.editable_units(db.session(), current_actor())
    return _shown(forms.rate_form(units, TO_READ), units)


@blueprint.post("/lexicon/rates")
@signed_in
@needs(*entries.EDITORS)
def add_rate() -> Response:
    """Keep a timed reading."""
    actor = current_actor()
    units = entries.editable_units(db.session(), actor)
    form = forms.rate_form(units, "", filled=True)
    try:
        unit = db.session.get(Unit, form_values.whole(request.form, "unit") or 0)
        if unit is not None:
            entries.require(actor, unit.path)
        unit_id, lexicon = unit.id if unit else None, Stations(db.session()).lexicon(unit.path if unit else "")
        seconds = seconds_of(form.seconds.data or "")
        length, rate = rates.timed_rate((form.text.data or "")[:8000], seconds, lexicon, "north")
        with changing() as session:
            made = rates.add(session, actor, unit_id, form.presenter.data or "", length, seconds, rate, now=now())
            shown = f"{made.rate:.2f}".replace(".", ",")
    except Refusal as refusal:
        status = show_at(form, refusal)
        return make_response(_shown(form, units), status)
    flash(_("Đã ghi: %(rate)s tiếng mỗi giây. Thời lượng kịch bản từ nay tính theo số đo này.", rate=shown), "success")
    return redirect(url_for("lexicon.rate_list"), 303)


@blueprint.post("/lexicon/rates/<int:reading_id>/void")
@signed_in
@needs(*entries.EDITORS)
def void_rate(reading_id: int) -> Response:
    """Let a timed reading count no more."""
    with changing() as session:
        rates.void(session, current_actor(), reading_id, now=now())
    flash(_("Đã bỏ lần đo này."), "success")
    return redirect(url_for("lexicon.rate_list"), 303)


def seconds_of(written: str) -> float:
    """Read "58", "58,4", "1:05" or "1'05" as seconds; raise ``Invalid``."""
    minutes, joint, rest = written.strip().replace("'", ":").replace("’", ":").partition(":")
    try:
        seconds = float((rest if joint else minutes).strip(' "').replace(",", "."))
        whole = int(minutes) * 60 if joint else 0
    except ValueError:
        raise Invalid(N_("Hãy bấm đồng hồ khi đọc, hoặc nhập số giây, ví dụ 58 hoặc 1:05."), field="seconds") from None
    if not 0 < whole + seconds < 3600:
        raise Invalid(N_("Hãy bấm đồng hồ khi đọc, hoặc nhập số giây, ví dụ 58 hoặc 1:05."), field="seconds")
    return whole + seconds


def _shown(form: RateForm, units: list[Unit]) -> str:
    found = rates.listed(db.session(), current_actor())
    return render_template("lexicon/rates.html", form=form, units=units, readings=found, may_edit=entries.may_edit)

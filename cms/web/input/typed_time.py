"""How a typed day or time is understood, told to the browser while it is typed: one grammar, the server's."""

from datetime import date, datetime

from flask import Blueprint, Response, jsonify, request
from flask_babel import format_date

from channels.localtime import ZONE_LABEL
from cms.web.guard import signed_in
from cms.web.input.dates import read_day, read_moment, typed_moment

LONGEST = 80
blueprint = Blueprint("typed_time", __name__)


@blueprint.get("/typed-time")
@signed_in
def understood() -> Response:
    """``text`` as a day, or with ``moment`` as a day and time.

    ``value`` as a browser's control takes it, ``typed`` as people write it, ``said`` with its weekday; all empty for
    what is neither.
    """
    text = request.args.get("text", "")[:LONGEST]
    try:
        answer = _moment(read_moment(text)) if "moment" in request.args else _day(read_day(text))
    except ValueError:
        answer = {"value": "", "typed": "", "said": ""}
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


def _day(day: date) -> dict[str, str]:
    return {"value": day.isoformat(), "typed": f"{day:%d/%m/%Y}", "said": f"{_weekday(day)}, {day:%d/%m/%Y}"}


def _moment(at: datetime) -> dict[str, str]:
    typed = typed_moment(at)
    return {"value": at.isoformat(timespec="minutes"), "typed": typed, "said": f"{_weekday(at)}, {typed} {ZONE_LABEL}"}


def _weekday(day: date) -> str:
    return str(format_date(day, "EEEE", rebase=False))

"""How fast a station and its presenters read, from readings that were timed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.radio_script.reading import DIALECTS, Lexicon, read_aloud
from channels.radio_script.speech.length import STOP_S, Length, measure
from channels.words import N_
from cms.core import units
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, NotFound
from cms.lexicon import entries
from cms.models.lexicon import TimedReading
from cms.models.people import Unit
from media.underlock import slow

SLOWEST, FASTEST = 2.5, 7.0
"""Syllables a second beyond which a clock was handled wrongly."""
FEWEST = 80
"""Syllables below which one timed reading says too little: about twenty seconds."""
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Rates:
    """What was timed at a station. ``own`` is its rate in syllables a second, ``slow`` and ``fast`` its presenters'."""

    own: float
    slow: float | None = None
    fast: float | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """A timed reading in the list; the newest of a presenter is the one that counts."""

    reading: TimedReading
    unit: Unit
    counts: bool


def rates_of(readings: Sequence[TimedReading]) -> Rates | None:
    """Decide a station's rate from its timed readings, oldest first; None if there are none.

    The newest of each presenter counts. The station's own reading goes before the mean of its presenters.
    """
    newest = {one.presenter.casefold(): one.rate for one in readings if one.voided_at is None}
    if not newest:
        return None
    presenters = [rate for name, rate in newest.items() if name]
    own = newest.get("") or sum(presenters) / len(presenters)
    spread = (min(presenters), max(presenters)) if len(presenters) > 1 else (None, None)
    return Rates(round(own, 2), *spread)


@slow
def timed_rate(text: str, seconds: float, lexicon: Lexicon, dialect: str) -> tuple[Length, float]:
    """Return what there was to say of ``text`` and the rate in syllables a second; raise ``Invalid``.

    Nobody waits after the last sentence, so its pause is not counted.
    """
    length = measure(read_aloud(text, lexicon, DIALECTS[dialect]).spoken)
    if length.syllables < FEWEST:
        raise Invalid(
            N_("Đoạn đọc chỉ có %(count)s tiếng; hãy dùng đoạn dài ít nhất %(fewest)s tiếng để số đo tin được."),
            field="text", count=length.syllables, fewest=FEWEST,
        )  # fmt: skip
    speaking = seconds - length.pauses_s + STOP_S
    rate = length.syllables / speaking if speaking > 0 else FASTEST + 1
    if not SLOWEST <= rate <= FASTEST:
        raise Invalid(
            N_("Thời gian này không hợp với đoạn đọc dài %(count)s tiếng; hãy đo lại từ tiếng đầu đến tiếng cuối."),
            field="seconds", count=length.syllables,
        )  # fmt: skip
    return length, rate


def add(
    session: Session, actor: Actor, unit_id: int | None, presenter: str, length: Length, seconds: float, rate: float,
    *, now: datetime,
) -> TimedReading:  # fmt: skip
    """Keep a timed reading of a station or of one of its presenters."""
    unit = _unit(session, actor, unit_id)
    name = " ".join(presenter.split())
    if len(name) > LONGEST_NAME:
        raise Invalid(N_("Tên phát thanh viên tối đa 120 chữ."), field="presenter")
    made = TimedReading(
        unit_id=unit.id, presenter=name, syllables=length.syllables, seconds=round(seconds, 1), rate=round(rate, 3),
        measured_by=actor.person_id, measured_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, actor, "read_rate.add", "read_rate", made.id, unit_id=unit.id, now=now, presenter=name,
        seconds=made.seconds, rate=made.rate,
    )  # fmt: skip
    return made


def void(session: Session, actor: Actor, reading_id: int, *, now: datetime) -> None:
    """Let a timed reading count no more; the one before it counts again."""
    reading = session.get(TimedReading, reading_id)
    if reading is None or reading.voided_at is not None:
        raise NotFound(N_("Không có lần đo này; có thể ai đó vừa bỏ."))
    unit = _unit(session, actor, reading.unit_id)
    reading.voided_at = now
    record(
        session, actor, "read_rate.void", "read_rate", reading.id, unit_id=unit.id, now=now,
        presenter=reading.presenter, rate=reading.rate,
    )  # fmt: skip


def listed(session: Session, actor: Actor) -> list[Timed]:
    """Return the timed readings of ``actor``'s units, newest first."""
    actor.require(Action.READ_SCRIPTS)
    query = select(TimedReading, Unit).join(Unit, Unit.id == TimedReading.unit_id)
    query = query.where(units.within(actor.paths(Action.READ_SCRIPTS)), TimedReading.voided_at.is_(None))
    seen: set[tuple[int, str]] = set()
    found = []
    for reading, unit in session.execute(query.order_by(TimedReading.measured_at.desc(), TimedReading.id.desc())):
        key = (unit.id, reading.presenter.casefold())
        found.append(Timed(reading, unit, key not in seen))
        seen.add(key)
    return found


def _unit(session: Session, actor: Actor, unit_id: int | None) -> Unit:
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    entries.require(actor, unit.path)
    return unit

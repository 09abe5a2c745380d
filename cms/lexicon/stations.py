"""What the newsroom knows of a station beyond its channel's form: the lexicons that hold for it, and its read rate."""

from collections.abc import Mapping

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from channels import registry
from channels.radio_script.reading import LayerData, Lexicon, built_in, layered
from channels.radio_script.settings import StationSettings
from cms.lexicon import rates
from cms.lexicon.fields import layer_of
from cms.models.lexicon import LexiconEntry, TimedReading
from cms.models.people import Unit
from scheduler.storage.tables import Channel

KIND = "radio_script"


class Stations:
    """Lexicons and rates by unit, read once: two queries for any number of channels."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._layers: Mapping[str, LayerData] | None = None
        self._rates: Mapping[int, rates.Rates] | None = None

    def settings(self, channel: Channel) -> BaseModel:
        """Return the validated settings of a channel; a radio channel's with its lexicons and its rate."""
        if channel.kind != KIND:
            return registry.adapter(channel.kind).Settings.model_validate(channel.settings)
        unit = self._session.get_one(Unit, channel.unit_id)
        timed = self._timed().get(unit.id)
        spread = (timed.slow, timed.fast) if timed and timed.slow and timed.fast else None
        more = {"layers": self.layers(unit.path), "rate": timed.own if timed else None, "measured": spread}
        return StationSettings.model_validate({**channel.settings, **more})

    def layers(self, path: str) -> tuple[LayerData, ...]:
        """Return the layers that hold for the unit with this path: its province's first, its own last."""
        if self._layers is None:
            self._layers = _layers(self._session)
        return tuple(layer for above, layer in self._layers.items() if path.startswith(above))

    def lexicon(self, path: str) -> Lexicon:
        """Return the lexicon of the unit with this path."""
        return layered(built_in(), self.layers(path))

    def _timed(self) -> Mapping[int, rates.Rates]:
        if self._rates is None:
            self._rates = _rates(self._session)
        return self._rates


def rate_of(session: Session, unit_id: int) -> float | None:
    """Return the read rate that was timed at a unit's station, in syllables a second."""
    timed = _rates(session).get(unit_id)
    return timed.own if timed else None


def settings_of(channel: Channel) -> BaseModel:
    """Return the settings of one channel, asking the session that it was read in."""
    session = object_session(channel)
    if session is None or channel.kind != KIND:
        return registry.adapter(channel.kind).Settings.model_validate(channel.settings)
    return Stations(session).settings(channel)


def basis_of(channel: Channel) -> object:
    """What the settings of a channel are made from, to compare without judging them anew, which may mean drawing."""
    return settings_of(channel) if channel.kind == KIND else dict(channel.settings)


def _layers(session: Session) -> dict[str, LayerData]:
    found: dict[str, list[LexiconEntry]] = {}
    query = select(LexiconEntry, Unit.path).join(Unit, Unit.id == LexiconEntry.unit_id)
    for entry, path in session.execute(query.order_by(LexiconEntry.id)):
        found.setdefault(path, []).append(entry)
    return {path: layer_of(found[path]) for path in sorted(found, key=len)}


def _rates(session: Session) -> dict[int, rates.Rates]:
    found: dict[int, list[TimedReading]] = {}
    query = select(TimedReading).where(TimedReading.voided_at.is_(None))
    for reading in session.scalars(query.order_by(TimedReading.measured_at, TimedReading.id)):
        found.setdefault(reading.unit_id, []).append(reading)
    return {unit: made for unit, readings in found.items() if (made := rates.rates_of(readings))}

"""The lexicon: how a unit wants things said. Data in layers, the later one first: built-in, province, unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

BUILT_IN = Path(__file__).parent / "lexicon_data"


class EntryData(BaseModel):
    """One reading as it stands in a lexicon file or in a unit's own list.

    ``after``: phrases of which one must stand just before the abbreviation, ``before``: just after it (lower case);
    ``check``: the editor is asked to confirm; ``source``: where the reading comes from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: str = Field(min_length=1)
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    check: bool = False
    source: str = ""


class LayerData(BaseModel):
    """One layer of the lexicon, as in a YAML file; every part may be missing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    abbreviations: dict[str, str | list[EntryData]] = {}
    words: dict[str, str] = {}
    labels: dict[str, str] = {}
    names: list[str] = []
    letters: dict[str, str] = {}
    units: dict[str, str] = {}
    currencies: dict[str, str] = {}
    per: list[str] = []
    hotlines: list[str] = []
    document_types: dict[str, str] = {}
    issuers: dict[str, str] = {}
    sectors: dict[str, str] = {}
    patterns: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that reading aloud knows by heart. Immutable; a layer on top makes a new one.

    ``abbreviations`` written form → readings in order of preference (those with context first); ``words`` and names
    said otherwise than they are written ("Facebook"); ``labels`` parts of web addresses; ``units`` and ``currencies``
    after a number; ``per`` what may follow "mỗi" in "lần/tuần".
    """

    abbreviations: Mapping[str, tuple[EntryData, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    per: frozenset[str] = frozenset()
    hotlines: frozenset[str] = frozenset()
    document_types: Mapping[str, str] = field(default_factory=dict)
    issuers: Mapping[str, str] = field(default_factory=dict)
    sectors: Mapping[str, str] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    """Abbreviations without their joints and case ("GDDT" style keys) → the written form they stand for."""

    def over(self, layer: LayerData) -> "Lexicon":
        """Return this lexicon with ``layer`` on top: what the layer says goes first.

        A reading without context takes the place of all below it; one with context only goes before them.
        """
        own = {w: self._with(w, _entries(v)) for w, v in layer.abbreviations.items()}
        abbreviations = {**self.abbreviations, **own}
        return replace(
            self,
            abbreviations=abbreviations,
            words={**self.words, **layer.words},
            labels={**self.labels, **layer.labels},
            names=tuple(dict.fromkeys((*self.names, *layer.names))),
            letters={**self.letters, **layer.letters},
            units={**self.units, **layer.units},
            currencies={**self.currencies, **layer.currencies},
            per=self.per | set(layer.per),
            hotlines=self.hotlines | set(layer.hotlines),
            document_types={**self.document_types, **layer.document_types},
            issuers={**self.issuers, **layer.issuers},
            sectors={**self.sectors, **layer.sectors},
            patterns={**self.patterns, **layer.patterns},
            keys={**self.keys, **{bare(w): w for w in own}},
        )

    def _with(self, written: str, entries: tuple[EntryData, ...]) -> tuple[EntryData, ...]:
        if any(not entry.after and not entry.before for entry in entries):
            return entries
        return entries + self.abbreviations.get(written, ())

    def readings(self, written: str) -> tuple[EntryData, ...]:
        """Return the readings of an abbreviation, tolerating other joints and case: "GD-ĐT", "VneID"."""
        found = self.abbreviations.get(written)
        if found is None and sum(c.isupper() for c in written) > 1:
            found = self.abbreviations.get(self.keys.get(bare(written), ""), ())
        return found or ()


def bare(written: str) -> str:
    """Return ``written`` without joints and in capitals: "GD&ĐT" → "GDĐT"."""
    return "".join(c for c in written if c not in "&.,-+/ ").upper()


def _entries(value: str | list[EntryData]) -> tuple[EntryData, ...]:
    return (EntryData(say=value),) if isinstance(value, str) else tuple(value)


def layer_from(data: Mapping[str, Any]) -> LayerData:
    """Validate plain data (a parsed YAML file, a unit's stored list); raise ``pydantic.ValidationError``."""
    return LayerData.model_validate(data)


def layered(base: Lexicon, layers: Iterable[LayerData]) -> Lexicon:
    """Put ``layers`` on ``base``, the last one on top."""
    for layer in layers:
        base = base.over(layer)
    return base


@cache
def built_in() -> Lexicon:
    """Return the lexicon that ships with the product."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = sorted(BUILT_IN.glob("*.yaml"))
    data = (yaml.load(path.read_text("utf-8"), Loader=loader) for path in files)  # noqa: S506 - a safe loader
    return layered(Lexicon(), (layer_from(part) for part in data))

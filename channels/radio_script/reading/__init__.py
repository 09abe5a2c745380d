"""Reading aloud: administrative Vietnamese turned into words a presenter can say."""

from channels.radio_script.reading.lexicon import EntryData, LayerData, Lexicon, built_in, layer_from, layered
from channels.radio_script.reading.model import Certainty, Doubt, Reading, Span
from channels.radio_script.reading.numerals import DIALECTS, NORTH, SOUTH, Dialect
from channels.radio_script.reading.reading import read_aloud, read_aloud_line

__all__ = [
    "DIALECTS",
    "NORTH",
    "SOUTH",
    "Certainty",
    "Dialect",
    "Doubt",
    "EntryData",
    "LayerData",
    "Lexicon",
    "Reading",
    "Span",
    "built_in",
    "layer_from",
    "layered",
    "read_aloud",
    "read_aloud_line",
]

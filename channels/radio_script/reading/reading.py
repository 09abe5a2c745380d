"""Reading aloud: the ordered rules over one text."""

from collections.abc import Callable, Mapping

from channels.radio_script.reading import unbroken
from channels.radio_script.reading.compose import compose
from channels.radio_script.reading.lexicon import Lexicon, built_in
from channels.radio_script.reading.model import Reading
from channels.radio_script.reading.numerals import DIALECTS, NORTH, Dialect
from channels.radio_script.reading.page import SAME, Page
from channels.radio_script.reading.plain import flatten
from channels.radio_script.reading.rules.abbreviations import abbreviations, patterns
from channels.radio_script.reading.rules.characters import characters, numerals, powers
from channels.radio_script.reading.rules.codes import codes, plates
from channels.radio_script.reading.rules.dates import dates
from channels.radio_script.reading.rules.documents import documents
from channels.radio_script.reading.rules.fractions import fractions
from channels.radio_script.reading.rules.houses import houses
from channels.radio_script.reading.rules.learning import learning, repeated
from channels.radio_script.reading.rules.measures import measures
from channels.radio_script.reading.rules.months import months
from channels.radio_script.reading.rules.names import names, words
from channels.radio_script.reading.rules.numbers import enumerators, numbers, ordinals, spaced, stretches
from channels.radio_script.reading.rules.phones import phones
from channels.radio_script.reading.rules.places import places
from channels.radio_script.reading.rules.roman import roman
from channels.radio_script.reading.rules.signs import joints, signs
from channels.radio_script.reading.rules.slashes import slashes
from channels.radio_script.reading.rules.symbols import endings, kept, symbols
from channels.radio_script.reading.rules.times import times
from channels.radio_script.reading.rules.web import tags, web
from channels.radio_script.reading.rules.weekdays import blanks, weekdays
from media.characters import clean

RULES: tuple[Callable[[Page], None], ...] = (
    kept,
    repeated,
    endings,
    web,
    tags,
    words,
    documents,
    patterns,
    places,
    learning,
    enumerators,
    characters,
    stretches,
    houses,
    dates,
    blanks,
    weekdays,
    months,
    plates,
    spaced,
    phones,
    times,
    ordinals,
    roman,
    measures,
    joints,
    signs,
    fractions,
    slashes,
    powers,
    codes,
    numbers,
    numerals,
    names,
    abbreviations,
    symbols,
)
"""In order of precedence: what an earlier rule claims, a later one leaves alone."""


def read_aloud(
    text: str,
    lexicon: Lexicon | None = None,
    dialect: Dialect | str = NORTH,
    learned: Mapping[str, str] | None = None,
    *,
    literal: bool = False,
) -> Reading:
    """Make ``text`` (an editor's text, or with ``literal`` one without marks; any normal form) speakable.

    ``lexicon`` defaults to the built-in one; ``dialect`` is "north" or "south"; ``learned`` are abbreviations that a
    text read before introduced. Blocks of the text become lines of
    ``Reading.spoken``; nothing is guessed: what has no known reading is kept, marked "[…?]" and listed as a doubt.
    """
    original = clean(text)
    plain = flatten(original, literal=literal)
    voice = DIALECTS[dialect] if isinstance(dialect, str) else dialect
    text = plain.text.translate(SAME)
    page = Page(unbroken.masked(text), lexicon or built_in(), voice, dict(learned or {}))
    unbroken.claim(page, text)
    for rule in RULES:
        rule(page)
    return compose(page, plain, original)


def read_aloud_line(line: str, lexicon: Lexicon | None = None, dialect: Dialect | str = NORTH) -> str:
    """Return the spoken form of one line as one line; by default with the built-in lexicon and Northern numbers."""
    return " ".join(read_aloud(line.strip("\r\n"), lexicon, dialect).spoken.split())

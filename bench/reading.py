"""How fast and how right the reading is: ``python -m bench.reading``.

Prints the machine, sentences a second, milliseconds for an article of 1,500 syllables, and the accuracy on the table of
cases by category. Other normalisers stand beside it when they are installed
(``pip install -r bench/reading-rivals.txt``); none is a dependency.
"""

import platform
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from os import cpu_count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from channels.radio_script.reading import read_aloud, read_aloud_line
from channels.radio_script.speech.length import sentences, syllables
from tests.channels.radio_script.folding import Case, cases, fold

ARTICLE_SYLLABLES = 1500
RESIDUE = re.compile(r"\d|[/&%@*_#<>|+=→]|[A-ZĐ]{2,}")
MARKED = re.compile(r"\[[^\[\]]*\?\]")
Reader = Callable[[str], str]


def article() -> str:
    """Return plan prose that is about 1,500 syllables when spoken."""
    lines = Path(__file__).parents[1].joinpath("tests/channels/radio_script/plans.txt").read_text("utf-8").splitlines()
    taken: list[str] = []
    spoken = 0
    for line in lines:
        if len(line) > 60:
            taken.append(line)
            spoken += syllables(read_aloud(line).spoken)
        if spoken >= ARTICLE_SYLLABLES:
            break
    return "\n\n".join(taken)


def milliseconds(text: str, rounds: int = 60) -> tuple[float, float, float]:
    """Return the best, the median and the 95th percentile of reading ``text``, in processor time.

    Processor time, because other work on the machine says nothing about the reading.
    """
    times = []
    for _ in range(rounds):
        start = time.process_time()
        read_aloud(text)
        times.append((time.process_time() - start) * 1000)
    return min(times), statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[-1]


def others() -> dict[str, Reader]:
    """Return the other normalisers that happen to be installed (``bench/reading-rivals.txt``)."""
    found: dict[str, Reader] = {}
    for name, load in RIVALS.items():
        try:
            found[name] = load()
        except (ImportError, AttributeError, OSError):
            continue
    return found


def _sea_g2p() -> Reader:
    reader: Reader = import_module("sea_g2p").Normalizer().normalize
    return reader


def _g2p_hamster() -> Reader:
    """Return what it says of each token; the package itself goes on to sounds."""
    normalize = import_module("g2p_hamster.t0.pipeline").normalize
    return lambda text: " ".join(token.get("verbal") or "" for token in normalize(text)["tokens"])


def _vietnormalizer() -> Reader:
    """Without transliterating foreign words, which scores better here."""
    normalize = import_module("vietnormalizer").VietnameseNormalizer().normalize
    return lambda text: str(normalize(text, enable_transliteration=False))


def _vinormx() -> Reader:
    reader: Reader = import_module("vinormx").VietnameseNormalizer().normalize
    return reader


def _vinorm() -> Reader:
    reader: Reader = import_module("vinorm").TTSnorm
    return reader


RIVALS: dict[str, Callable[[], Reader]] = {
    "sea-g2p": _sea_g2p,
    "g2p-hamster": _g2p_hamster,
    "vietnormalizer": _vietnormalizer,
    "vinormx": _vinormx,
    "vinorm": _vinorm,
}
"""The best of those that could be installed when radio.md was written (section 1.2). vinorm is not for commercial use,
so it is not in the list to install; it is measured where somebody has it."""


def score(reader: Reader, table: list[Case]) -> tuple[Counter[str], int, float]:
    """Return right answers by category, outputs that a presenter would trip over, and inputs a second."""
    right: Counter[str] = Counter()
    residue = 0
    start = time.perf_counter()
    said = [_said(reader, case.written) for case in table]
    speed = len(table) / (time.perf_counter() - start)
    for case, spoken in zip(table, said, strict=True):
        right[case.category] += fold(spoken) in {fold(reading) for reading in case.readings}
        residue += RESIDUE.search(MARKED.sub("", spoken)) is not None
    return right, residue, speed


def _said(reader: Reader, written: str) -> str:
    """Return what a reader says; one that breaks on a text says nothing."""
    try:
        return reader(written)
    except Exception:
        return ""


def main() -> None:
    """Print the report."""
    print(f"{platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}")
    text = article()
    spoken = read_aloud(text).spoken
    best, median, high = milliseconds(text)
    count = sum(1 for _ in sentences(spoken))
    figures = f"best {best:.1f} ms, median {median:.1f} ms, 95 % {high:.1f} ms (goal: 20 ms)"
    print(f"article of {syllables(spoken)} syllables: {figures}")
    print(f"sentences a second: {count / median * 1000:,.0f}")
    table = cases()
    readers: dict[str, Reader] = {"dakenh": read_aloud_line, **others()}
    results = {name: score(reader, table) for name, reader in readers.items()}
    sizes = Counter(case.category for case in table)
    print("\n" + "category".ljust(12) + "cases".rjust(6) + "".join(name.rjust(16) for name in readers))
    for category, size in sizes.items():
        marks = "".join(f"{results[name][0][category]}".rjust(16) for name in readers)
        print(category.ljust(12) + str(size).rjust(6) + marks)
    total = len(table)
    shares = "".join(f"{sum(results[name][0].values()) / total:.1%}".rjust(16) for name in readers)
    print("all".ljust(12) + str(total).rjust(6) + shares)
    print("residue".ljust(18) + "".join(f"{results[name][1]}".rjust(16) for name in readers))
    print("inputs/s".ljust(18) + "".join(f"{results[name][2]:,.0f}".rjust(16) for name in readers))


if __name__ == "__main__":
    main()

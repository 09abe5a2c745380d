"""How readings are compared: case, punctuation and dialect do not count."""

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).with_name("cases.tsv")

_SAME = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\bngàn\b", "nghìn"),
        (r"\blẻ\b", "linh"),
        (r"\bmươi bốn\b", "mươi tư"),
        (r"\bmươi nhăm\b", "mươi lăm"),
        (r"\bmồng\b", "mùng"),
        (r"\btỉ\b", "tỷ"),
        (r"\bbẩy\b", "bảy"),
        (r"\bquí\b", "quý"),
        (r"\bkỉ\b", "kỷ"),
        (r"uỷ", "ủy"),
        (r"\bk[ií] ?lô ?(?=mét|gam)", "ki lô "),
        (r"\bh[eé]c ?ta\b", "héc ta"),
        (r"\bmêgahéc\b", "mê ga héc"),
    )
)


class Case(NamedTuple):
    """One line of the table: what is written and which readings are right."""

    category: str
    written: str
    readings: tuple[str, ...]


def fold(text: str) -> str:
    """Return ``text`` in NFC and small letters, without punctuation, in one dialect."""
    text = re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", text).casefold())
    for pattern, instead in _SAME:
        text = pattern.sub(instead, text)
    return " ".join(text.split())


def cases() -> list[Case]:
    """Return the table of cases."""
    rows = (line.split("\t") for line in CASES.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [Case(row[0], row[1], tuple(row[2].split(" | "))) for row in rows]

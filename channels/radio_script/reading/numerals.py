"""Vietnamese number words. Every function returns lower-case syllables separated by single spaces."""

from dataclasses import dataclass
from functools import lru_cache

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The three words in which North and South differ: 1.000, the gap in 105, and the 4 of 24."""

    code: str
    thousand: str
    gap: str
    four: str


NORTH = Dialect("north", "nghìn", "linh", "tư")
SOUTH = Dialect("south", "ngàn", "lẻ", "bốn")
DIALECTS = {d.code: d for d in (NORTH, SOUTH)}


def spelled(digits: str) -> str:
    """Read ``digits`` one by one, as in a phone number: "1022" → "một không hai hai"."""
    return " ".join(DIGITS[int(d)] for d in digits if d.isdecimal())


def _unit_after_tens(unit: int, tens: int, dialect: Dialect) -> str:
    if unit == 1 and tens > 1:
        return "mốt"
    if unit == 4 and tens > 1:
        return dialect.four
    return "lăm" if unit == 5 else DIGITS[unit]


def _below_hundred(n: int, dialect: Dialect) -> str:
    tens, unit = divmod(n, 10)
    if tens == 0:
        return DIGITS[unit]
    head = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    return f"{head} {_unit_after_tens(unit, tens, dialect)}" if unit else head


def _below_thousand(n: int, dialect: Dialect, *, full: bool) -> str:
    """``full`` says the empty hundreds aloud: the 005 of 1.005 is "không trăm linh năm"."""
    hundreds, rest = divmod(n, 100)
    if hundreds == 0 and not full:
        return _below_hundred(rest, dialect)
    head = f"{DIGITS[hundreds]} trăm"
    if rest == 0:
        return head
    return f"{head} {dialect.gap} {DIGITS[rest]}" if rest < 10 else f"{head} {_below_hundred(rest, dialect)}"


def _below_billion(n: int, dialect: Dialect, *, full: bool) -> str:
    said: list[str] = []
    for size, name in ((1_000_000, "triệu"), (1_000, dialect.thousand), (1, "")):
        group, n = divmod(n, size)
        if group:
            said.append(f"{_below_thousand(group, dialect, full=full or bool(said))} {name}".strip())
    return " ".join(said)


@lru_cache(maxsize=4096)
def cardinal(n: int, dialect: Dialect = NORTH) -> str:
    """Read a whole number: 1005 → "một nghìn không trăm linh năm"; 10¹² is "một nghìn tỷ"."""
    if n < 0:
        return f"âm {cardinal(-n, dialect)}"
    if n == 0:
        return DIGITS[0]
    billions, rest = divmod(n, 1_000_000_000)
    if not billions:
        return _below_billion(rest, dialect, full=False)
    head = f"{cardinal(billions, dialect)} tỷ"
    return f"{head} {_below_billion(rest, dialect, full=True)}" if rest else head


def fraction_part(digits: str, dialect: Dialect = NORTH) -> str:
    """Read what follows the decimal comma: "56" → "năm mươi sáu", "05" → "không năm" (Toán 5, đọc số thập phân)."""
    zeros = len(digits) - len(digits.lstrip("0"))
    rest = digits[zeros:]
    said = [DIGITS[0]] * zeros
    if rest:
        said.append(cardinal(int(rest), dialect) if len(rest) <= 3 else spelled(rest))
    return " ".join(said)


def ordinal(n: int, dialect: Dialect = NORTH) -> str:
    """Read the number after "thứ": 1 → "nhất", 4 → "tư"; all others as cardinals."""
    return {1: "nhất", 4: "tư"}.get(n) or cardinal(n, dialect)


def month(n: int) -> str:
    """Read the number of a month (1 to 12): 4 → "tư"."""
    return "tư" if n == 4 else cardinal(n)


def day(n: int, dialect: Dialect = NORTH) -> str:
    """Read a day of a month (1 to 31): the first ten are "mùng một" to "mùng mười"."""
    said = cardinal(n, dialect)
    return f"mùng {said}" if n <= 10 else said

"""Capital abbreviations, read by what stands around them; unknown ones are kept, marked and listed."""

import re
from functools import lru_cache

from channels.radio_script.reading.lexicon import EntryData
from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.page import CONFIRM, WRITE_OUT, Page, Worry, marked
from channels.radio_script.reading.rules.documents import issuer_name
from channels.radio_script.reading.syllables import LETTER, UPPER, has_mark, is_syllable
from channels.words import N_, Words

_TOKEN = re.compile(
    rf"(?<![\w])(?=[{LETTER}&.\-+,]*[{UPPER}][{LETTER}&.\-+,]*[{UPPER}])[{LETTER}]+(?:(?:\s?&\s?|[.\-+,])[{LETTER}]+)*"
)
_PART = re.compile(rf"[{LETTER}]+|\s?&\s?|[.\-+,]")
_JOINTS = {"&": " và ", ".": " ", "-": " ", "+": ", ", ",": ", "}
_SECTOR_HEADS = re.compile(r"(?:^|\W)(?:sở|bộ|phòng|ngành|ty)\s*$")
_CAPS = re.compile(rf"[{UPPER}]+\Z")


def abbreviations(page: Page) -> None:
    """Claim abbreviations and set words in capitals in small letters."""
    for match in list(_TOKEN.finditer(page.text)):
        if page.free(*match.span()):
            _token(page, match.start(), match[0])
        else:
            for part in re.finditer(rf"[{LETTER}]+", match[0]):
                start = match.start() + part.start()
                if page.free(start, start + len(part[0])) and len(part[0]) > 1:
                    _token(page, start, part[0])


def _token(page: Page, start: int, written: str) -> None:
    """Read ``written`` whole if the lexicon has it, else part by part."""
    whole = _whole(page, start, written)
    if whole:
        _claim(page, start, written, whole)
        return
    parts = list(_PART.finditer(written))
    if len(parts) == 1:
        _lonely(page, start, written)
        return
    if not any(c.isupper() for part in parts for c in part[0][1:]):
        return  # "Wi-Fi": a name, not an abbreviation
    if ("&" in written or "-" in written) and any(_opaque(page, start + p.start(), p[0]) for p in parts):
        page.claim(start, start + len(written), marked(written), "abbreviation", _unknown(page, written))
        return
    for part in parts:
        at = start + part.start()
        if part[0].strip() in _JOINTS:
            if part[0].strip() != ",":
                page.claim(at, at + len(part[0]), _JOINTS[part[0].strip()], "abbreviation")
        elif len(part[0]) > 1:
            _token(page, at, part[0])


def _opaque(page: Page, start: int, part: str) -> bool:
    """Tell whether a part of a compound is an abbreviation that nobody knows."""
    if not part[0].isalpha() or len(part) == 1 or not any(c.isupper() for c in part[1:]):
        return False
    return not _whole(page, start, part) and not _is_word(page, start, part) and _is_abbreviation(part)


def _lonely(page: Page, start: int, written: str) -> None:
    if _is_word(page, start, written):
        first = page.text[:start].rstrip(' “"(*-')
        heading = not first or first[-1] in ".!?\n:"
        page.claim(start, start + len(written), written.capitalize() if heading else written.lower(), "capitals")
    elif _is_abbreviation(written):
        page.claim(start, start + len(written), marked(written), "abbreviation", _unknown(page, written))


def _whole(page: Page, start: int, written: str) -> EntryData | None:
    learned = page.learned.get(written)
    if learned:
        return EntryData(say=learned)
    before, after = page.before(start), page.after(start + len(written))
    sector = page.lexicon.sectors.get(
        written.replace("&", "").replace("-", "").replace(",", "").replace(" ", "").upper()
    )
    readings = page.lexicon.readings(written)
    contextual = [e for e in readings if (e.after or e.before) and _fits(e, before, after)]
    if contextual:
        return contextual[0]
    if sector and _SECTOR_HEADS.search(before):
        return EntryData(say=sector)
    plain = [e for e in readings if not e.after and not e.before]
    if plain and not (is_syllable(written) and _in_capitals(page, start, written)):
        return plain[0]
    office = (
        None if readings or len(written) < 3 or _is_word(page, start, written) else issuer_name(written, page.lexicon)
    )
    return EntryData(say=office, check=True) if office else None


def _fits(entry: EntryData, before: str, after: str) -> bool:
    return _ends(entry.after, before.rstrip(' (“"')) or _starts(entry.before, after)


def _ends(phrases: tuple[str, ...], before: str) -> bool:
    return any(before.endswith(p) and not before[: -len(p)][-1:].isalpha() for p in phrases)


def _starts(phrases: tuple[str, ...], after: str) -> bool:
    for trimmed in (after.lstrip(" "), after.lstrip(" .")):
        for phrase in phrases:
            follows = trimmed[len(phrase) : len(phrase) + 1]
            if phrase == ". ":
                if re.match(r"\.\s?\w", trimmed):
                    return True
            elif trimmed.startswith(phrase) and not (phrase[-1].isalpha() and follows.isalpha()):
                return True
    return False


def _claim(page: Page, start: int, written: str, entry: EntryData) -> None:
    end = start + len(written)
    following = page.text[end + 1 : end + 3]
    named = re.match(rf"\s?[{UPPER}\d]", following) and _abbreviating_point(page, end)
    if page.text[end : end + 1] == "." and (named or following[:1].isdigit()):
        end += 1
    worry = _check(written, entry.say) if entry.check else None
    said = entry.say.replace(" - ", ", ") if entry.say.islower() else entry.say.replace(" - ", " ")
    page.claim(start, end, said + (" " if end > start + len(written) else ""), "abbreviation", worry)


def _abbreviating_point(page: Page, at: int) -> bool:
    """Tell a point that belongs to a title ("TP. Tân An", "PCT. UBND") from one that ends a sentence."""
    written = re.search(rf"[{LETTER}]+\Z", page.text[max(0, at - 8) : at])
    return written is not None and _TITLE.match(written[0]) is not None


_TITLE = re.compile(
    r"(?:KP|KCN|TDP|SĐT|TP|TX|TT|TM|KT|TL|TUQ|CVP|PCVP|PCT|CT|GS|PGS|TS|ThS|Ths|BS|DS|"
    r"KS|LS|Q|QL|ĐT|TTr|M|NSND|NSƯT|NGND|NGƯT|BSCKI|BSCKII|BV|TU|CN)\Z"
)


def _is_word(page: Page, start: int, written: str) -> bool:
    if not _CAPS.match(written) or not is_syllable(written):
        return False
    return has_mark(written) or _in_capitals(page, start, written)


def _in_capitals(page: Page, start: int, written: str) -> bool:
    """Tell whether a neighbour is a word in capitals too, as in a heading."""
    end = start + len(written)
    left = re.search(rf"([{LETTER}]+)[\s,\-–“\"(:]*\Z", page.text[max(0, start - 24) : start])
    right = re.match(rf"[\s,\-–”\"):]*([{LETTER}]+)", page.text[end : end + 24])
    neighbours = [m[1] for m in (left, right) if m]
    return any(_CAPS.match(n) and len(n) > 1 and is_syllable(n) and has_mark(n) for n in neighbours) or (
        bool(neighbours)
        and all(_CAPS.match(n) and is_syllable(n) and len(n) > 1 for n in neighbours)
        and _heading(page, start)
    )


def _heading(page: Page, start: int) -> bool:
    """Tell whether the line holds no small letter at all."""
    first = page.text.rfind("\n", 0, start) + 1
    line = page.text[first:].partition("\n")[0]
    return line.upper() == line


def _is_abbreviation(written: str) -> bool:
    """Two capitals side by side, or a capital at the end: "VNForm", "KTrS"; "YouTube" is a name."""
    return re.search(rf"[{UPPER}]{{2}}|[{UPPER}]\Z", written) is not None


def _unknown(page: Page, written: str) -> Worry:
    choices = dict.fromkeys(e.say.lower() for e in page.lexicon.readings(written))
    if choices:
        message = N_("%(written)s có thể là %(choices)s.")
        return Worry(
            Certainty.UNKNOWN,
            Words(message, {"written": written, "choices": " / ".join(f"“{c}”" for c in choices)}),
            WRITE_OUT,
        )
    message = N_("Chưa rõ cách đọc %(written)s.")
    return Worry(Certainty.UNKNOWN, Words(message, {"written": written}), WRITE_OUT)


def _check(written: str, said: str) -> Worry:
    message = N_("%(written)s được đọc là “%(said)s”.")
    return Worry(Certainty.CHECK, Words(message, {"written": written, "said": said}), CONFIRM)


def patterns(page: Page) -> None:
    """Claim abbreviations in small letters: "v/v", "đ/c", "v.v."."""
    for match in _patterns(tuple(page.lexicon.patterns)).finditer(page.text):
        key = match[1].lower()
        end = match.end()
        while not key.endswith(".") and "." in key and page.text[end : end + 1] in (".", "…"):
            end += 1
        page.claim(match.start(), end, page.lexicon.patterns[key] + (" " if key.endswith(".") else ""), "abbreviation")


@lru_cache(maxsize=16)
def _patterns(keys: tuple[str, ...]) -> re.Pattern[str]:
    forms = [form for key in sorted(keys, key=len, reverse=True) for form in _written(key)]
    options = "|".join(re.escape(form) for form in forms)
    return re.compile(rf"(?<![\w./])({options})(?:(?<=\.)|(?!\w))")


def _written(key: str) -> tuple[str, ...]:
    """Return the forms a small abbreviation takes: "v/v", "V/v", "V/V"; a point ("tp.") allows no capitals."""
    return (key, key[0].upper() + key[1:], *((key.upper(),) if "/" in key else ()))

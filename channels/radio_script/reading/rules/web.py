"""Web and e-mail addresses: "dichvucong.gov.vn" → "dịch vụ công chấm gờ o vê chấm vê nờ"."""

import re
import unicodedata
from functools import lru_cache

from channels.radio_script.reading.lexicon import Lexicon
from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.numerals import spelled
from channels.radio_script.reading.page import CONFIRM, Page, Worry
from channels.words import N_, Words

_TLD = "vn|com|net|org|edu|gov|info|asia|io|me|app|biz"
_SHORT = "to|ly|gl|gle|be|tv|us|link|page|site|online|xyz|cloud|shop|store"
"""Endings that are words too: an address only with a path behind them."""
_ENDING = re.compile(rf"\.(?:{_TLD}|{_TLD.upper()})\b|@|\.(?:{_SHORT})/|://")
_ADDRESS = re.compile(
    rf"(?:mailto:)?(?P<user>[A-Za-z0-9][\w.+-]*)@(?P<domain>(?:[A-Za-z0-9-]+\.)+[A-Za-z]{{2,}})"
    rf"|(?P<scheme>https?://)?(?P<host>(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+"
    rf"(?(scheme)[A-Za-z]{{2,}}|(?:(?:{_TLD})|(?:{_SHORT})(?=/))))(?![\w@])"
    rf"(?P<path>(?::\d+)?/[^\s<>\"“”‘’()\[\],;…]*)?"
    rf"|(?<!\w)\.(?P<tld>{_TLD})\b(?!\.)",
    re.IGNORECASE,
)
_TAG = re.compile(r"(?<![\w/@#])(?P<mark>[@#])(?P<name>[^\W\d_][\w.]*\w)")
_CAMEL = re.compile(r"[A-ZĐ]{2,}(?![a-zà-ỹđ])|[^\W\d_]+?(?=[A-ZĐ]|\d|_|$)|\d+")
_CAPITALS = re.compile(r"[A-Z]{2,}(?![a-z])")
_PIECE = re.compile(r"[a-zđ]+|\d+")


def web(page: Page) -> None:
    """Claim every address of the page."""
    end = 0
    for anchor in _ENDING.finditer(page.text):
        match = _ADDRESS.search(page.text, max(end, _start(page.text, anchor.start())))
        if not match or anchor.start() < end:
            continue
        end = match.end()
        if match["tld"]:
            page.claim(*match.span(), f"chấm {_label(match['tld'], page.lexicon)[0]}", "address")
        elif match["user"]:
            _claim_mail(page, match)
        else:
            _claim_site(page, match)


def tags(page: Page) -> None:
    """Claim "#chuyendoiso" and "@longanso": the words of a hashtag, the name of an account."""
    if "#" not in page.text and "@" not in page.text:
        return
    for match in _TAG.finditer(page.text):
        name = match["name"]
        words = [_tag_word(page, word) for word in _CAMEL.findall(name)]
        if name.isascii() and not _CAPITALS.search(name):
            said, sure = _label(name, page.lexicon)
        else:
            said = " ".join(word for word, _ in words)
            sure = all(known for _, known in words)
        lead = "a còng " if match["mark"] == "@" else ""
        page.claim(*match.span(), lead + said, "address", _worry(match[0], sure))


def _tag_word(page: Page, word: str) -> tuple[str, bool]:
    """Read one word of "#CĐS2025" and tell whether it is known."""
    if word.isdecimal():
        return page.number(int(word)), True
    known = [entry.say for entry in page.lexicon.readings(word) if not entry.after and not entry.before]
    if known and word.isupper() and len(word) > 1:
        return known[0], True
    if word.isascii():
        return _label(word, page.lexicon)
    return word, len(word) > 1


def _start(text: str, at: int) -> int:
    """Return where the word around ``at`` starts."""
    while at and not text[at - 1].isspace() and text[at - 1] not in "()<>[]“”\"',;":
        at -= 1
    return at


def _claim_mail(page: Page, match: re.Match[str]) -> None:
    user, sure_user = _dotted(match["user"], page.lexicon)
    host, sure_host = _dotted(match["domain"], page.lexicon)
    page.claim(*match.span(), f"{user} a còng {host}", "address", _worry(match[0], sure_user and sure_host))


def _claim_site(page: Page, match: re.Match[str]) -> None:
    host, sure = _dotted(match["host"], page.lexicon)
    path = re.sub(r"\.(?:html?|aspx?|php)\Z", "", (match["path"] or "").rstrip(".,:;!?/"))
    end = match.end("host") + len(match["path"] or "")
    while end > match.end("host") and page.text[end - 1] in ".,:;!?":
        end -= 1
    said, worry = host, _worry(match["host"], sure)
    if path:
        extra, sure_path = _path(path, page.lexicon)
        said += extra
        if not extra:
            worry = _long(match[0])
        elif not sure_path:
            worry = _worry(match[0], sure=False)
    page.claim(match.start(), end, said, "address", worry)


def _worry(written: str, sure: bool) -> Worry | None:
    if sure:
        return None
    message = Words(N_("Địa chỉ %(written)s có phần phải đánh vần."), {"written": written})
    return Worry(Certainty.CHECK, message, CONFIRM)


def _long(written: str) -> Worry:
    message = Words(N_("Địa chỉ %(written)s quá dài, kịch bản chỉ đọc tên miền."), {"written": written})
    return Worry(Certainty.CHECK, message, Words(N_("Dùng một địa chỉ ngắn hơn, hoặc chỉ nêu tên cổng thông tin.")))


def _dotted(host: str, lexicon: Lexicon) -> tuple[str, bool]:
    parts = [_label(label, lexicon) for label in host.lower().split(".") if label]
    said = [word for word, _ in parts if word]
    return " chấm ".join(said), all(sure for _, sure in parts)


def _path(path: str, lexicon: Lexicon) -> tuple[str, bool]:
    labels = [label for label in re.split(r"[/?=&#:]+", path.lower()) if label.strip("@")]
    if len(labels) > 2 or any(not _sayable(label, lexicon) for label in labels):
        return "", False
    parts = [_dotted(label, lexicon) for label in labels]
    parts = [(f"a còng {said}" if labels[i][0] == "@" else said, sure) for i, (said, sure) in enumerate(parts)]
    return "".join(f" gạch chéo {word}" for word, _ in parts), all(sure for _, sure in parts)


def _sayable(label: str, lexicon: Lexicon) -> bool:
    """Tell whether a listener could write down a part of a path."""
    return len(label.strip("@")) <= 8 or (len(label) <= 40 and _label(label, lexicon)[1])


def _label(label: str, lexicon: Lexicon) -> tuple[str, bool]:
    """Return the reading of one label and whether the lexicon knew it; an unknown one is spelled."""
    label = label.lower()
    known = lexicon.labels.get(label, _plain_names(lexicon.names).get(label.replace("-", "")))
    if known is not None:
        return known, True
    if label.isdigit():
        return spelled(label), True
    label = label.removeprefix("@")
    hyphened = _hyphened(label, lexicon)
    if hyphened:
        return hyphened, True
    for joint, word in (("-", "gạch ngang"), ("_", "gạch dưới"), ("+", "cộng"), ("%", "phần trăm")):
        if joint in label:
            parts = [_label(part, lexicon) for part in label.split(joint) if part]
            return f" {word} ".join(said for said, _ in parts), all(sure for _, sure in parts)
    known = _joined(label, lexicon)
    if known is not None:
        return known, True
    pieces = _PIECE.findall(label)
    short = all(len(piece) == 1 or piece.isdigit() for piece in pieces)
    return " ".join(_piece(piece, lexicon) for piece in pieces), short


def _hyphened(label: str, lexicon: Lexicon) -> str | None:
    """Read "chuyen-doi-so" as the words it is known by, with their hyphens; None if its words are not known."""
    parts = label.split("-")
    known = _joined("".join(parts), lexicon) if len(parts) > 1 and all(parts) else None
    words = known.split() if known else []
    return " gạch ngang ".join(words) if words and len(words) == len(parts) else None


def _joined(label: str, lexicon: Lexicon) -> str | None:
    """Read a label that is made of known ones: "chuyendoisolongan"; None if it is not."""
    said: dict[int, str] = {0: ""}
    for end in range(1, len(label) + 1):
        for start in range(end):
            word = _known(label, start, end, lexicon) if start in said else None
            if word:
                said[end] = f"{said[start]} {word}".strip()
                break
    return said.get(len(label)) if len(label) <= 48 else None


def _known(label: str, start: int, end: int, lexicon: Lexicon) -> str | None:
    """Read ``label[start:end]`` if it is a whole run of digits, or a known part of three letters or more."""
    part = label[start:end]
    if part.isdigit():
        whole = not label[start - 1 : start].isdigit() and not label[end : end + 1].isdigit()
        return spelled(part) if whole else None
    if len(part) < 3 and not (end == len(label) and start > 3 and len(part) == 2):
        return None
    return lexicon.labels.get(part) or _plain_names(lexicon.names).get(part)


def _piece(piece: str, lexicon: Lexicon) -> str:
    if piece.isdigit():
        return spelled(piece)
    known = lexicon.labels.get(piece)
    return known or " ".join(lexicon.letters.get(letter.upper(), letter) for letter in piece)


@lru_cache(maxsize=32)
def _plain_names(names: tuple[str, ...]) -> dict[str, str]:
    """Proper names as they stand in addresses: "longan" → "Long An"."""
    return {_ascii(name): name for name in names}


def _ascii(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace(" ", ""))
    return "".join(c for c in bare if not unicodedata.combining(c))

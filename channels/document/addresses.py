"""Addresses as editors write them: in links, in lines that define one, bare in the text."""

import re
from dataclasses import dataclass

from channels.document.entities import unescaped

LAST_PORT = 65_535
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,30}):")
_ENDS = (
    "vn|com|net|org|info|edu|gov|int|biz|asia|io|app|dev|me|tv|link|site|"
    "online|store|shop|xyz|cloud|ai|page|gl|ly|be|co"
)
"""What a host without "www." may end in; "phu-luc.doc" is a file."""
_HOST = re.compile(
    rf"(?:www\.[^\s/]+|(?:[^\W_](?:[\w-]{{0,62}})\.){{1,8}}(?:{_ENDS}))(?::\d{{1,5}})?(?:[/?#]\S*)?", re.IGNORECASE
)
_MAIL = re.compile(r"[^\s@<>()\[\]]{1,80}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTES = {'"': '"', "”": "“", "'": "'"}
_DEFINITION = re.compile(r" {0,3}\[([^\[\]^][^\[\]]{0,199})\]:[ \t]*(\S.*)")
_BARE = re.compile(r"https?://[^\s<>\[\]\"“”‘’`|\\]+", re.IGNORECASE)
_AUTHORITY = re.compile(
    r"https?://(?:[^\s/?#@]*@)?(?:\[[0-9a-f:.]{2,45}\]|(?P<host>[^\s/?#:@\[\]\\]{1,253}))(?::(?P<port>\d{1,5}))?(?=[/?#]|$)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_GAPS = re.compile(r"[\s.()-]+")
_INVISIBLE = re.compile("[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A line that defines an address: ``[label]: url "title"``; ``label`` is folded."""

    label: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Address:
    """What was written as an address. ``url`` is "" if readers must not be sent there; ``completed`` had no scheme."""

    url: str
    title: str = ""
    completed: bool = False


def address(written: str) -> Address | None:
    """Return the address in ``(…)`` of a link; None if it is none, so that the link is words like any."""
    url, title = (_ESCAPED.sub(r"\1", unescaped(part)) for part in _titled(written.strip()))
    visible = _INVISIBLE.sub("", url)
    if (scheme := _SCHEME.match(visible)) and not _is_port(scheme, visible):
        return Address(_known(scheme[1].lower(), url), title)
    if url.startswith("//"):
        return Address(_known("https", f"https:{url}"), title, completed=True)
    if url.startswith("/"):
        return Address(_encoded(url), title)
    if _MAIL.fullmatch(url):
        return Address(f"mailto:{url}", title, completed=True)
    whole = f"https://{_encoded(url)}"
    return Address(whole, title, completed=True) if _HOST.fullmatch(url) and possible(whole) else None


def _known(scheme: str, url: str) -> str:
    """Return an address as it is sent to readers, "" if they must not be sent there or nobody could go there."""
    if scheme == "tel":
        number = _GAPS.sub("", url.strip().partition(":")[2])
        return f"tel:{_encoded(number)}" if number else ""
    if scheme in SCHEMES and _INVISIBLE.sub("", url).partition(":")[2].strip("/"):
        return _encoded(url) if scheme == "mailto" or possible(_encoded(url)) else ""
    return ""


def possible(url: str) -> bool:
    """Tell whether a web address names a host that there can be: "https://a..vn", "https://a.vn:99999" do not."""
    found = _AUTHORITY.match(url)
    if found is None or int(found["port"] or 0) > LAST_PORT:
        return False
    host = found["host"]
    return host is None or all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))


def _is_port(scheme: re.Match[str], url: str) -> bool:
    """Tell whether what looks like a scheme is a host with its port: "may-chu:8000"."""
    return scheme[1].lower() not in SCHEMES and url[scheme.end() :][:1].isdigit()


def _titled(written: str) -> tuple[str, str]:
    """Part an address from the title behind it."""
    if written[-1:] in _QUOTES and len(written) > 1:
        opening = re.search(rf"\s{_QUOTES[written[-1]]}", written[:-1])
        if opening is not None:
            return _bare_url(written[: opening.start()]), written[opening.end() : -1]
    return _bare_url(written), ""


def _bare_url(written: str) -> str:
    return written.strip().removeprefix("<").removesuffix(">")


def picture_address(written: str) -> Address | None:
    """Return the address of a picture; a relative one is left to whoever shows it."""
    found = address(written)
    if found is not None or not written.strip() or len(written.split()) > 1:
        return found
    return Address(_encoded(unescaped(written.strip())))


def reference(line: str) -> Reference | None:
    """Return what a line defines, None if it defines nothing."""
    match = _DEFINITION.fullmatch(line)
    found = address(match[2]) if match else None
    if match is None or found is None or not found.url or "%20" in found.url:
        return None
    return Reference(folded(match[1]), found.url, found.title)


def folded(label: str) -> str:
    """Return a label as labels are compared."""
    return " ".join(label.casefold().split())


def bare(text: str, start: int) -> int:
    """Return where the address that starts at ``start`` ends; the punctuation after it is not its own."""
    match = _BARE.match(text, start, min(len(text), start + 2000))
    if match is None:
        return start
    end = match.end()
    while end > start:
        last = text[end - 1]
        if last in ".,;:!?*_~'…" or (
            last in ")}" and text.count(last, start, end) > text.count("({"[last == "}"], start, end)
        ):
            end -= 1
        else:
            break
    return end if end > start + len("https://") else start


def mail(text: str) -> bool:
    """Tell whether ``text`` is a mail address."""
    return _MAIL.fullmatch(text) is not None


def _encoded(url: str) -> str:
    """Return ``url`` with what would end it in HTML or in a text put into percent signs; letters stay as written."""
    seen = _INVISIBLE.sub(lambda some: " " if some[0].isspace() else "", url.strip())
    return "".join(f"%{ord(c):02X}" if c in ' "<>`\\^{|}' else c for c in seen)

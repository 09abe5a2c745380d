"""Which document an address asks for: read from what each channel kind says of its own paths."""

import re
from dataclasses import dataclass

from channels import registry

SLUG, SHA256 = r"[a-z0-9-]+", r"[0-9a-f]{64}"


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """A document of a channel. ``sha256`` is set where a file of a rendition is asked for rather than a document."""

    kind: str
    slug: str
    name: str
    sha256: str = ""


class PublicPaths:
    """The paths of all kinds as one pattern, made once."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str]] = []
        patterns = []
        for kind in registry.KINDS:
            for name, path in registry.adapter(kind).public_paths.items():
                patterns.append(_pattern(path, len(self._found)))
                self._found.append((kind, name))
        self._pattern = re.compile("|".join(patterns) or r"(?!)")

    def match(self, path: str) -> DocumentRequest | None:
        """Return what ``path`` asks for; None if it is no kind's."""
        match = self._pattern.fullmatch(path)
        if match is None or match.lastgroup is None:
            return None
        number = int(match.lastgroup.removeprefix("path"))
        kind, name = self._found[number]
        parts = match.groupdict()
        sha256 = parts.get(f"sha256{number}") or ""
        return DocumentRequest(kind, parts[f"slug{number}"], name.format(sha256=sha256) if sha256 else name, sha256)


def _pattern(path: str, number: int) -> str:
    """The path as a pattern whose groups carry ``number``; the outermost group closes last, and so names the match."""
    written = re.escape(path).replace(r"\{slug\}", f"(?P<slug{number}>{SLUG})")
    written = written.replace(r"\{sha256\}", f"(?P<sha256{number}>{SHA256})")
    return f"(?P<path{number}>{written})"

"""``If-Match``: the version that a change was based on (RFC 9110 §13.1.1)."""

import re
from dataclasses import dataclass
from enum import Enum

from werkzeug.http import parse_etags

from channels.words import N_
from cms.core.refusal import Refusal

_VERSION = re.compile(r"(\d{1,9})(?:-[0-9a-f]+)?")
NEVER = 0
"""A version that nothing ever has."""


class Match(Enum):
    """Whether an endpoint takes ``If-Match``."""

    NO = "no"
    MAY = "may"
    MUST = "must"


class PreconditionMissing(Refusal):
    """A change that could overwrite somebody else's came without saying what it was based on."""

    status = 428
    code = "precondition-required"

    def __init__(self) -> None:
        super().__init__(N_("Hãy gửi tiêu đề If-Match với ETag của bản đã đọc, để không ghi đè bản của người khác."))


@dataclass(frozen=True, slots=True)
class Expected:
    """The versions that the caller accepts; None accepts every one."""

    versions: frozenset[int] | None = None

    def version_for(self, current: int) -> int | None:
        """What to hand a service as the expected version: None if nothing is asked, ``NEVER`` if it does not match."""
        if self.versions is None:
            return None
        return current if current in self.versions else NEVER


def read(header: str | None, match: Match) -> Expected:
    """Return what ``If-Match`` says. ``"7-1f3c"`` and ``"7"`` mean version 7; any other tag matches nothing."""
    if match is Match.NO:
        return Expected()
    if not header:
        if match is Match.MUST:
            raise PreconditionMissing
        return Expected()
    tags = parse_etags(header)
    if tags.star_tag:
        return Expected()
    found = (_VERSION.fullmatch(tag) for tag in tags.as_set())
    return Expected(frozenset(int(version[1]) for version in found if version))

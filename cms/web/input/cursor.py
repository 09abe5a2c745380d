"""Where a long list goes on: the last row's instant and id, so that the next page costs as much as the first."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from cms.web.input.addresses import LARGEST_ID

_WRITTEN = re.compile(r"([0-9]{8}T[0-9]{12})-([0-9]{1,10})")
_FORMAT = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page in a list that is sorted by instant and id, both falling."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).strftime(_FORMAT)}-{self.id}"

    @classmethod
    def read(cls, written: str) -> "Cursor | None":
        """Return the cursor of an address; None, which means the first page, for anything else."""
        match = _WRITTEN.fullmatch(written)
        if match is None or int(match[2]) > LARGEST_ID:
            return None
        try:
            return cls(datetime.strptime(match[1], _FORMAT).replace(tzinfo=UTC), int(match[2]))
        except ValueError:
            return None

    def beyond(
        self, at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], id_: Any
    ) -> ColumnElement[bool]:
        """A condition that holds for the rows after this one."""
        return and_(at <= self.at, or_(at < self.at, id_ < self.id))

"""Types that bodies, queries and answers share; each refuses what the database or the calendar could not hold."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from cms.core.clock import FIRST_YEAR, LAST_YEAR
from cms.stories.editing.content import OneLine

MOST_ID = 2**31 - 1
MOST_ROWS = 200
_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WRITTEN_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}[0-9:.]*([Zz]|[+-]\d{2}:?\d{2})", re.ASCII)


def _instant(value: object) -> datetime:
    """Read RFC 3339; a number or a time without offset is refused rather than guessed at."""
    if not isinstance(value, str) or not _WRITTEN_INSTANT.fullmatch(value):
        raise _NO_INSTANT
    try:
        return _near(datetime.fromisoformat(value.upper())).astimezone(UTC)
    except ValueError as error:
        raise _known(error, _NO_INSTANT) from None


def _day(value: object) -> date:
    if not isinstance(value, str) or not _WRITTEN_DAY.fullmatch(value):
        raise _NO_DAY
    try:
        return _near(date.fromisoformat(value))
    except ValueError as error:
        raise _known(error, _NO_DAY) from None


def _bytes_of_text(value: object) -> object:
    """A part that came without a file name is taken as what it says."""
    return value.encode() if isinstance(value, str) else value


def _known(error: ValueError, otherwise: PydanticCustomError) -> PydanticCustomError:
    return error if isinstance(error, PydanticCustomError) else otherwise


D = TypeVar("D", date, datetime)


def _near(value: D) -> D:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("far", "far away")
    return value


_NO_INSTANT, _NO_DAY = PydanticCustomError("instant", "not an instant"), PydanticCustomError("day", "not a day")
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
"""An instant with its offset, 2000 to 2199, read as UTC."""
Day = Annotated[date, BeforeValidator(_day)]
"""A calendar day in Viet Nam, 2000 to 2199."""
Id = Annotated[int, Field(ge=1, le=MOST_ID)]
File = Annotated[Any, BeforeValidator(_bytes_of_text), WithJsonSchema({"type": "string", "format": "binary"})]
"""An uploaded file: its bytes, or an open file that need not be held in memory."""
Rows = Annotated[int, Field(ge=1, le=MOST_ROWS, description="Rows of a page.")]
Word = Annotated[OneLine, Field(max_length=120)]
"""A code, a name or a few words to look for."""
PRIORITIES = {"routine": "thong_thuong", "priority": "uu_tien", "urgent": "khan_cap"}
"""Priorities as callers name them, and as they are kept; callers may use the kept names too, as before 0.2.0."""
_NAMES = {kept: name for name, kept in PRIORITIES.items()}


def priority_name(kept: str) -> str:
    """Return the name of a kept priority for callers."""
    return _NAMES.get(kept, kept)


Priority = Annotated[
    Literal["routine", "priority", "urgent"],
    BeforeValidator(lambda given: _NAMES.get(given, given) if isinstance(given, str) else given),
    Field(
        description="How urgent a script is. The names of before, `thong_thuong`, `uu_tien`, `khan_cap`, are taken too."
    ),
]
Reason = Annotated[OneLine, Field(max_length=1_000)]
Address = Annotated[OneLine, Field(max_length=1_000)]
After = Annotated[OneLine, Field(max_length=200, description="Cursor: take it from `next` of the page before.")]


class RequestBody(BaseModel):
    """What a caller sends; an unknown name is refused, because a misspelt filter must not be silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Form(RequestBody):
    """A body that comes as multipart/form-data."""


class NoQuery(RequestBody):
    """No parameters."""


class ResponseBody(BaseModel):
    """What we answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

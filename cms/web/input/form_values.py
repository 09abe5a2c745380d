"""Reading what a form or an address says: whole numbers, days and local times, or one sentence why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from channels.localtime import from_local
from channels.words import N_, Words
from cms.core.refusal import Invalid
from cms.web.input.addresses import LARGEST_ID
from cms.web.input.dates import read_day, read_moment


def whole(values: Mapping[str, str], name: str) -> int | None:
    """Return a whole number from 0 up; None if nothing is entered. Raise ``Invalid`` for anything else."""
    written = values.get(name, "").strip()
    if not written:
        return None
    if not (written.isascii() and written.isdecimal()) or len(written) > 10 or int(written) > LARGEST_ID:
        raise Invalid(N_("“%(written)s” không phải số hợp lệ; hãy nhập lại."), field=name, written=written[:20])
    return int(written)


def wholes(values: MultiDict[str, str], name: str) -> frozenset[int]:
    """Return the whole numbers of every field called ``name``; raise ``Invalid`` if one is anything else."""
    found = (whole({name: written}, name) for written in values.getlist(name))
    return frozenset(number for number in found if number is not None)


def row(values: Mapping[str, str], name: str) -> list[int]:
    """Return the whole numbers of one field, apart by commas, in their order; raise ``Invalid`` for anything else."""
    found = (whole({name: written}, name) for written in values.get(name, "").split(","))
    return [number for number in found if number is not None]


def day(values: Mapping[str, str], name: str) -> date | None:
    """Return a day (22/11/2026); None if nothing is entered. Raise ``Invalid`` for anything else."""
    written = values.get(name, "").strip()
    if not written:
        return None
    try:
        found = read_day(written)
    except ValueError:
        found = None
    if found is None:
        raise Invalid(
            N_("“%(written)s” không phải ngày hợp lệ; hãy nhập như 22/11/2026."), field=name, written=written[:20]
        )
    return found


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another as a list is narrowed to them, each None where nothing that can be read was entered.

    ``typed`` is what was entered and ``wrong`` why not, by the name of the field.
    """

    since: date | None
    until: date | None
    typed: Mapping[str, str]
    wrong: Mapping[str, Words]

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows what was entered again."""
        return Invalid.status if self.wrong else 200

    def insist(self) -> None:
        """Raise ``Invalid`` where a page cannot show what was entered again."""
        for name, words in self.wrong.items():
            raise Invalid(words.text, field=name, **words.values)


def days(values: Mapping[str, str]) -> Days:
    """Return the days ``since`` and ``until``."""
    found: dict[str, date | None] = {}
    wrong: dict[str, Words] = {}
    for name in ("since", "until"):
        try:
            found[name] = day(values, name)
        except Invalid as refusal:
            found[name], wrong[name] = None, refusal.words
    return Days(found["since"], found["until"], {name: values.get(name, "").strip() for name in found}, wrong)


def instant(values: Mapping[str, str], name: str) -> datetime | None:
    """Return a time on the clocks of Viet Nam (22/11/2026 17:30), as UTC; None if nothing is entered."""
    written = values.get(name, "").strip()
    if not written:
        return None
    try:
        found = read_moment(written)
    except ValueError:
        found = None
    if found is None:
        raise Invalid(
            N_("“%(written)s” không phải ngày giờ hợp lệ; hãy nhập như 22/11/2026 17:30."),
            field=name,
            written=written[:20],
        )
    return from_local(found)

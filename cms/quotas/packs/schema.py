"""What a plan pack says: one plan with its units, vocabulary, documents, tasks, quotas and reporting deadlines.

A pack is data in YAML (``cms/quotas/packs``); nothing in this module knows a place or an administrative level. Groups
and media are the plan's own words, declared at its top so that a slip of the pen is a refusal and not a silent hole.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from channels.contract import Evidence, StoryKind
from cms.core.periods import Per
from cms.quotas.packs.values import Address, Brief, Code, Day, DueDay, Email, Mark, Note, OneLine, Phone, Prose


class ReportPer(StrEnum):
    """How often a report is due."""

    ONCE = "once"
    QUARTER = "quarter"
    YEAR = "year"


class Counts(StrEnum):
    """What is counted: distinct stories (``items``), or every broadcast or play of them (``times``, "02 lần/tuần")."""

    ITEMS = "items"
    TIMES = "times"


class Part(BaseModel):
    """A piece of a pack: frozen, and no key that the schema does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Part):
    """A word of the plan (a group of units, a medium) and what people call it."""

    code: Code
    title: OneLine


class Plan(Part):
    """The plan itself. In force from ``valid_from`` to ``valid_to``, both included.

    ``applies_to`` is a later end that the plan's issuer set; ``lead`` is the unit that follows the plan up;
    ``root`` the unit whose tree the plan addresses.
    """

    code: Code
    title: OneLine
    short_title: OneLine
    number: OneLine | None = None
    date: Day | None = None
    issuer: OneLine
    root: Code
    lead: Code | None = None
    valid_from: Day
    valid_to: Day
    applies_to: Day | None = None
    basis: tuple[Prose, ...] = ()
    note: Note = ""
    source: Prose

    @property
    def last_day(self) -> Day:
        """The last day on which the plan counts."""
        return self.applies_to or self.valid_to


class Unit(Part):
    """An organisation. ``valid_to`` is its last day; ``successor`` takes over the day after."""

    code: Code
    name: OneLine
    short_name: Brief = ""
    parent: Code | None = None
    groups: tuple[Code, ...] = ()
    valid_from: Day | None = None
    valid_to: Day | None = None
    successor: Code | None = None
    note: Note = ""


class Column(Part):
    """A column (chuyên mục) that the plan asks for."""

    code: Code
    title: OneLine
    note: Note = ""


class Platform(Part):
    """A service to make known: names, addresses, hotlines. ``own`` stands for each unit's own site."""

    code: Code
    name: OneLine
    kind: Code
    addresses: tuple[Address, ...] = ()
    hotlines: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    own: bool = False
    note: Note = ""


class Audience(Part):
    """Whom the plan wants to reach, and in what form if it says so."""

    code: Code
    title: OneLine
    note: Note = ""


class Topic(Part):
    """What to write about; ``platforms`` are to be introduced with it."""

    code: Code
    title: OneLine
    text: Prose
    platforms: tuple[Code, ...] = ()
    audiences: tuple[Code, ...] = ()
    source: Note = ""


class LegalText(Part):
    """One legal document as the plan cites it; ``date`` is None where the plan gives none."""

    kind: OneLine
    number: OneLine
    date: Day | None = None
    issuer: OneLine
    title: Prose


class Document(LegalText):
    """An entry of the plan's list of documents; ``also`` are further ones that the same entry names."""

    code: Code
    part: OneLine
    position: int = Field(ge=1)
    also: tuple[LegalText, ...] = ()
    note: Note = ""


class Selector(Part):
    """Units by code, by group, or both (a union). A unit that has ended passes its duty to its successor."""

    units: tuple[Code, ...] = ()
    groups: tuple[Code, ...] = ()


class Share(Part):
    """A target over many: ``percent`` of the members. ``groups`` empty: members that the system does not know."""

    percent: int = Field(ge=1, le=100)
    of: OneLine
    groups: tuple[Code, ...] = ()


class Quota(Part):
    """A countable duty (chỉ tiêu).

    ``at_least`` None is a duty without a number ("thường xuyên"): shown, never missed; ``per`` is then only the
    stretch it is shown for. ``owners`` narrows the task's. ``kinds``, ``topics`` empty: any. ``introduces`` lists the
    platforms an item must name. With ``share``, each member needs ``at_least`` and ``percent`` of them must have it.
    """

    code: Mark
    of_what: OneLine
    media: tuple[Code, ...] = Field(min_length=1)
    column: Code | None = None
    at_least: int | None = Field(default=None, ge=1)
    per: Per
    counts: Counts = Counts.ITEMS
    kinds: tuple[StoryKind, ...] = ()
    topics: tuple[Code, ...] = ()
    introduces: tuple[Code, ...] = ()
    prefers: StoryKind | None = None
    evidence: Evidence
    share: Share | None = None
    owners: Selector | None = None
    when: Brief = ""
    note: Note = ""
    source: Note = ""


class Task(Part):
    """A task (nhiệm vụ): who must do it (``owners``), who helps (``partners``), who follows it up (``lead``)."""

    code: Mark
    title: Prose
    owners: Selector
    partners: Selector | None = None
    lead: Code | None = None
    when: Brief = ""
    note: Note = ""
    source: Prose
    quotas: tuple[Quota, ...] = ()


class Report(Part):
    """A report that ``owners`` send to ``to`` (who passes it on to ``onward``).

    ``before`` is the first day that is too late: a date for ``once``, month and day ("11-30") for ``year``; without
    it the report is due when its period ends. ``on_request``: also whenever asked for.
    """

    code: Mark
    title: OneLine
    owners: Selector
    to: Code
    onward: Code | None = None
    per: ReportPer
    before: DueDay | None = None
    on_request: bool = False
    note: Note = ""
    source: Prose


class Form(Part):
    """A form of publicity that the plan lists (infographic, leaflet, event month, the national day…)."""

    code: Code
    title: OneLine
    text: Prose
    media: tuple[Code, ...] = ()
    audiences: tuple[Code, ...] = ()
    source: Note = ""


class Material(Part):
    """Material that came with the plan (leaflet, banner, radio script, slogans, poster)."""

    code: Code
    title: OneLine
    medium: Code
    topic: Code | None = None
    source: Note = ""


class Pack(Part):
    """A whole plan pack. ``format`` is the version of this schema."""

    format: Literal["1"]
    plan: Plan
    groups: tuple[Label, ...] = Field(min_length=1)
    media: tuple[Label, ...] = Field(min_length=1)
    units: tuple[Unit, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = ()
    platforms: tuple[Platform, ...] = ()
    audiences: tuple[Audience, ...] = ()
    topics: tuple[Topic, ...] = ()
    documents: tuple[Document, ...] = ()
    tasks: tuple[Task, ...] = Field(min_length=1)
    reports: tuple[Report, ...] = ()
    forms: tuple[Form, ...] = ()
    materials: tuple[Material, ...] = ()

    def quotas(self) -> Iterator[tuple[Task, Quota]]:
        """Every quota with its task, in the plan's order."""
        return ((task, quota) for task in self.tasks for quota in task.quotas)

    def document_codes(self) -> dict[str, str]:
        """The code of the entry under which each cited number ("830/QĐ-TTg") stands, ``also`` included."""
        return {text.number: entry.code for entry in self.documents for text in (entry, *entry.also)}

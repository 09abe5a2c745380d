"""What an entry of the lexicon must be, and how entries become a layer that reading aloud uses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from channels.radio_script.reading import EntryData, LayerData
from channels.radio_script.reading.speakable import is_used, stumbling
from channels.words import N_
from cms.core.refusal import Invalid
from cms.models.lexicon import LexiconEntry
from media.characters import clean
from media.underlock import slow

LONGEST_WRITTEN, LONGEST_SAY, LONGEST_CONTEXT, LONGEST_SOURCE = 80, 300, 300, 300


class Kind(StrEnum):
    """What a written form is: an abbreviation or code, a word or name, or a part of a web or e-mail address."""

    ABBREVIATION = "abbreviation"
    WORD = "word"
    ADDRESS = "address"


KINDS = {
    Kind.ABBREVIATION: N_("Chữ viết tắt, mã"),
    Kind.WORD: N_("Từ, tên riêng"),
    Kind.ADDRESS: N_("Phần của địa chỉ web, thư điện tử"),
}
SHAPES = {
    Kind.ABBREVIATION: re.compile(r"(?=.*[^\W\d_])[\w&.\-+]{2,}"),
    Kind.WORD: re.compile(r"[^\W_](?:[\w .\-’']*[\w.])"),
    Kind.ADDRESS: re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])"),
}
_SHAPE_WORDS = {
    Kind.ABBREVIATION: N_("Chữ viết tắt gồm ít nhất hai chữ hoặc số viết liền, ví dụ TTHC, GD&ĐT, QL1A."),
    Kind.WORD: N_("Từ hoặc tên riêng gồm ít nhất hai chữ, ví dụ Facebook, Made in Viet Nam."),
    Kind.ADDRESS: N_("Viết một phần của địa chỉ bằng chữ thường không dấu, ví dụ longan hoặc dichvucong."),
}


@dataclass(frozen=True, slots=True)
class EntryFields:
    """What a person fills in. ``after`` and ``before`` are phrases separated by semicolons."""

    kind: Kind
    written: str
    say: str
    after: str = ""
    before: str = ""
    source: str = ""


GoodFields = NewType("GoodFields", EntryFields)
"""Fields that were ``checked``."""


@slow
def checked(fields: EntryFields) -> GoodFields:
    """Return the fields as they are kept; raise ``Invalid`` with what to do instead.

    The reading is tried, which takes a moment: before the transaction that keeps the entry.
    """
    good = _tidy(fields)
    if not SHAPES[good.kind].fullmatch(good.written) or len(good.written) > LONGEST_WRITTEN:
        raise Invalid(_SHAPE_WORDS[good.kind], field="written")
    _check_reading(good.say)
    if max(len(good.after), len(good.before)) > LONGEST_CONTEXT:
        raise Invalid(N_("Ngữ cảnh dài quá; hãy bớt vài cụm từ."), field="after")
    if not good.source or len(good.source) > LONGEST_SOURCE:
        raise Invalid(
            N_("Hãy ghi nguồn: văn bản, đơn vị hoặc người cho biết cách đọc, tối đa 300 chữ."), field="source"
        )
    if not is_used(layer_of([good]), sample(good), good.say):
        raise Invalid(
            N_("Máy đọc không nhận ra “%(written)s” nên mục này không có tác dụng; hãy xem lại loại và cách viết."),
            field="written",
            written=good.written,
        )  # fmt: skip
    return GoodFields(good)


def _check_reading(say: str) -> None:
    if not say or len(say) > LONGEST_SAY:
        raise Invalid(N_("Hãy viết cách đọc thành lời, tối đa 300 chữ."), field="say")
    part = stumbling(say)
    if part:
        raise Invalid(
            N_("Cách đọc phải viết thành lời, không có số, ký hiệu hay chữ viết tắt: “%(part)s”."),
            field="say",
            part=part,
        )


def sample(fields: EntryFields) -> str:
    """Return a line in which the entry would be used."""
    if fields.kind is Kind.ADDRESS:
        return f"{fields.written}.gov.vn"
    after, before = (phrases(text)[:1] for text in (fields.after, fields.before))
    return " ".join([*(after or ("xem",)), fields.written, *(before if before else () if after else ("này",))])


def phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of a context: "đài; báo" → ("đài", "báo")."""
    return tuple(part for part in (" ".join(piece.lower().split()) for piece in text.split(";")) if part)


def layer_of(entries: Sequence[EntryFields | LexiconEntry]) -> LayerData:
    """Return the entries of one unit as a layer of the lexicon; those with a context go first."""
    abbreviations: dict[str, list[EntryData]] = {}
    plain: dict[Kind, dict[str, str]] = {Kind.WORD: {}, Kind.ADDRESS: {}}
    for entry in sorted(entries, key=lambda one: not (one.after or one.before)):
        if entry.kind == Kind.ABBREVIATION:
            data = EntryData(
                say=entry.say, after=phrases(entry.after), before=phrases(entry.before), source=entry.source
            )
            abbreviations.setdefault(entry.written, []).append(data)
        else:
            plain[Kind(entry.kind)][entry.written] = entry.say
    given: Mapping[str, str | list[EntryData]] = abbreviations
    return LayerData(abbreviations=dict(given), words=plain[Kind.WORD], labels=plain[Kind.ADDRESS])


def _tidy(fields: EntryFields) -> EntryFields:
    def line(text: str) -> str:
        return " ".join(clean(text).split())

    written = line(fields.written)
    if fields.kind is Kind.ADDRESS:
        written = written.lower().strip(".")
    contexts = ("", "") if fields.kind is not Kind.ABBREVIATION else (fields.after, fields.before)
    after, before = ("; ".join(phrases(line(text))) for text in contexts)
    return EntryFields(fields.kind, written, line(fields.say).strip(",. "), after, before, line(fields.source))

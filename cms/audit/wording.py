"""Turning one entry's details into lines that an admin can read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from channels import registry
from channels.localtime import ZONE_LABEL, local
from channels.words import N_, Words
from cms.audit.names import ACTIONS, DETAILS, SUBJECTS, VIA
from cms.channels.late_policies import LATE_POLICIES
from cms.lexicon.fields import KINDS
from cms.models.roles import ROLE_NAMES, Role
from cms.people.accounts.tokens import SCOPES
from cms.web.output.formats import day, moment

Say = Callable[[Words], str]
"""Puts a sentence into the reader's language."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class DetailLine:
    """A detail: its name and its value in words."""

    name: str
    value: str


def action_name(action: str, say: Say) -> str:
    """Return what was done in words; an action without a name is shown by its code rather than hidden."""
    return say(Words(ACTIONS[action])) if action in ACTIONS else action


def subject_name(subject: str, say: Say) -> str:
    """Return the kind of thing an entry is about."""
    return say(Words(SUBJECTS[subject])) if subject in SUBJECTS else subject


def via_name(via: str, say: Say) -> str:
    """Return which way the person came."""
    return say(Words(VIA[via])) if via in VIA else via


def lines(detail: Mapping[str, object], say: Say) -> list[DetailLine]:
    """Return an entry's details, changes as "old → new"."""
    found: list[DetailLine] = []
    for key, value in detail.items():
        if key == "changes" and isinstance(value, Mapping):
            found += [_change(name, pair, say) for name, pair in value.items()]
        elif value not in (None, "", [], {}):
            found.append(DetailLine(_name(key, say), _value(key, value, say)))
    return found


def text(detail: Mapping[str, object], say: Say) -> str:
    """Return the details as one line for a table of numbers."""
    return "; ".join(f"{line.name}: {line.value}" for line in lines(detail, say))


def _change(name: str, pair: object, say: Say) -> DetailLine:
    if isinstance(pair, list | tuple) and len(pair) == 2:
        old, new = (_value(name, value, say) for value in pair)
        return DetailLine(_name(name, say), f"{old} → {new}")
    return DetailLine(_name(name, say), _value(name, pair, say))


def _name(key: str, say: Say) -> str:
    return say(Words(DETAILS[key])) if key in DETAILS else key


def _value(key: str, value: object, say: Say) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return say(Words(N_("có") if value else N_("không")))
    if isinstance(value, list | tuple):
        return ", ".join(_item(key, item, say) for item in value) or "–"
    if isinstance(value, Mapping):
        return ", ".join(f"{_name(str(k), say)}: {_value(str(k), v, say)}" for k, v in value.items()) or "–"
    return _word(key, str(value), say)


def _item(key: str, item: object, say: Say) -> str:
    """A role in a unit is recorded as [unit, role]."""
    if key == "roles" and isinstance(item, list | tuple) and len(item) == 2:
        return f"{_word('role', str(item[1]), say)} ({item[0]})"
    return _value(key, item, say)


def _word(key: str, value: str, say: Say) -> str:
    known = _VOCABULARY.get(key, {}).get(value)
    if known is not None:
        return say(Words(known))
    if key == "kind" and value in registry.KINDS:
        return say(registry.adapter(value).label)
    return _time(value) or value


def _time(value: str) -> str | None:
    try:
        if _DAY.fullmatch(value):
            return day(date.fromisoformat(value))
        if _INSTANT.fullmatch(value):
            instant = datetime.fromisoformat(value)
            return f"{moment(local(instant))} {ZONE_LABEL}" if instant.tzinfo else None
    except ValueError:
        return None
    return None


_VOCABULARY: dict[str, Mapping[str, str]] = {
    "role": {role.value: ROLE_NAMES[role] for role in Role},
    "roles": {role.value: ROLE_NAMES[role] for role in Role},
    "scopes": SCOPES,
    "late_policy": {policy.value: name for policy, name in LATE_POLICIES.items()},
    "entry_kind": {kind.value: name for kind, name in KINDS.items()},
    "at": {"now": N_("ngay"), "slot": N_("khung giờ trống kế tiếp")},
    "language": {"vi": "Tiếng Việt", "en": "English"},
}

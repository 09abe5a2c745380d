"""A channel's form as a person filled it in: what every channel has, and the settings of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from channels import registry
from channels.words import Words
from cms.channels.fields import SettingField, fields, read, typed
from cms.channels.service import ChannelBasics
from cms.core.refusal import Invalid, Refusal
from cms.web.input import form_values
from scheduler.storage.tables import Channel


@dataclass(frozen=True, slots=True)
class ChannelForm:
    """What stands in the controls, with one sentence for each control that is in the way; "" is above the form."""

    kind: str
    basics: Mapping[str, str]
    settings: list[SettingField]
    errors: dict[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EnteredChannel:
    """A form that makes sense so far; the service checks the rest."""

    basics: ChannelBasics
    settings: BaseModel


def blank(kind: str) -> ChannelForm:
    """Return the form of a new channel with the kind's defaults."""
    basics = {"late_policy": "within", "late_minutes": "60", "medium": "", "name": "", "slug": "", "unit": ""}
    return ChannelForm(kind, basics, fields(registry.adapter(kind).Settings))


def filled(channel: Channel) -> ChannelForm:
    """Return the form of a channel as it is stored."""
    basics = {
        "name": channel.name, "slug": channel.slug, "unit": str(channel.unit_id), "medium": channel.medium,
        "late_policy": channel.late_policy, "late_minutes": str(channel.late_minutes),
    }  # fmt: skip
    return ChannelForm(channel.kind, basics, fields(registry.adapter(channel.kind).Settings, channel.settings))


def sent(kind: str, form: Mapping[str, str]) -> tuple[ChannelForm, EnteredChannel | None]:
    """Return the form with everything that was typed, and what it says if nothing is in the way."""
    model = registry.adapter(kind).Settings
    settings, problems = read(model, form)
    shown = ChannelForm(kind, _texts(form), typed(model, form), {f"set-{p.name}": p.words for p in problems})
    try:
        minutes = form_values.whole(form, "late_minutes")
    except Invalid as refusal:
        shown.errors[refusal.field], minutes = refusal.words, None
    if settings is None or shown.errors:
        return shown, None
    basics = ChannelBasics(
        name=form.get("name", ""), medium=form.get("medium", ""), late_policy=form.get("late_policy", ""),
        late_minutes=minutes if minutes is not None else 60,
    )  # fmt: skip
    return shown, EnteredChannel(basics, settings)


def note(shown: ChannelForm, refusal: Refusal) -> int:
    """Put a service's sentence at its control and return the HTTP status; raise on what is about no control."""
    if refusal.status in {403, 404} and refusal.field not in shown.basics:
        raise refusal
    shown.errors[refusal.field] = refusal.words
    return refusal.status


def _texts(form: Mapping[str, Any]) -> dict[str, str]:
    return {name: form.get(name, "") for name in ("name", "slug", "unit", "medium", "late_policy", "late_minutes")}

"""What every page's frame shows: the person, what they may open, language, and whether the scheduler is alive."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_login import current_user

from channels.words import N_
from cms.core.permissions import Action, Actor
from cms.models.people import Password
from cms.web.actor import current_actor
from cms.web.context import now, settings
from cms.web.output.badges import LOOKS
from cms.web.output.language import LANGUAGES, choose_language, say


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the main menu: the endpoint it opens, its name, and who sees it."""

    endpoint: str
    name: str
    action: Action


MENU = (
    Entry("stories.index", N_("Tin, bài"), Action.READ),
    Entry("stories.inbox", N_("Chờ duyệt"), Action.APPROVE),
    Entry("deliveries.calendar", N_("Lịch phát hành"), Action.SEE_DELIVERIES),
    Entry("deliveries.index", N_("Lượt phát hành"), Action.SEE_DELIVERIES),
    Entry("followers.index", N_("Gửi người theo dõi"), Action.BROADCAST),
    Entry("radio.index", N_("Phát thanh"), Action.READ_SCRIPTS),
    Entry("quotas.board", N_("Chỉ tiêu"), Action.SEE_QUOTAS),
    Entry("channels.index", N_("Kênh"), Action.MANAGE_CHANNELS),
    Entry("people.index", N_("Đơn vị và người dùng"), Action.MANAGE_PEOPLE),
    Entry("audit.index", N_("Nhật ký thay đổi"), Action.SEE_AUDIT),
)


def menu(actor: Actor) -> list[Entry]:
    """The lines that ``actor`` may open."""
    return [entry for entry in MENU if actor.may(entry.action)]


def init_app(app: Flask) -> None:
    """Give every template what ``_frame`` makes, and ``say``.

    Macros know no context: ``state_looks``, ``endpoints`` (those that exist) and ``icons`` are there for them too.
    """
    app.context_processor(_frame)
    app.add_template_filter(say)
    icons = f"{app.static_url_path}/icons.svg"
    app.jinja_env.globals.update(state_looks=LOOKS, endpoints=app.view_functions, icons=icons)


def _frame() -> dict[str, Any]:
    actor = current_actor() if current_user and current_user.is_authenticated else None
    return {
        "actor": actor,
        "menu": menu(actor) if actor and current_user.person.password_state != Password.START else [],
        "language": choose_language(),
        "languages": LANGUAGES,
        "now": now(),
        "zalo_simulated": settings().zalo_simulated,
        "demo_password": bool(actor) and current_user.person.password_state == Password.DEMO,
    }

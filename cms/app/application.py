"""The application: built from settings, bound to its parts, with every feature's pages registered."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask_bootstrap import Bootstrap5
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from channels import registry
from cms.admission import gate as gating
from cms.admission.gate import AdmissionGate
from cms.app import features
from cms.core import clock, database
from cms.core.file_store import open_store
from cms.core.settings import Settings
from cms.feeds.fast_path import FastPath
from cms.processes.threads import leaving_nothing
from cms.web import errors, security
from cms.web.actor import login_manager
from cms.web.context import KEY, Context
from cms.web.input import addresses, request_cleaning
from cms.web.output import formats, language, page

HOUSE = Path(__file__).resolve().parents[2]


class Newsroom(Flask):
    """Flask with templates that fail loudly on a misspelt name."""

    jinja_options = {"undefined": StrictUndefined}  # noqa: RUF012


def create_app(settings: Settings, *, now: Callable[[], datetime] = clock.utc_now) -> Flask:
    """Build the application. ``now`` is the clock that every page and service uses."""
    app = Newsroom("cms", template_folder=str(HOUSE / "templates"))
    app.extensions[KEY] = Context(settings, now, open_store(settings))
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, BABEL_DEFAULT_LOCALE="vi")
    app.jinja_loader = _template_loader()
    app.url_map.converters["int"] = addresses.Number
    request_cleaning.init_app(app)
    database.init_app(app, settings.database)
    security.init_app(app, settings)
    Bootstrap5(app)
    language.babel.init_app(app, locale_selector=language.choose_language, timezone_selector=language.choose_zone)
    login_manager.init_app(app)
    formats.init_app(app)
    errors.init_app(app)
    page.init_app(app)
    features.init_app(app)
    _put_in_front(app, settings)
    return app


def _put_in_front(app: Flask, settings: Settings) -> None:
    """Answer feeds, playlists and pictures before Flask, and believe as many proxies as the settings say."""
    context: Context = app.extensions[KEY]
    with app.app_context():
        engine = database.db.engine
    gate = AdmissionGate(leaving_nothing(app.wsgi_app), app, settings)
    app.extensions[gating.KEY] = gate
    app.wsgi_app = FastPath(gate, context, engine)  # type: ignore[method-assign]
    if hops := settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _template_loader() -> ChoiceLoader:
    """Our pages, and ``channel/<kind>/preview.html`` from each kind's own folder."""
    folders = {kind: FileSystemLoader(registry.folder(kind) / "templates") for kind in registry.KINDS}
    return ChoiceLoader([FileSystemLoader(HOUSE / "templates"), PrefixLoader({"channel": PrefixLoader(folders)})])

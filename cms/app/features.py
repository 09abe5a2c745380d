"""The features of the newsroom, each a package with its own pages."""

from importlib import import_module

from flask import Blueprint, Flask

FEATURES = (
    "cms.web.input.typed_time",
    "cms.people.accounts.views",
    "cms.stories.pages.views",
    "cms.deliveries.pages.views",
    "cms.channels.views",
    "cms.zalo.views",
    "cms.quotas.pages.views",
    "cms.radio.scripts.views",
    "cms.lexicon.views",
    "cms.boards.views",
    "cms.audit.views",
    "cms.feeds.views",
    "cms.monitoring.views",
    "cms.api.views",
)


def init_app(app: Flask) -> None:
    """Register the blueprint of every feature; each module has one named ``blueprint``."""
    for name in FEATURES:
        blueprint: Blueprint = import_module(name).blueprint
        app.register_blueprint(blueprint)

"""The application as a web server loads it: settings from the environment."""

import os

from cms.app import create_app
from cms.feeds.doorway import Doorway
from cms.settings import from_environment

_settings = from_environment(os.environ)
application = Doorway(create_app(_settings), _settings)

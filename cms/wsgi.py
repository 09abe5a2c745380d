"""The application as a web server loads it: settings from the environment."""

import os

from cms.app import create_app
from cms.memory import settle
from cms.settings import from_environment

application = create_app(from_environment(os.environ))
settle()

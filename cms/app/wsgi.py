"""The application as a web server loads it: settings from the environment."""

import os

from cms.app.application import create_app
from cms.app.gc_tuning import settle
from cms.core.settings import from_environment

application = create_app(from_environment(os.environ))
settle()

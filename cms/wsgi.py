"""The application as a web server loads it: settings from the environment."""

import gc
import os

from cms.app import create_app
from cms.settings import from_environment

application = create_app(from_environment(os.environ))

# What the application is made of stays for good: collecting garbage after a page must not go through it all again,
# which took a tenth of a second.
gc.collect()
gc.freeze()

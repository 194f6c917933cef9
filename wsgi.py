"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

import os
import sys

from app import create_app
from app.config import Config, ConfigError

try:
    app = create_app(Config.from_env(os.environ))
except ConfigError as error:
    sys.exit(f"The shop cannot start; its settings need mending:\n{error}")

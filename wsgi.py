"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

import os

from app import create_app
from app.config import Config

app = create_app(Config.or_exit(os.environ))

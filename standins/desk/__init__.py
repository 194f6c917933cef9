"""The desk: what happened at every company, and the levers, for people and for tests."""

import time

from flask import Flask

from standins import settings
from standins.desk import views


def register(app: Flask) -> None:
    """Serve the desk at `/`."""
    app.register_blueprint(views.pages)
    app.add_template_filter(_clock, "clock")
    app.context_processor(lambda: {"shop": settings.current().shop})


def _clock(moment: float) -> str:
    return time.strftime("%d %b %H:%M:%S", time.localtime(moment))

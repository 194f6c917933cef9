"""The developers' page of components, served by itself: it asks no store."""

from flask import Flask

from app import assets, formats
from app.blueprints import _fragments
from app.blueprints.dev import views


def make_app() -> Flask:
    """Return an app that has only this page and what its frames need."""
    app = Flask("app", static_folder=None)
    assets.register(app)
    _fragments.register(app)
    app.jinja_env.filters |= {
        "money": formats.money,
        "moment": str,
        "deadline": str,
        "day": formats.day,
        "percent": formats.percent,
        "choices": formats.choices,
    }
    app.jinja_env.tests["past"] = lambda day: day.year < 2026  # without a shop there is no store time
    app.register_blueprint(views.bp)
    app.add_url_rule("/cart", "cart.show")  # the frame links to it
    return app

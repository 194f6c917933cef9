"""UPS: OAuth, rating, shipping with a real label, void, label recovery, tracking and its push."""

from flask import Flask

from standins import outbox
from standins.ups import alerts, api, labels, rating, shipping, tracking

__all__ = ["labels", "rating", "shipping", "tracking"]


def register(app: Flask) -> None:
    """Serve UPS's API under /ups."""
    app.register_blueprint(api.api)
    outbox.sign_with("ups", alerts.sign)

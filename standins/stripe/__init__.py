"""Stripe: payment intents, checkout sessions with a hosted page, refunds, disputes, signed webhooks, Stripe.js."""

from flask import Flask

from standins import outbox
from standins.stripe import api, browser, customers, events, hosted, intents, payment_intents, refunds, sessions

__all__ = ["customers", "payment_intents", "register"]


def register(app: Flask) -> None:
    """Serve Stripe's API under /stripe/v1 and its pages under /stripe."""
    app.register_blueprint(api.api)
    app.register_blueprint(hosted.pages)
    app.register_blueprint(browser.scripts)
    outbox.sign_with("stripe", events.sign)
    outbox.each_second(sessions.expire_due)
    outbox.each_second(refunds.settle_pending)
    outbox.each_second(intents.end_processing)

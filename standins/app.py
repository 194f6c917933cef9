"""The Flask application: one blueprint for each company and the desk."""

from flask import Flask

from standins import desk, faults, outbox, sendgrid, settings, store, stripe, ups


def create_app(chosen: settings.Settings) -> Flask:
    """Open the state, register the companies and begin to deliver webhooks."""
    settings.use(chosen)
    store.open_file(chosen.state / "standins.sqlite")
    faults.load()
    app = Flask("standins")
    for company in (stripe, ups, sendgrid, desk):
        company.register(app)
    outbox.start()
    return app

"""SendGrid: mail send, an inbox page that shows what was sent, and the signed event webhook."""

from flask import Flask

from standins import outbox, settings
from standins.sendgrid import events, inbox, mail


def register(app: Flask) -> None:
    """Serve SendGrid's API under /sendgrid and what people would find in their mailboxes under /inbox."""
    events.open_key(settings.current().state / "sendgrid-events.pem")
    app.register_blueprint(mail.api)
    app.register_blueprint(inbox.pages)
    outbox.sign_with("sendgrid", events.sign)

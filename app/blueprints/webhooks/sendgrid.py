"""SendGrid's door: what became of mails, signed by SendGrid."""

from flask import Response, request

from app.blueprints.webhooks.views import bp, refuse
from app.errors import Invalid
from app.services import notifications

_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
_TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


@bp.post("/sendgrid")
def sendgrid() -> Response:
    """Keep a batch of events; 400 for a false or old signature, so that a wrong key shows at SendGrid."""
    headers = request.headers
    try:
        notifications.receive_events(request.get_data(), headers.get(_SIGNATURE, ""), headers.get(_TIMESTAMP, ""))
    except Invalid as error:
        return refuse("sendgrid", error)
    return Response("kept", 200, mimetype="text/plain")

"""Doors for companies: verify, keep once, answer at once. What an event means is a job's business."""

import logging

from flask import Blueprint, Response, request

from app.errors import Invalid
from app.services import payments

log = logging.getLogger(__name__)

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@bp.post("/stripe")
def stripe() -> Response:
    """Keep an event of Stripe; 400 for a false or old signature, so that a wrong secret shows at Stripe."""
    try:
        payments.receive_stripe(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except Invalid as error:
        return refuse("stripe", error)
    return Response("kept", 200, mimetype="text/plain")


def refuse(company: str, error: Invalid) -> Response:
    """Answer 400, so that it shows at the company, and leave a line in our own log."""
    log.warning("a webhook was refused", extra={"company": company, "reason": str(error)})
    return Response(str(error), 400, mimetype="text/plain")

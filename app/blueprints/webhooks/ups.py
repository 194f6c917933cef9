"""UPS's door: Track Alerts. Source: https://developer.ups.com/tag/UPS-Track-Alert."""

from flask import Response, request

from app.blueprints.webhooks.views import bp, refuse
from app.errors import Invalid
from app.services import fulfilment


@bp.post("/ups")
def ups() -> Response:
    """Keep where a parcel was seen; 400 for a false credential, so that a wrong one shows at UPS."""
    try:
        fulfilment.receive_push(request.get_data(), request.headers.get("credential", ""))
    except Invalid as error:
        return refuse("ups", error)
    return Response("kept", 200, mimetype="text/plain")

"""Events: what Stripe writes down about every change, and sends to the shop, signed.

Signature: https://docs.stripe.com/webhooks#verify-manually.
"""

import hashlib
import hmac
import json
from typing import Any

from flask import g, has_request_context

from standins import outbox, settings, store
from standins.stripe import forms, lists
from standins.stripe.api import VERSION, endpoint


def emit(kind: str, body: dict[str, Any], before: dict[str, Any] | None = None) -> None:
    """Write an event about a body as it is now and send it to the shop after the commit."""
    event: dict[str, Any] = {
        "id": store.new_id("evt_"),
        "object": "event",
        "api_version": VERSION,
        "created": store.now(),
        "data": {"object": lists.public(body)} | ({"previous_attributes": before} if before else {}),
        "livemode": False,
        "pending_webhooks": 1,
        "request": _request(),
        "type": kind,
    }
    store.put("event", event)
    path = settings.current().stripe_webhook
    outbox.post("stripe", event["id"], kind=kind, path=path, body=json.dumps(event))


def sign(body: str, timestamp: int, forged: bool) -> dict[str, str]:
    """Sign a webhook as Stripe does."""
    secret = settings.current().stripe_webhook_secret + ("x" if forged else "")
    digest = hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={timestamp},v1={digest}", "User-Agent": "Stripe/1.0"}


@endpoint("GET", "/events/<key>")
def retrieve_event(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one event."""
    return lists.get("event", key)


@endpoint("GET", "/events", lists.PAGING + " type types[]")
def list_events(params: forms.Params) -> dict[str, Any]:
    """List events, of one type or of all."""
    return lists.page("event", params, "/v1/events", type=params.get("type"))


def _request() -> dict[str, Any]:
    if has_request_context() and "request_id" in g:
        return {"id": g.request_id, "idempotency_key": g.idempotency_key}
    return {"id": None, "idempotency_key": None}

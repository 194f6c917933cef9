"""SendGrid, through its SDK: https://www.twilio.com/docs/sendgrid/api-reference/mail-send. No other file imports it.

Each call has a time budget, goes through the circuit breaker, and refuses to run inside a transaction.
"""

import binascii
import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from typing import Any

from app import clock, config, db
from app.breaker import Breaker
from app.errors import Invalid, Unavailable
from app.services.notifications.codes import filled
from app.services.notifications.models import Message

log = logging.getLogger(__name__)

ANSWER_SECONDS = 8
FRESH = timedelta(minutes=10)
_ARGUMENT = "stoa_message"  # our message's id travels with the mail and comes back with each event
_DOWN = "The mail company does not answer at the moment."
_REFUSALS = {400, 413}  # about this message; anything else is about the account or the moment, and passes

breaker = Breaker("The mail company")


@dataclass(frozen=True)
class Event:
    """One thing SendGrid said about a message of ours."""

    id: str
    kind: str
    message_id: str
    reason: str


def send(message: Message) -> str:
    """Hand a message over; return SendGrid's id. Invalid when it refuses the message, Unavailable for anything else."""
    from python_http_client.exceptions import HTTPError  # noqa: PLC0415 - heavy, and only mail jobs need it
    from sendgrid import SendGridAPIClient  # noqa: PLC0415 - as above

    db.require_no_transaction()
    settings = config.current()
    client = SendGridAPIClient(settings.sendgrid_api_key, host=settings.sendgrid_api_url)
    client.client.timeout = ANSWER_SECONDS
    body = _body(message)
    with breaker.guard():
        try:
            answer = client.send(body)
        except HTTPError as error:
            if error.status_code in {401, 403}:
                log.error("SendGrid refuses SHOP_SENDGRID_API_KEY", extra={"reason": _reason(error.body)})  # noqa: TRY400 - no bug
                raise Unavailable(f"The mail company refuses SHOP_SENDGRID_API_KEY: {_reason(error.body)}") from error
            if error.status_code not in _REFUSALS:
                raise Unavailable(f"{_DOWN} ({error.status_code})") from error
            if _is_about_sender(error.body):
                raise Unavailable(f"The mail company refuses SHOP_MAIL_FROM: {_reason(error.body)}") from error
            refusal = f"The mail company refuses this message: {_reason(error.body)}"
        except (OSError, HTTPException) as error:
            raise Unavailable(_DOWN) from error
        else:
            return str(answer.headers.get("X-Message-Id", ""))
    raise Invalid(refusal)


def read_events(raw: bytes, signature: str, timestamp: str) -> list[Event]:
    """Check a batch's signature on its raw body and read it; raise Invalid when it is false, old or garbage.

    https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
    """
    from sendgrid.helpers.eventwebhook import EventWebhook  # noqa: PLC0415 - as in send()

    key = config.current().sendgrid_webhook_key
    try:
        is_genuine = bool(key) and EventWebhook(key).verify_signature(raw.decode(), signature, timestamp)
        age = abs(clock.now().timestamp() - int(timestamp))
    except (ValueError, binascii.Error) as error:
        raise Invalid("This batch of events is not signed as SendGrid signs.") from error
    if not is_genuine or age > FRESH.total_seconds():
        raise Invalid("This batch's signature is not SendGrid's, or it is too old.")
    try:
        return [_event(each) for each in json.loads(raw)]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid("This batch of events cannot be read.") from error


def _body(message: Message) -> dict[str, Any]:
    settings = config.current()
    text, html = filled(message)
    return {
        "personalizations": [
            {
                "to": [{"email": message.recipient, "name": message.recipient_name}],
                "custom_args": {_ARGUMENT: message.id},
            }
        ],
        "from": {"email": settings.mail_from, "name": settings.name},
        "subject": message.subject,
        "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": html}],
        "categories": [message.template],
        "headers": {"Auto-Submitted": "auto-generated"},
        # What a customer reads and clicks is not ours to watch.
        "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
    }


def _event(body: dict[str, Any]) -> Event:
    reason = body.get("reason") or body.get("response") or ""
    return Event(body["sg_event_id"], body["event"], str(body.get(_ARGUMENT, "")), str(reason)[:500])


def _is_about_sender(body: bytes) -> bool:
    """Whether a refusal names the sender: it would be the same for every mail, until the setting is right."""
    try:
        return any(str(error["field"]).partition(".")[0] == "from" for error in json.loads(body)["errors"])
    except (ValueError, LookupError, TypeError):
        return False


def _reason(body: bytes) -> str:
    try:
        return "; ".join(str(error["message"]) for error in json.loads(body)["errors"])[:500]
    except (ValueError, LookupError, TypeError):
        return "no reason given"

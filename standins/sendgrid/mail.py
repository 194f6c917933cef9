"""`POST /v3/mail/send`: checks a message as SendGrid does, keeps it, and says 202.

Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send.
"""

import json
import re
import time
from typing import Any

from flask import Blueprint, Response, request

from standins import faults, settings, store
from standins.sendgrid import events

api = Blueprint("sendgrid_api", __name__, url_prefix="/sendgrid")

Message = dict[str, Any]
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")
_KNOWN = frozenset(
    "personalizations from reply_to reply_to_list subject content attachments template_id headers categories"
    " custom_args send_at batch_id asm ip_pool_name mail_settings tracking_settings".split()
)
MOST_RECIPIENTS = 1000


@api.post("/v3/mail/send")
def send() -> Response:
    """Take a message in."""
    return faults.play("sendgrid", request.path.removeprefix("/sendgrid"), _take, _broken)


@api.get("/standin/webhook-key")
def webhook_key() -> Response:
    """Give the public key of the event webhook, as SendGrid's settings page shows it."""
    return Response(events.public_key(), mimetype="text/plain")


def _take() -> Response:
    if request.headers.get("Authorization") != f"Bearer {settings.current().sendgrid_api_key}":
        return _errors(401, [("The provided authorization grant is invalid, expired, or revoked", None)])
    try:
        message = json.loads(request.get_data())
    except ValueError:
        return _errors(400, [("Bad Request", None)])
    problems = _problems(message)
    if problems:
        return _errors(400, problems)
    message_id = store.new_id("", 22)
    with store.transaction():
        for number, envelope in enumerate(message["personalizations"]):
            _keep(message, envelope, message_id, number)
    return Response(status=202, headers={"X-Message-Id": message_id})


def _keep(message: Message, envelope: Message, message_id: str, number: int) -> None:
    for kind in ("to", "cc", "bcc"):
        for place, person in enumerate(envelope.get(kind, [])):
            mail = {
                "id": f"{message_id}.{number}.{kind}{place}",
                "message_id": message_id,
                "created": time.time(),
                "to": person["email"],
                "to_name": person.get("name", ""),
                "kind": kind,
                "from": envelope.get("from", message["from"]),
                "reply_to": message.get("reply_to"),
                "subject": envelope.get("subject") or message.get("subject", ""),
                "content": {part["type"]: part["value"] for part in message.get("content", [])},
                "headers": {**message.get("headers", {}), **envelope.get("headers", {})},
                "custom_args": {**message.get("custom_args", {}), **envelope.get("custom_args", {})},
                "categories": message.get("categories", []),
                "attachments": message.get("attachments", []),
                "state": "processed",
            }
            store.put("mail", mail)
            events.travel(mail)


def _problems(message: Any) -> list[tuple[str, str | None]]:
    if not isinstance(message, dict):
        return [("The request body must be an object.", None)]
    problems: list[tuple[str, str | None]] = [
        (f"Additional property {name} is not allowed", name) for name in message if name not in _KNOWN
    ]
    problems += _envelope_problems(message)
    sender = message.get("from")
    if not isinstance(sender, dict) or not _ADDRESS.fullmatch(str(sender.get("email", ""))):
        problems.append(("The from email does not contain a valid address.", "from.email"))
    content = message.get("content")
    if not message.get("template_id") and (not isinstance(content, list) or not content):
        problems.append(("Unless a valid template_id is provided, the content parameter is required.", "content"))
    for place, part in enumerate(content or []):
        if not isinstance(part, dict) or not part.get("value"):
            message_text = "The content value must be a string at least one character in length."
            problems.append((message_text, f"content.{place}.value"))
    types = [part.get("type") for part in content or [] if isinstance(part, dict)]
    if "text/html" in types and "text/plain" in types[types.index("text/html") :]:
        problems.append(("If present, text/plain must be first, then text/html.", "content"))
    for name in ("custom_args", "headers"):
        given = message.get(name) or {}
        wrong = (key for key, value in given.items() if not isinstance(value, str))
        problems += [(f"The {name} values must be strings.", f"{name}.{key}") for key in wrong]
    return problems


def _envelope_problems(message: Message) -> list[tuple[str, str | None]]:
    envelopes = message.get("personalizations")
    if not isinstance(envelopes, list) or not envelopes:
        return [
            ("The personalizations field is required and must have at least one personalization.", "personalizations")
        ]
    problems: list[tuple[str, str | None]] = []
    for number, envelope in enumerate(envelopes):
        where = f"personalizations.{number}"
        people = [person for kind in ("to", "cc", "bcc") for person in envelope.get(kind) or []]
        if not envelope.get("to"):
            problems.append(("The to array is required for all personalization objects.", f"{where}.to"))
        addresses = [str(person.get("email", "")).lower() for person in people]
        if not all(_ADDRESS.fullmatch(address) for address in addresses):
            problems.append(("Does not contain a valid address.", f"{where}.to.email"))
        if len(set(addresses)) != len(addresses):
            text = "Each email address in the personalization block should be unique between to, cc, and bcc."
            problems.append((text, where))
        if len(people) > MOST_RECIPIENTS:
            problems.append(("The maximum number of recipients is 1000.", where))
        if not (envelope.get("subject") or message.get("subject") or message.get("template_id")):
            problems.append(("The subject is required.", "subject"))
    return problems


def _broken(status: int) -> Response:
    text = "too many requests" if status == 429 else "Internal server error"
    return _errors(status, [(text, None)])


def _errors(status: int, problems: list[tuple[str, str | None]]) -> Response:
    body = {"errors": [{"message": text, "field": field, "help": None} for text, field in problems]}
    return Response(json.dumps(body), status, mimetype="application/json")

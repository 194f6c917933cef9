"""What happens to a mail on its way, told to the shop by the signed event webhook.

Source: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event. Addresses that begin with `bounce@`
bounce, `drop@` are dropped, `defer@` are deferred first; all others are delivered.
"""

import base64
import json
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from standins import outbox, settings, store

Mail = dict[str, Any]
ROUTES = {
    "bounce": ("processed", "bounce"),
    "drop": ("dropped",),
    "defer": ("processed", "deferred", "delivered"),
}
MORE = {
    "bounce": {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 The email account does not exist"},
    "dropped": {"reason": "Bounced Address"},
    "deferred": {"response": "451 try again later", "attempt": "1"},
    "delivered": {"response": "250 OK"},
    "open": {"useragent": "Stand-in", "ip": "127.0.0.1"},
    "click": {"useragent": "Stand-in", "ip": "127.0.0.1", "url": "http://127.0.0.1/"},
    "spamreport": {},
    "unsubscribe": {},
}

_key: ec.EllipticCurvePrivateKey


def open_key(path: Path) -> None:
    """Read the key that signs the events, or make it on the first start."""
    global _key
    if path.exists():
        loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        _key = loaded
        return
    _key = ec.generate_private_key(ec.SECP256R1())
    text = _key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.touch(mode=0o600)
    path.write_bytes(text)


def public_key() -> str:
    """Give the public key as base64 of its DER, as SendGrid shows it."""
    der = _key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def sign(body: str, timestamp: int, forged: bool) -> dict[str, str]:
    """Sign a webhook as SendGrid does; a forged one covers another timestamp."""
    covered = f"{timestamp + forged}{body}".encode()
    signature = _key.sign(covered, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": str(timestamp),
        "User-Agent": "SendGrid Event API",
    }


def travel(mail: Mail) -> None:
    """Let a mail go its way and tell the shop each step."""
    steps = ROUTES.get(mail["to"].partition("@")[0].lower(), ("processed", "delivered"))
    mail["state"] = steps[-1]
    store.put("mail", mail)
    tell(mail, *steps)


def happen(mail: Mail, step: str) -> None:
    """Let something happen to a mail that was sent before: a late bounce, an opening, a complaint."""
    mail["state"] = step
    store.put("mail", mail)
    tell(mail, step)


def tell(mail: Mail, *steps: str) -> None:
    """Send the events of these steps to the shop, in one webhook as SendGrid batches them."""
    told = [
        {
            **mail["custom_args"],  # first: the names SendGrid keeps for itself win
            "email": mail["to"],
            "timestamp": int(time.time()),
            "smtp-id": f"<{mail['message_id']}@standin>",
            "event": step,
            "category": mail["categories"],
            "sg_event_id": store.new_id("", 22),
            "sg_message_id": f"{mail['message_id']}.recvd-standin",
            **MORE.get(step, {}),
        }
        for step in steps
    ]
    path = settings.current().sendgrid_webhook
    outbox.post("sendgrid", told[0]["sg_event_id"], kind="+".join(steps), path=path, body=json.dumps(told))

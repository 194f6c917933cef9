"""The books of all companies: what a test compares with the shop's own."""

from typing import Any

from standins import faults, outbox, store
from standins.stripe import lists

KINDS = {
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "sessions": "checkout.session",
    "disputes": "dispute",
    "labels": "parcel",
    "mails": "mail",
}
EVERYTHING = 100_000


def everything() -> dict[str, Any]:
    """Give all of it, oldest first."""
    books: dict[str, Any] = {
        name: [lists.public(body) for body in store.find_all(kind, limit=EVERYTHING, newest_first=False)]
        for name, kind in KINDS.items()
    }
    books["webhooks"] = outbox.deliveries(EVERYTHING)[::-1]
    books["levers"] = faults.rules()
    return books


def latest(count: int = 20) -> dict[str, list[dict[str, Any]]]:
    """Give the newest of every kind, newest first, for the desk."""
    return {name: store.find_all(kind, limit=count) for name, kind in KINDS.items()}

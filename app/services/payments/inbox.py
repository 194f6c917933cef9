"""The inbox: every event of a provider once, raw, with a verdict. Verified at the door, acted on by a job."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import NotFound
from app.queue import later
from app.services import audit
from app.services.payments import stripe
from app.services.payments.models import Payment, ProviderEvent

JOBS = {"stripe": "payments.process_event", "ups": "fulfilment.note_push", "sendgrid": "email.note_event"}


@dataclass(frozen=True)
class EventAbout:
    """Which payment a kept event is about, as far as it says."""

    type: str
    object_id: str
    status: str | None
    intent_id: str | None
    payment_id: str | None


def receive_stripe(raw: bytes, signature: str) -> None:
    """Verify an event of Stripe, keep it once and queue what it means. Raises Invalid for a false or old signature."""
    event = stripe.verify_event(raw, signature)
    with db.orders.transaction():
        row_id = receive_event("stripe", event.id, event.type, raw)
        if row_id:
            later("payments.process_event", row_id)


def receive_event(provider: str, event_id: str, type_: str, raw: bytes) -> str | None:
    """Keep an event in the open transaction; return its row's id, or None when it came before."""
    return db.orders.session.execute(
        insert(ProviderEvent)
        .values(id=db.new_id(), provider=provider, event_id=event_id, type=type_, raw=raw, received_at=clock.now())
        .on_conflict_do_nothing(constraint="uq_webhook_inbox_event")
        .returning(ProviderEvent.id)
    ).scalar()


def read_event(row_id: str) -> EventAbout:
    """Return what a kept event of Stripe is about. Its signature was checked when it came."""
    event = find_event(row_id)
    if event is None:
        raise NotFound
    subject = json.loads(event.raw)["data"]["object"]
    intent = subject["id"] if subject.get("object") == "payment_intent" else subject.get("payment_intent")
    if isinstance(intent, dict):
        intent = intent.get("id")
    marked = (subject.get("metadata") or {}).get("payment")
    # Some objects, a balance for one, have no id.
    return EventAbout(event.type, subject.get("id", ""), subject.get("status"), intent, marked)


def find_event(row_id: str) -> ProviderEvent | None:
    """Return a kept event."""
    with db.orders.reading() as session:
        return session.get(ProviderEvent, row_id)


def find_by_intent(intent_id: str) -> Payment | None:
    """Return the payment that has this PaymentIntent."""
    with db.orders.reading() as session:
        return session.scalars(select(Payment).where(Payment.intent_id == intent_id)).one_or_none()


def give_verdict(row_id: str, verdict: str) -> None:
    """Say what became of an event."""
    with db.orders.transaction() as session:
        session.execute(
            update(ProviderEvent)
            .where(ProviderEvent.id == row_id)
            .values(processed_at=clock.now(), verdict=verdict[:500])
        )


def replay(row_id: str, *, actor: str) -> None:
    """Have an event acted on once more. Harmless: only the truth about its subject counts. Audited."""
    event = find_event(row_id)
    if event is None:
        raise NotFound("There is no such event.")
    with db.orders.transaction():
        later(JOBS[event.provider], row_id, key=f"replay:{row_id}:{clock.now():%Y-%m-%dT%H:%M:%S}")
        audit.record(db.orders, actor, "event.replay", f"event:{row_id}", after={"type": event.type})


def events_as_staff(
    *, provider: str | None = None, verdict: str | None = None, before: str | None = None, limit: int = 50
) -> Sequence[ProviderEvent]:
    """List events newest first, older than the row `before`; of one company, with one verdict or ("waits") none."""
    query = select(ProviderEvent)
    if provider:
        query = query.where(ProviderEvent.provider == provider)
    if verdict:
        query = query.where(
            ProviderEvent.processed_at.is_(None) if verdict == "waits" else ProviderEvent.verdict == verdict
        )
    if before:
        query = query.where(ProviderEvent.id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(ProviderEvent.id.desc()).limit(limit)).all()

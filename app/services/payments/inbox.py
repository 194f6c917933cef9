"""The inbox: every event of a provider once, raw, with a verdict. Verified at the door, acted on by a job."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import NotFound
from app.queue import later
from app.services import audit
from app.services.payments import stripe
from app.services.payments.models import Payment, ProviderEvent

_ABOUT_A_PAYMENT = ("payment_intent.", "checkout.session.")
_ABOUT_A_DISPUTE = "charge.dispute."
_ABOUT_A_REFUND = ("refund.failed", "refund.updated", "charge.refund.updated")
_SAYS_NOTHING = "payment_intent.created"  # but that we have asked for it
_NOT_NEEDED = "not needed"
_KEPT_FOR = timedelta(days=90)  # no company sends an event again after so long

JOBS = {"stripe": "payments.process_event", "ups": "fulfilment.note_push", "sendgrid": "email.note_event"}


_KEEP = (
    insert(db.table_of(ProviderEvent))
    .on_conflict_do_nothing(constraint="uq_webhook_inbox_event")
    .returning(ProviderEvent.id)
)


@dataclass(frozen=True)
class EventAbout:
    """Which payment an event of Stripe is about, as far as it says."""

    type: str
    object_id: str
    status: str | None
    intent_id: str | None
    payment_id: str | None

    @property
    def is_dispute(self) -> bool:
        """Whether a customer's bank asks for money back, or has decided."""
        return self.type.startswith(_ABOUT_A_DISPUTE)

    @property
    def is_failed_refund(self) -> bool:
        """Whether money that was to go back did not get there."""
        return self.type in _ABOUT_A_REFUND and self.status == "failed"

    @property
    def is_needed(self) -> bool:
        """Whether it may tell the shop something; all others are only kept."""
        is_about_money = self.type.startswith((*_ABOUT_A_PAYMENT, _ABOUT_A_DISPUTE)) and self.type != _SAYS_NOTHING
        return is_about_money or self.is_failed_refund


def receive_stripe(raw: bytes, signature: str) -> None:
    """Verify an event of Stripe, keep it once and queue what it means. Raises Invalid for a false or old signature."""
    event = stripe.verify_event(raw, signature)
    about = _read(event.get("type") or "", event)
    with db.orders.transaction():
        row_id = receive_event("stripe", event["id"], about.type, raw, is_needed=about.is_needed)
        if row_id:
            later("payments.process_event", row_id)


def receive_event(provider: str, event_id: str, type_: str, raw: bytes, *, is_needed: bool = True) -> str | None:
    """Keep an event in the open transaction; return its row's id, or None when it came before or is not needed."""
    moment = clock.now()
    row = {"id": db.new_id(), "provider": provider, "event_id": event_id, "type": type_, "raw": raw}
    end = {"processed_at": None, "verdict": None} if is_needed else {"processed_at": moment, "verdict": _NOT_NEEDED}
    row_id: str | None = db.orders.session.scalar(_KEEP, row | end | {"received_at": moment})
    return row_id if is_needed else None


def read_event(row_id: str) -> EventAbout:
    """Return what a kept event of Stripe is about. Its signature was checked when it came."""
    event = find_event(row_id)
    if event is None:
        raise NotFound
    return _read(event.type, json.loads(event.raw))


def _read(type_: str, event: dict[str, Any]) -> EventAbout:
    subject = (event.get("data") or {}).get("object") or {}
    intent = subject.get("id" if subject.get("object") == "payment_intent" else "payment_intent")
    if isinstance(intent, dict):
        intent = intent.get("id")
    marked = (subject.get("metadata") or {}).get("payment")
    # Some objects, a balance for one, have no id.
    return EventAbout(type_, subject.get("id", ""), subject.get("status"), intent, marked)


def find_event(row_id: str) -> ProviderEvent | None:
    """Return a kept event."""
    with db.orders.reading() as session:
        return session.get(ProviderEvent, row_id)


def order_ids_of(external_id: str) -> Sequence[str]:
    """Return the ids of the orders with a payment of this number at its provider."""
    named = or_(Payment.intent_id == external_id, Payment.session_id == external_id)
    with db.orders.reading() as session:
        return session.scalars(select(Payment.order_id).where(named)).all()


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


def forget_events() -> None:
    """Delete events that were dealt with long ago: they name people, and what they led to stands in the books."""
    with db.orders.transaction() as session:
        session.execute(delete(ProviderEvent).where(ProviderEvent.processed_at < clock.now() - _KEPT_FOR))


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

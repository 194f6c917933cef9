"""Disputes: a customer's bank takes money back. They mark the payment and tell staff; stock and coupons stay."""

from collections.abc import Sequence

from sqlalchemy import select

from app import clock, db
from app.services.payments.models import Dispute, Payment
from app.services.payments.stripe_books import SeenDispute

OPEN = ("warning_needs_response", "warning_under_review", "needs_response", "under_review")
_WORDS = {
    "needs_response": "The customer's bank disputes {amount} of this payment ({reason}). Answer it at Stripe{until}.",
    "warning_needs_response": "The customer's bank asks about {amount} of this payment ({reason}). "
    "Answer it at Stripe{until}.",
    "under_review": "The bank looks at our answer to the dispute of {amount}.",
    "warning_under_review": "The bank looks at our answer about {amount}.",
    "warning_closed": "The bank's question about {amount} is closed; nothing was taken.",
    "prevented": "The dispute of {amount} was prevented.",
    "won": "The dispute of {amount} is won: the money is ours.",
    "lost": "The dispute of {amount} is lost: the money went back to the customer.",
}


def note_dispute(payment: Payment, seen: SeenDispute) -> str | None:
    """Write what became of a dispute of a locked payment; return it in words, None when that is known already."""
    session = db.orders.session
    known = session.scalars(select(Dispute).where(Dispute.external_id == seen.id).with_for_update()).one_or_none()
    if known is not None and (known.status == seen.status or known.closed_at is not None):
        return None
    if known is None:
        known = Dispute(
            id=db.new_id(), external_id=seen.id, payment_id=payment.id, order_id=payment.order_id,
            amount=seen.amount.amount, currency=seen.amount.currency, reason=seen.reason, due_by=seen.due_by,
            opened_at=clock.now(),
        )  # fmt: skip
        session.add(known)
        payment.disputed_at = payment.disputed_at or clock.now()
    known.status = seen.status
    known.closed_at = None if seen.status in OPEN else clock.now()
    words = _WORDS.get(seen.status, "The dispute of {amount} is now: " + seen.status)
    return words.format(
        amount=f"{seen.amount.decimal} {seen.amount.currency}",
        reason=seen.reason.replace("_", " "),
        until=f" until {seen.due_by:%Y-%m-%d}" if seen.due_by else "",
    )


def list_disputed(*, is_open: bool, before: str | None = None, limit: int = 50) -> Sequence[Dispute]:
    """List disputes newest first: those that wait for an answer or a ruling, or those that are over."""
    query = select(Dispute).where(Dispute.closed_at.is_(None) if is_open else Dispute.closed_at.is_not(None))
    if before:
        query = query.where(Dispute.id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(Dispute.id.desc()).limit(limit)).all()

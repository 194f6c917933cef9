"""Disputes: a customer's bank takes money back. They mark the payment and tell staff; stock and coupons stay."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from app import clock, db, formats
from app.errors import Conflict
from app.money import Money
from app.services.payments.models import Dispute, Payment
from app.services.payments.stripe_books import SeenDispute

OPEN = ("warning_needs_response", "warning_under_review", "needs_response", "under_review")
_TAKEN = ("needs_response", "under_review", "lost")  # the bank has the money; of what it only asks about, we have it
_BARRED = (
    "{} can be given back: the customer's bank disputes the rest. The shop answers the dispute at Stripe; where it"
    " accepts the dispute there, the bank gives the money back by itself."
)
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
        amount=str(seen.amount),
        reason=seen.reason.replace("_", " "),
        until=f" until {formats.day(clock.day_of(seen.due_by))}" if seen.due_by else "",
    )


def find_disputes(payments: Iterable[Payment]) -> Sequence[Dispute]:
    """Return the disputes of some payments that are open or lost. Asks only where one was disputed."""
    disputed = [payment.id for payment in payments if payment.disputed_at]
    if not disputed:
        return []
    counts = Dispute.closed_at.is_(None) | (Dispute.status == "lost")
    with db.orders.reading() as session:
        return session.scalars(select(Dispute).where(Dispute.payment_id.in_(disputed), counts)).all()


def undisputed(payments: Collection[Payment]) -> list[Payment]:
    """Return those of some payments whose money can be given back: no bank took it for a dispute."""
    taken = {dispute.payment_id for dispute in find_disputes(payments) if dispute.status in _TAKEN}
    return [payment for payment in payments if payment.id not in taken]


def check_undisputed(payments: Collection[Payment], amount: int) -> None:
    """Raise Conflict where `amount` minor units are more than can be given back beside what a bank disputes."""
    free = undisputed(payments)
    if len(free) == len(payments):
        return
    left = Money.total((payment.refundable for payment in free), next(iter(payments)).currency)
    if amount > left.amount:
        raise Conflict(_BARRED.format(f"Only {left}" if left else "Nothing"))


def list_disputed(*, is_open: bool, before: str | None = None, limit: int = 50) -> Sequence[Dispute]:
    """List disputes newest first: those that wait for an answer or a ruling, or those that are over."""
    query = select(Dispute).where(Dispute.closed_at.is_(None) if is_open else Dispute.closed_at.is_not(None))
    if before:
        query = query.where(Dispute.id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(Dispute.id.desc()).limit(limit)).all()

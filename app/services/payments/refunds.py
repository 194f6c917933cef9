"""Refunds: the balance is taken under lock before the call, and given back when the provider refuses."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Conflict, Invalid, NotFound
from app.queue import done, later
from app.services.payments import stripe
from app.services.payments.charging import get_for_job as get_payment
from app.services.payments.charging import lock as lock_payment
from app.services.payments.models import Payment, Refund

_FAILED = "The customer's bank sent the refund back."


def ask_refund(
    order_id: str,
    amount: int,
    *,
    reason: str,
    actor: str,
    key: str,
    payment_id: str | None = None,
    left: int | None = None,
) -> Refund:
    """Take `amount` minor units from what can be given back and queue the refund. The same `key` asks once.

    Without `payment_id` it comes from the payment that has most left.

    Raises Invalid for no amount, Conflict when less than that is left: two who refund at once take turns. With `left`,
    what the person saw could be refunded, Conflict when that has changed since.
    """
    if amount < 1:
        raise Invalid("Nothing to refund.", amount="Enter an amount above zero.")
    with db.orders.transaction() as session:
        payment = _lock_paid(order_id, payment_id)
        known = session.scalars(select(Refund).where(Refund.key == key)).one_or_none()
        if known is not None:
            return known
        rest = payment.refundable
        if left is not None and left != rest.amount:
            raise Conflict(
                f"Somebody was faster: {rest.decimal} {rest.currency} can still be refunded. Please check again."
            )
        if amount > rest.amount:
            raise Conflict(f"Only {rest.decimal} {rest.currency} of this order can still be refunded.")
        payment.refunded += amount
        refund_id = db.new_id()
        session.execute(
            insert(Refund).values(
                id=refund_id, payment_id=payment.id, order_id=order_id, key=key, amount=amount,
                currency=payment.currency, reason=reason, actor=actor, state="asked", try_number=1,
                created_at=clock.now(),
            )
        )  # fmt: skip
        later("payments.refund", refund_id)
        return session.scalars(select(Refund).where(Refund.id == refund_id)).one()


def refund(refund_id: str) -> Refund:
    """Give the money back at the provider. Safe to repeat: a repeat looks first for what an earlier call made."""
    asked = get_refund(refund_id)
    if asked.state != "asked":
        return asked
    payment = get_payment(asked.payment_id)
    external_id, error = None, None
    try:
        found = stripe.find_refund(asked, payment.intent_id or "") or stripe.refund(asked, payment.intent_id or "")
        external_id, error = found[0], _FAILED if found[1] in {"failed", "canceled"} else None
    except stripe.Refused as refusal:
        error = str(refusal)
    with db.orders.transaction() as session:
        locked = lock_payment(payment.id)
        row = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
        if row.state == "asked":
            row.done_at, row.external_id, row.error = clock.now(), external_id, error
            row.state = "failed" if error else "done"
            if error:
                _take_back(locked, row)
            else:
                later("email.refund_made", row.id, key=f"refunded:{row.id}")
        done()
    return row


def note_refund_failed(external_id: str) -> None:
    """Write that a refund, done as far as the provider knew, was sent back by the customer's bank. Twice is once."""
    with db.orders.reading() as session:
        known = session.scalars(select(Refund).where(Refund.external_id == external_id)).one_or_none()
    if known is None:
        return
    with db.orders.transaction() as session:
        locked = lock_payment(known.payment_id)
        row = session.get_one(Refund, known.id, with_for_update=True, populate_existing=True)
        if row.state == "done":
            row.state, row.error = "failed", _FAILED
            _take_back(locked, row)


def get_refund(refund_id: str) -> Refund:
    """Return the refund with this id. For jobs and services, which got the id from a row, never from a person."""
    with db.orders.reading() as session:
        row = session.get(Refund, refund_id)
    if row is None:
        raise NotFound
    return row


def refunds_of(order_id: str) -> Sequence[Refund]:
    """List an order's refunds, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)).all()


def _take_back(payment: Payment, row: Refund) -> None:
    """Count a failed refund's amount as not given back, and have staff told."""
    payment.refunded -= row.amount
    later("checkout.tell_refund_failed", row.id, key=f"refund-failed:{row.id}")


def _lock_paid(order_id: str, payment_id: str | None) -> Payment:
    """Lock all of the order's payments that brought money, in order of id, and choose one."""
    paid = db.orders.session.scalars(
        select(Payment).where(Payment.order_id == order_id, Payment.captured > 0).order_by(Payment.id).with_for_update()
    ).all()
    chosen = [payment for payment in paid if payment_id in {None, payment.id}]
    if not chosen:
        raise Conflict("Nothing was paid for this order, so there is nothing to refund.")
    return max(chosen, key=lambda payment: payment.refundable.amount)

"""Payments whose money a card only holds: capturing it, releasing it, and when the hold ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app import clock, db
from app.errors import Conflict
from app.queue import later
from app.services import audit
from app.services.payments import providers, stripe
from app.services.payments.charging import get_for_job
from app.services.payments.models import HELD, Payment
from app.services.payments.provider import Failed, Refused, Truth
from app.services.payments.refunds import ask_of
from app.services.payments.stripe_amounts import unsayable_of

# https://docs.stripe.com/payments/place-a-hold-on-a-payment-method: seven days for cards online.
HELD_FOR = timedelta(days=7)


def note_authorized(payment: Payment, truth: Truth) -> None:
    """Write on a locked payment that a card holds its money."""
    payment.state, payment.authorized_at, payment.decline = "authorized", clock.now(), None
    payment.capture_before, payment.intent_id = clock.now() + HELD_FOR, truth.intent_id
    db.orders.session.flush()


def note_lapsed(payment: Payment) -> bool:
    """Write on a locked payment that its card holds nothing any more; True when nobody here wanted that."""
    payment.state, payment.cancelled_at = "cancelled", clock.now()
    db.orders.session.flush()
    return payment.unreleased > 0


def fix_capture(payment: Payment) -> int:
    """Fix on a locked payment how much is captured, and return it; from now on nothing of it can be released.

    What Stripe cannot say of it, once a part was cancelled, is released first: less than the smallest coin.
    """
    if payment.state != "authorized":
        return 0
    if not payment.capturing:
        if rest := unsayable_of(payment.refundable).amount:
            key = f"rest:{payment.id}:{payment.released}"
            ask_of(payment, rest, "A card cannot be charged so little", actor="shop", key=key)
        payment.capturing = payment.unreleased
    db.orders.session.flush()
    return payment.capturing


def capture(payment_id: str) -> bool:
    """Take the money at the provider; False when the refusal ended the hold, so that nothing can come of it any more.

    One that is taken or gone already is left as it is: reading it tells.

    Raises BankRefused when the card still holds the money and its bank does not give it.
    """
    payment = get_for_job(payment_id)
    try:
        stripe.capture(payment)
    except Failed:  # which its key would only repeat; captured under two keys, it is still captured once
        this = (Payment.id == payment_id, Payment.capture_try == payment.capture_try)
        with db.orders.transaction() as session:
            session.execute(update(Payment).where(*this).values(capture_try=payment.capture_try + 1))
        raise
    except Refused:
        status = stripe.read(payment).status
        if status == "authorized":
            raise
        if status == "open" and payment.intent_id:
            stripe.end(None, payment.intent_id)  # let nothing else be paid with it
            return False
    return True


def note_refused(payment: Payment, why: str) -> bool:
    """Write on a locked payment that the bank refused to give what it holds; False when that is known or over."""
    if payment.state != "authorized" or not payment.capturing:
        return False
    payment.capture_error, payment.capturing = why, 0
    db.orders.session.flush()
    return True


def void(payment_id: str) -> None:
    """Release the money at the provider. Twice is once."""
    stripe.end(None, get_for_job(payment_id).intent_id)


def let_go(payment_id: str) -> Truth:
    """Have the provider release what a card holds, so that nothing can come of it any more; return the truth."""
    payment = get_for_job(payment_id)
    stripe.end(None, payment.intent_id)
    return providers.of(payment).read(payment)


def ask_capture(order_id: str, *, actor: str) -> None:
    """Queue the capture of what an order's card holds, in the open transaction; Conflict when it holds nothing."""
    payment = db.orders.session.scalars(
        select(Payment).where(Payment.order_id == order_id, HELD).with_for_update()
    ).one_or_none()
    if payment is None:
        raise Conflict("No card holds money for this order.")
    if payment.is_refused:  # under a new key, for the old one holds the refusal
        payment.capture_try += 1
        fix_capture(payment)
    later("checkout.capture", order_id, key=f"capture-now:{payment.id}:{payment.capture_try}")
    audit.record(db.orders, actor, "payment.capture", f"payment:{payment.id}", after={"amount": payment.amount})


def list_held() -> Sequence[Payment]:
    """List the payments whose money a card holds, as far as is known here, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(select(Payment).where(HELD).order_by(Payment.id)).all()


def list_lapsing(*, before: datetime, is_flagged: bool = False, limit: int = 200) -> Sequence[Payment]:
    """List payments whose hold ends before that time, the most urgent first: those not flagged yet, or the flagged."""
    wanted = (Payment.state == "authorized") & (Payment.capture_before < before)
    wanted &= Payment.flagged_at.is_not(None) if is_flagged else Payment.flagged_at.is_(None)
    with db.orders.reading() as session:
        return session.scalars(select(Payment).where(wanted).order_by(Payment.capture_before).limit(limit)).all()

"""Authorise now, capture later: the money of a card is only held until what was ordered leaves.

The one rule: what is to be captured is fixed in a commit of its own before the call, so that a repeat asks the same.
"""

import logging
from datetime import timedelta

from app import clock, db
from app.queue import done
from app.services import orders, payments
from app.services.checkout.settle import settle

log = logging.getLogger(__name__)

_FLAGGED_BEFORE = timedelta(days=2)


def capture(order_id: str) -> None:
    """Capture what an order's card holds, less what was released. Safe to repeat: its id and amount are the key."""
    payment = payments.find_live(order_id)
    if payment is None or payment.state != "authorized":
        return
    with db.orders.transaction():
        orders.lock(order_id)
        amount = payments.fix_capture(payments.lock(payment.id))
    if amount:
        payments.capture(payment.id)
        settle(payment.id)


def void(payment_id: str) -> None:
    """Release what a card holds for a payment that is not wanted any more. Twice is once at the provider."""
    payments.void(payment_id)
    settle(payment_id)


def flag_lapsing() -> int:
    """Tell staff, once each, which authorizations end within two days. Returns how many."""
    lapsing = payments.list_lapsing(before=clock.now() + _FLAGGED_BEFORE)
    for payment in lapsing:
        with db.orders.transaction():
            orders.lock(payment.order_id)
            locked = payments.lock(payment.id)
            if locked.flagged_at is None and locked.state == "authorized":
                locked.flagged_at = clock.now()
                until = f"{payment.capture_before:%Y-%m-%d %H:%M} UTC"
                said = f"The card holds its money until {until} only. Send the parcel before, or capture it now."
                orders.note(payment.order_id, "lapsing", said)
                log.error("an authorization ends soon", extra={"payment": payment.id, "until": until})
    return len(lapsing)


def capture_as_staff(order: orders.Order, *, actor: str) -> None:
    """Have the money of an order's card captured now. Audited by its timeline and the audit; twice is once."""
    with db.orders.transaction():
        payments.ask_capture(order.id, actor=actor)
        orders.note(order.id, "capture", "The money that the card holds is being taken.", actor=actor)
        done()

"""Authorise now, capture later: the money of a card is only held until what was ordered leaves.

The one rule: what is to be captured is fixed in a commit of its own before the call, so that a repeat asks the same.
"""

import logging
from datetime import timedelta

from app import clock, db, formats
from app.errors import Unavailable
from app.money import Money
from app.queue import done
from app.services import orders, payments
from app.services.checkout import owing
from app.services.checkout.settle import IN_MOTION, apply, give_back_part, settle
from app.services.payments import Payment

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
    if not amount:
        return
    try:
        is_there = payments.capture(payment.id)
    except payments.BankRefused as refusal:
        _note_refused(order_id, payment.id, refusal.says)
        return
    if is_there:
        settle(payment.id)
    else:
        apply(payment.id, payments.Truth("cancelled", Money.zero(payment.currency), payment.intent_id))


def _note_refused(order_id: str, payment_id: str, why: str) -> None:
    """The bank does not give what the card holds: tell staff, and ask the customer to pay again."""
    with db.orders.transaction():
        order, payment = orders.lock(order_id), payments.lock(payment_id)
        if payments.note_refused(payment, why):
            said = f"The bank refused to give what the card holds: {why} Keep the parcel here until it is paid."
            said += f" {owing.ask_anew(order, payment)}"
            orders.note(order_id, "capture_refused", said, actor="stripe")
            log.error("a capture was refused", extra={"payment": payment_id, "order": order.number, "why": why})
        done()


def close_open(order_id: str) -> orders.Order:
    """Have the provider take no money for an order's open payment; one that turns out to be paid is settled instead.

    Raises Unavailable while the payment is in motion, or the provider does not answer.
    """
    live = payments.find_live(order_id)
    if live is None or live.state not in {"created", "open"}:
        return orders.get_for_job(order_id)
    closed = payments.close(live.id)
    if closed.truth.status in {"paid", "authorized"}:
        return apply(live.id, closed.truth)
    with db.orders.transaction():
        order = orders.lock(order_id)
        if closed.truth.status != "cancelled" or not payments.give_up_closed(closed):
            raise Unavailable(IN_MOTION)
        give_back_part(order, live.id)
    return order


def let_refused_go(order: orders.Order, live: Payment | None) -> tuple[orders.Order, Payment | None]:
    """Return the order and its live payment. What a bank refused to give is let go: else it could come later too."""
    if live is None or not live.is_refused:
        return order, live
    order = apply(live.id, payments.let_go(live.id))
    return order, payments.find_live(order.id)


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
            if locked.flagged_at is None and locked.state == "authorized" and locked.capture_before:
                locked.flagged_at = clock.now()
                until = formats.moment(locked.capture_before)
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

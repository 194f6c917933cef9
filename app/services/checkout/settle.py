"""Settling: what the provider says of a payment becomes what the shop does. Also how an order ends unpaid.

The one rule: states only move forward, and only a confirmed cancel at the provider gives stock back. The webhook, the
return page and the reconciler all call `settle`; however often and in whatever order, it acts once.
"""

import logging
from datetime import timedelta

from app import clock, db
from app.errors import Unavailable
from app.queue import done, later
from app.services import cart, inventory, orders, payments
from app.services.checkout.drafts import erase_draft
from app.services.inventory import SoldOut
from app.services.orders import Order, OrderState
from app.services.payments import Payment
from app.services.payments.stripe import Truth

log = logging.getLogger(__name__)

_HOLD_FOR_LATE_MONEY = timedelta(hours=1)


def settle(payment_id: str) -> Order:
    """Read the truth about a payment from its provider and act on it. Safe to repeat, late, and at the same time."""
    return apply(payment_id, payments.learn(payment_id))


def apply(payment_id: str, truth: Truth) -> Order:
    """Act on what the provider said of a payment. The effect and the end of the running job commit together."""
    order_id = payments.get_for_job(payment_id).order_id
    with db.orders.transaction():
        order = orders.lock(order_id)
        payment = payments.lock(payment_id)
        if payment.captured == 0 and truth.status == "paid":
            _take_money(order, payment, truth)
        elif truth.status == "cancelled":
            payments.give_up(payment.id)
        elif payment.state == "open" and payments.note_decline(payment, truth):
            orders.note(order.id, "declined", f"The bank declined: {truth.decline}", actor="stripe")
        done()
    return order


def expire(order_id: str) -> None:
    """End an order whose money did not come in time: cancel at the provider, then give the stock back.

    Raises Unavailable while the provider does not answer; the stock stays held and the timeline tells staff.
    """
    try:
        withdraw(order_id, "No payment came in time, so the order was cancelled and its things are for sale again.")
    except Unavailable:
        if not any(event.kind == "held" for event in orders.timeline(order_id)):
            orders.note(order_id, "held", "The payment company is silent, so the stock stays held; we keep asking.")
        raise


def withdraw(order_id: str, why: str) -> None:
    """Cancel an unpaid order and release what it held, unless its money turns out to have come; then settle it."""
    live = payments.find_live(order_id)
    if live is not None and live.state != "paid":
        truth = payments.close(live.id)
        if truth.status == "paid":
            apply(live.id, truth)
        elif truth.status != "cancelled":
            raise Unavailable("A payment for this order is still being processed. Please try again in a minute.")
    with db.orders.transaction():
        order = orders.lock(order_id)
        current = payments.find_live(order_id)
        # A payment begun meanwhile was not closed above, so this order is not ours to end.
        if order.state == OrderState.PLACED and (current is None or (live is not None and current.id == live.id)):
            if current is not None:
                payments.give_up(current.id)
            orders.move(order, OrderState.CANCELLED, why)
            cart.remember_order(order.cart_id, None)
            inventory.release(order_id)
        done()


def _take_money(order: Order, payment: Payment, truth: Truth) -> None:
    """Money came. Confirm the order; where that cannot be, give the money back and say so."""
    if payment.state == "cancelled" and payments.find_live(order.id) is not None:
        payments.note_paid(payment, truth, state="surplus")
        _give_back(order, payment, "a second payment came for an order that has one")
        return
    payments.note_paid(payment, truth)
    if truth.received != payment.amount_money:
        text = f"{truth.received.decimal} {truth.received.currency} came instead of the total. Please check at Stripe."
        orders.note(order.id, "mismatch", text, actor="stripe")
        log.error("a payment brought another amount than asked", extra={"payment": payment.id, "order": order.number})
        return
    quantities = {line.variant_id: line.quantity for line in order.lines}
    if order.state == OrderState.CANCELLED and not _reserve_again(order, quantities):
        _give_back(order, payment, "the money came after the order had ended, and its things are sold out")
        return
    if order.state == OrderState.CONFIRMED:
        return
    paid = f"Paid {truth.received.decimal} {truth.received.currency}."
    orders.move(order, OrderState.CONFIRMED, paid, actor="stripe")
    cart.take_out(order.cart_id, quantities)
    erase_draft(order.cart_id)
    inventory.sell(order.id)
    later("email.order_confirmed", order.id, key=f"confirmed:{order.id}")
    later("fulfilment.start", order.id, key=f"fulfil:{order.id}")


def _reserve_again(order: Order, quantities: dict[str, int]) -> bool:
    try:
        inventory.reserve(order.id, quantities, until=clock.now() + _HOLD_FOR_LATE_MONEY)
    except SoldOut:
        return False
    orders.note(order.id, "revived", "The money came late; everything was still there.")
    return True


def _give_back(order: Order, payment: Payment, why: str) -> None:
    payments.ask_refund(
        order.id, payment.captured, reason=f"Automatic: {why}", actor="shop", key=f"auto:{payment.id}",
        payment_id=payment.id,
    )  # fmt: skip
    orders.note(order.id, "refund", f"Refunded in full, because {why}. Staff may want to write to the customer.")
    log.error("money came that the order could not take; it is refunded", extra={"order": order.number, "why": why})

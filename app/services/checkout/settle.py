"""Settling: what the provider says of a payment becomes what the shop does. Also how an order ends unpaid.

The one rule: states only move forward, and only a confirmed cancel at the provider gives stock back. The webhook, the
return page and the reconciler all call `settle`; however often and in whatever order, it acts once.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from app import clock, db
from app.errors import Conflict, NotFound, Unavailable
from app.money import Money
from app.queue import done, later, unfinished
from app.services import audit, cart, credits, inventory, orders, payments, promotions
from app.services.checkout import owing
from app.services.checkout.drafts import erase_draft
from app.services.orders import Order, OrderState
from app.services.payments import Payment, Truth

log = logging.getLogger(__name__)

_HOLD_FOR_LATE_MONEY = timedelta(hours=1)
_LATE = "the money came after the order had ended"
IN_MOTION = "A payment for this order is in motion. Nothing is lost; please try again in a minute."


def settle(payment_id: str) -> Order:
    """Read the truth about a payment from its provider and act on it. Safe to repeat, late, and at the same time."""
    truth = payments.learn(payment_id)
    if truth.decline and truth.status == "open" and truth.intent_id:
        payment = payments.get_for_job(payment_id)
        if payments.count_declines(payment, truth.intent_id) and payment.state == "open":
            return _stop(payment_id, truth)
    return apply(payment_id, truth)


def _stop(payment_id: str, truth: Truth) -> Order:
    """Take no more cards for a payment that was declined too often. The order and the cart are kept."""
    with unfinished():
        order = apply(payment_id, truth)  # the timeline says why the last card was declined
    closed = payments.close(payment_id)
    if closed.truth.status != "cancelled":
        return apply(payment_id, closed.truth)
    with db.orders.transaction():
        locked = orders.lock(order.id)
        if payments.give_up_closed(closed):
            orders.note(order.id, "stopped", "Declined too often; another card can be tried in a while.")
        done()
    return locked


def apply(payment_id: str, truth: Truth) -> Order:
    """Act on what the provider said of a payment. The effect and the end of the running job commit together."""
    order_id = payments.order_of(payment_id)
    with db.orders.transaction():
        order = orders.lock(order_id)
        payment = payments.lock(payment_id)
        if payment.provider == "bank_transfer":
            truth = payments.learn(payment_id)  # ours to know: what was matched may have been taken back since
        is_over = payment.state == "cancelled" and payment.refunded  # what came of it went back
        if truth.status == "paid" and payment.paid_at is None and not is_over:
            _take_money(order, payment, truth)
        elif truth.received.amount > payment.captured and payment.provider == "bank_transfer":
            _take_part(order, payment, truth)
        elif truth.status == "authorized" and payment.state != "authorized":
            _take_hold(order, payment, truth)
        elif truth.status == "cancelled" and payment.state == "authorized":
            _note_lapsed(order, payment)
        elif truth.status == "cancelled":
            payments.give_up(payment)
        elif payment.state == "open" and payments.note_decline(payment, truth):
            orders.note(order.id, "declined", f"The bank declined: {truth.decline}", actor="stripe")
        done()
    return order


def expire(order_id: str) -> None:
    """End an order whose money did not come in time: cancel at the provider, then give the stock back.

    Raises Unavailable while the provider does not answer; the stock stays held and the timeline tells staff.
    """
    if orders.get_for_job(order_id).state != OrderState.PLACED:
        return  # it may be paid again at this moment, and that page has a time of its own
    live, until = payments.find_live(order_id), inventory.held_until(order_id)
    if live is not None and live.method == "transfer":  # for which the shop may wait longer by now than at first
        until = max(until or live.created_at, live.created_at + payments.held_for("transfer"))
    if until is not None and clock.now() < until:
        _expire_later(order_id, until)
        return
    try:
        withdraw(order_id, "No payment came in time, so the order was cancelled and its things are for sale again.")
    except Unavailable:
        if not any(event.kind == "held" for event in orders.timeline(order_id)):
            orders.note(
                order_id, "held", "Its payment could not be cancelled yet, so the stock stays held; we keep asking."
            )
        raise


def _expire_later(order_id: str, ends: datetime) -> None:
    with db.orders.transaction():
        later("checkout.expire", order_id, key=f"expire:{order_id}:{ends:%Y-%m-%dT%H:%M:%S}", delay=ends - clock.now())
        done()


def withdraw(order_id: str, why: str, *, actor: str = "shop") -> Order:
    """Cancel an unpaid order and release what it held; one whose money turns out to have come is settled instead.

    One that brought another amount than asked waits for staff; once they have given that back, it can be cancelled.

    Raises Unavailable while its payment is in motion: being opened again, or processed by the bank.
    """
    live = payments.find_live(order_id)
    # What a card holds for a confirmed order is not to be released here.
    closed = payments.close(live.id) if live is not None and live.state not in {"authorized", "paid"} else None
    if closed is not None and closed.truth.status in {"paid", "authorized"}:
        return apply(closed.payment.id, closed.truth)
    if closed is not None and closed.truth.status != "cancelled":
        raise Unavailable(IN_MOTION)
    with db.orders.transaction():
        order = orders.lock(order_id)
        if order.state == OrderState.PLACED:
            if closed is not None and not payments.give_up_closed(closed):
                raise Unavailable(IN_MOTION)
            if closed is not None:
                give_back_part(order, closed.payment.id)
            current = payments.find_live(order_id)
            if current is not None and current.state != "paid":
                raise Unavailable(IN_MOTION)
            if current is None or (current.paid_at and not current.refundable):
                orders.move(order, OrderState.CANCELLED, why, actor=actor)
                if actor != "shop":
                    audit.record(db.orders, actor, "order.cancel", f"order:{order_id}", after={"reason": why})
                if order.left_cart_at is None:
                    cart.remember_order(order.cart_id, None)
                else:
                    later("email.order_cancelled", order_id, key=f"cancelled:{order_id}")
                promotions.give_back(order_id)
                payments.release_held(order_id)
                inventory.release(order_id)
        done()
    return order


def confirm(order: Order, why: str, *, actor: str) -> None:
    """Confirm a locked order: its things are sold, leave the cart, and the jobs that follow are asked for."""
    orders.move(order, OrderState.CONFIRMED, why, actor=actor)
    payments.take_held(order.id)
    leave_cart(order)
    inventory.sell(order.id)
    later("email.order_confirmed", order.id, key=f"confirmed:{order.id}")
    later("documents.invoice", order.id, key=f"invoice:{order.id}")
    later("fulfilment.start", order.id, key=f"fulfil:{order.id}")
    if order.has_gift_cards:
        later("fulfilment.issue_gift_cards", order.id, key=f"gift-cards:{order.id}")


def leave_cart(order: Order) -> None:
    """Take what a locked order holds out of its cart, once: what is put in later is for another order."""
    if order.left_cart_at is None:
        order.left_cart_at = clock.now()
        cart.take_out(order.cart_id, order.id, {line.variant_id: line.quantity for line in order.lines})
        erase_draft(order.cart_id)


def give_back_part(order: Order, payment_id: str) -> None:
    """Give back what came in part for a payment that was given up."""
    payment = payments.lock(payment_id)
    if payment.state == "cancelled" and payment.refundable:
        _give_back(order, payment, payment.refundable.amount, "the rest of it never came")


def tell_refund_failed(refund_id: str) -> None:
    """Tell staff, in the order's timeline and the log, that money did not go back."""
    refund = payments.get_refund(refund_id)
    said = f"Refund of {refund.amount_money} failed: {refund.error} Ask for it again, or give it back otherwise."
    orders.note(refund.order_id, "refund_failed", said)
    log.error("a refund failed", extra={"refund": refund.id, "why": refund.error})


def _take_money(order: Order, payment: Payment, truth: Truth) -> None:
    """Money came. Confirm the order; where that cannot be, give the money back and say so."""
    if payment.state == "cancelled" and payments.find_live(order.id) is not None:
        payments.note_paid(payment, truth, state="surplus")
        _give_back(order, payment, payment.captured, "a second payment came for an order that has one")
        return
    here = Money(payment.captured - payment.refunded, payment.currency)  # of a transfer in parts, and not owed for it
    owed = payment.refundable if payment.is_held and payment.capture_error else credits.owed_of(order) + here
    was_held, wanted = payment.is_held, Money(payment.unreleased, payment.currency)
    payments.note_paid(payment, truth)
    _end_lapsing(order, payment)
    if truth.received.currency != payment.currency or truth.received < wanted:
        text = f"{truth.received} came instead of the total. Please check at Stripe."
        orders.note(order.id, "mismatch", text, actor="stripe")
        log.error("a payment brought another amount than asked", extra={"payment": payment.id, "order": order.number})
        return
    if order.state == OrderState.CANCELLED and (why := _take_up_again(order)):
        _give_back(order, payment, payment.refundable.amount, why)
    elif order.state != OrderState.CONFIRMED:
        confirm(order, f"Paid {truth.received}.", actor=payment.provider)
    elif owed or not was_held:
        _go_on(order, payment, owed)
        return
    else:  # what the card held is here by now
        said = f"The card was charged {truth.received}."
        orders.note(order.id, "charged", said, actor=payment.provider)
        if order.has_gift_cards:
            later("fulfilment.issue_gift_cards", order.id, key=f"gift-cards:{payment.id}")
    if (excess := payment.refundable.amount - wanted.amount) > 0:
        _give_back(order, payment, excess, "more came than was asked")


def _go_on(order: Order, payment: Payment, owed: Money) -> None:
    """An order is paid again. What was cancelled while it was being paid goes back, or is not charged."""
    if (excess := payment.refundable.amount - owed.amount) > 0:
        why = "less was owed when it came" if owed else "nothing was owed any more when it came"
        _give_back(order, payment, excess, why)
    if owed:
        owing.go_on(order, payment)


def _take_up_again(order: Order) -> str | None:
    """Set the things of an order that had ended aside again, for its money came; return why that cannot be."""
    if order.confirmed_at or orders.is_cancelled_by_person(order.id):
        return "the order was cancelled"
    with suppress(NotFound), db.orders.savepoint():  # a cart that is forgotten by now is ordered by nobody
        cart.lock(order.cart_id)  # before promotion and stock, as placing does
    if orders.find_of_cart(order.cart_id, revision=order.cart_revision):
        return f"{_LATE}, and the cart was ordered again"
    return None if _reserve_again(order) else f"{_LATE}, and its things cannot be had any more"


def _reserve_again(order: Order) -> bool:
    quantities = {line.variant_id: line.quantity for line in order.lines}
    try:
        with db.orders.savepoint():
            promotions.take_again(order.id)
            payments.hold_again(order.id)
            inventory.reserve(order.id, quantities, until=clock.now() + _HOLD_FOR_LATE_MONEY)
    except Conflict:  # sold out, a promotion used up, or the gift card that paid a part spent
        return False
    orders.note(order.id, "revived", "The money came late; everything was still there.")
    return True


def _take_hold(order: Order, payment: Payment, truth: Truth) -> None:
    """A card holds the money. Confirm the order; where that cannot be, have the card hold it no longer."""
    owed = credits.owed_of(order)
    if payment.state not in {"created", "open"} or not (order.state == OrderState.PLACED or owed):
        payment.intent_id = truth.intent_id  # by which the card is let go
        later("checkout.void", payment.id, key=f"void:{payment.id}")
        return
    payments.note_authorized(payment, truth)
    if owed:
        _go_on(order, payment, owed)
        return
    is_now = order.has_gift_cards or not order.needs_shipping  # a gift card is money: it is not given for a promise
    when = "now" if is_now else "when the parcel is ready to leave"
    said = f"The card holds {payment.amount_money}; it is charged {when}."
    confirm(order, said, actor=payment.provider)
    if is_now:
        later("checkout.capture", order.id, key=f"capture:{order.id}")


def _note_lapsed(order: Order, payment: Payment) -> None:
    """A card holds its money no longer: because we released it, or because too much time went by."""
    _end_lapsing(order, payment)
    if payments.note_lapsed(payment):
        said = "The card holds the money no longer, and nothing was charged."
        if payment.capture_error is None and credits.owed_of(order):
            said += f" {owing.ask_anew(order, payment)}"
        orders.note(order.id, "lapsed", said, actor=payment.provider)
        log.error("an authorization ended without its capture", extra={"payment": payment.id, "order": order.number})


def _end_lapsing(order: Order, payment: Payment) -> None:
    if payment.flagged_at is not None:
        orders.end_attention(order.id, "lapsing")


def _take_part(order: Order, payment: Payment, truth: Truth) -> None:
    """A part of a transfer came, or money for one that is over: the one waits for its rest, the other goes back."""
    came = truth.received.amount - payment.captured
    payment.captured = truth.received.amount
    if payment.state in {"created", "open"}:
        missing = payment.amount_money - truth.received
        said = f"{Money(came, payment.currency)} came by transfer"
        orders.note(order.id, "part_paid", f"{said}; {missing} are still missing.")
    else:
        _give_back(order, payment, came, "it came for a payment that was over")


def _give_back(order: Order, payment: Payment, amount: int, why: str) -> None:
    if not amount:  # it went back as the order was cancelled
        return
    payments.ask_refunds(
        order.id, amount, reason=f"Automatic: {why}", actor="shop", key=f"auto:{payment.id}:{payment.captured}",
        payment_id=payment.id,
    )  # fmt: skip
    given = Money(amount, payment.currency)
    said = f"{given} are given back, because {why}. Staff may want to write to the customer."
    orders.note(order.id, "refund", said)
    log.error("money came that the order could not take; it is refunded", extra={"order": order.number, "why": why})

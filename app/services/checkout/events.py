"""What a provider's event means: which payment to look at. The event is never believed, only its subject read."""

from datetime import timedelta

from app import clock, db
from app.errors import Unavailable
from app.queue import done, unfinished
from app.services import gift_cards, orders, payments
from app.services.checkout.settle import settle
from app.services.payments import EventAbout, Payment, SeenDispute

_PATIENCE = timedelta(hours=1)  # by then what we asked Stripe for is written down here


def process_event(row_id: str) -> None:
    """Act on a kept event of Stripe and give it a verdict. Safe to repeat, late and out of order.

    Raises Unavailable for a payment that is not ours (yet): the job tries again. An hour later it is nobody's, and the
    comparison of a night tells staff of the money.
    """
    about = payments.read_event(row_id)
    if not about.is_needed:  # the door knows that too; this is one from before, or acted on once more
        _end(row_id, "not needed")
        return
    if about.is_failed_refund:
        payments.note_refund_failed(about.object_id)
        _end(row_id, "refund failed")
        return
    payment = _payment_of(about)
    if payment is None:
        _wait_or_end(row_id, about)
        return
    if about.is_dispute:
        is_news = mark_disputed(payment.id, payments.read_dispute(about.object_id))
        _end(row_id, "marked" if is_news else "old news")
        return
    if payment.state == "paid" and payment.intent_id == about.intent_id:  # the return page was quicker
        _end(row_id, "old news")
    else:
        with unfinished():
            settle(payment.id)
        _end(row_id, "settled")


def _payment_of(about: EventAbout) -> Payment | None:
    if about.payment_id is not None:
        return payments.find(about.payment_id)
    return payments.find_by_intent(about.intent_id) if about.intent_id is not None else None


def _wait_or_end(row_id: str, about: EventAbout) -> None:
    event = payments.find_event(row_id)
    if event is None or event.received_at < clock.now() - _PATIENCE:
        _end(row_id, "unknown payment")
        return
    payments.give_verdict(row_id, "unknown payment")
    raise Unavailable(f"No payment of ours belongs to the {about.type} event {row_id}.")


def _end(row_id: str, verdict: str) -> None:
    with db.orders.transaction():
        payments.give_verdict(row_id, verdict)
        done()


def mark_disputed(payment_id: str, seen: SeenDispute) -> bool:
    """Mark a payment, and its order's timeline, with what became of a dispute; False when that is known."""
    order_id = payments.order_of(payment_id)
    with db.orders.transaction():
        orders.lock(order_id)
        said = payments.note_dispute(payments.lock(payment_id), seen)
        if said:
            said += cards_to_void(order_id) + _to_refund(order_id, seen)
            orders.note(order_id, "dispute", said, actor="stripe")
    return said is not None


def _to_refund(order_id: str, seen: SeenDispute) -> str:
    """Say, for staff, that money which is ours again was to go back, as what it paid for was cancelled meanwhile."""
    if seen.status == "won" and payments.list_unsettled(payments.refunds_of(order_id)):
        return " It was to be refunded: ask for that again."
    return ""


def cards_to_void(order_id: str) -> str:
    """Name, for staff, the gift cards that were bought with an order and can still be spent; mostly nothing."""
    if not orders.get_for_job(order_id).has_gift_cards:
        return ""
    usable = [card for card in gift_cards.sold_with(order_id) if card.balance]
    if not usable:
        return ""
    named = ", ".join(f"{card.last4} ({card.balance_money})" for card in usable)
    return f" Gift cards bought with it can still be spent: {named}. Void them if they are not paid for any more."

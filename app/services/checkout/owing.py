"""Orders whose money went again: a card's hold that ended or was refused, a transfer that was another's. They wait.

The one rule: what is owed is worked out (`credits.owed_of`), never stored. The order stays confirmed and its things
stay its own until the day that its customer was told; then it ends, unless the money came.
"""

from datetime import timedelta

from app import clock, db, formats
from app.errors import Conflict
from app.queue import done, later
from app.services import audit, credits, orders, payments
from app.services.orders import Order
from app.services.payments import Payment

WAITS = timedelta(days=7)  # told to the customer in mail and page; long enough for a holiday or a new card
_CORRECTED_WITHIN = timedelta(minutes=10)  # a transfer taken back for a slip is recorded anew by then: nobody is mailed


def ask_anew(order: Order, payment: Payment) -> str:
    """Have the customer of a locked order asked to pay again, and the order ended when they do not; tell staff so."""
    payment.pay_by = until = payment.pay_by or clock.now() + WAITS
    db.orders.session.flush()
    asked = int(until.timestamp())
    key = f"ask-anew:{payment.id}:{payment.capture_try}:{payment.state}:{asked}"
    delay = _CORRECTED_WITHIN if payment.method == "transfer" else timedelta()
    later("email.payment_asked", payment.id, asked, key=key, delay=delay)
    later("checkout.end_unpaid", order.id, key=f"unpaid:{payment.id}:{asked}", delay=WAITS)
    on = formats.day(clock.day_of(until))
    return f"The customer is asked to pay again; what is still here waits until {on}."


def go_on(order: Order, payment: Payment) -> None:
    """Go on with a locked order that is paid again: its parcel, its place on staff's list, a mail."""
    orders.note(order.id, "paid_anew", "It is paid again, so it goes on.", actor=payment.provider)
    orders.end_attention(order.id, "lapsed", "capture_refused", "taken_back")
    asked = f":{int(payment.pay_by.timestamp())}" if payment.pay_by else ""  # a transfer may be taken back twice
    later("fulfilment.start", order.id, key=f"fulfil:{order.id}:{payment.id}{asked}")
    if not _is_corrected(payment):
        later("email.paid_anew", payment.id, key=f"paid-anew:{payment.id}")
    if order.has_gift_cards:  # they are money: they are not given for a promise
        job = "checkout.capture" if payment.is_held else "fulfilment.issue_gift_cards"
        later(job, order.id, key=f"{job}:{payment.id}")


def ask_as_staff(order: Order, *, actor: str) -> None:
    """Have the customer mailed once more where to pay; within ten minutes it is the same mail. Audited.

    Raises Conflict when nothing is owed.
    """
    with db.orders.transaction():
        orders.lock(order.id)
        asking = payments.find_asked(payments.of_order(order.id))
        if asking is None or not credits.owed_of(order):
            raise Conflict("Nothing is owed for this order, so there is nothing to ask for.")
        stamp = int(clock.now().timestamp()) // 600
        later("email.payment_asked", asking.id, stamp, key=f"ask-anew:{asking.id}:{stamp}")
        orders.note(order.id, "asked_anew", "The customer is asked by mail to pay again.", actor=actor)
        audit.record(db.orders, actor, "order.ask_payment", f"order:{order.id}", after={"payment": asking.id})
        done()


def _is_corrected(payment: Payment) -> bool:
    """Whether what was taken back of a transfer was recorded anew before its customer was asked for it."""
    return (
        payment.method == "transfer"
        and payment.pay_by is not None
        and clock.now() < payment.pay_by - WAITS + _CORRECTED_WITHIN
    )

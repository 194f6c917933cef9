"""What a provider's event means: which payment to look at. The event is never believed, only its subject read."""

from app import clock, db
from app.errors import Unavailable
from app.services import orders, payments
from app.services.checkout.settle import settle

_ABOUT_A_PAYMENT = ("payment_intent.", "checkout.session.")
_ABOUT_A_REFUND = ("refund.failed", "refund.updated", "charge.refund.updated")
_DISPUTE = "charge.dispute.created"


def process_event(row_id: str) -> None:
    """Act on a kept event of Stripe and give it a verdict. Safe to repeat, late and out of order.

    Raises Unavailable for a payment that is not ours (yet): the job tries again, and then waits for staff.
    """
    about = payments.read_event(row_id)
    if about.type in _ABOUT_A_REFUND and about.status == "failed":
        payments.note_refund_failed(about.object_id)
        payments.give_verdict(row_id, "refund failed")
        return
    if not about.type.startswith(_ABOUT_A_PAYMENT) and about.type != _DISPUTE:
        payments.give_verdict(row_id, "not needed")
        return
    payment_id = about.payment_id
    if payment_id is None and about.intent_id is not None:
        found = payments.find_by_intent(about.intent_id)
        payment_id = found.id if found else None
    if payment_id is None:
        payments.give_verdict(row_id, "unknown payment")
        raise Unavailable(f"No payment of ours belongs to the {about.type} event {row_id}.")
    if about.type == _DISPUTE:
        _mark_disputed(payment_id)
    else:
        settle(payment_id)
    payments.give_verdict(row_id, "settled" if about.type != _DISPUTE else "marked")


def _mark_disputed(payment_id: str) -> None:
    order_id = payments.get_for_job(payment_id).order_id
    with db.orders.transaction():
        orders.lock(order_id)
        payment = payments.lock(payment_id)
        if payment.disputed_at is None:
            payment.disputed_at = clock.now()
            text = "The customer's bank disputes this payment. Answer it at Stripe before its deadline."
            orders.note(order_id, "dispute", text, actor="stripe")

"""Refunds that failed, as far as they are still to be given back: more of the order's money is here than it comes to.

So what staff gave back at the provider's own dashboard instead is not given a second time.
"""

from collections.abc import Sequence

from app import db
from app.money import Money
from app.services import orders, payments
from app.services.credits.reading import of_order
from app.services.orders import Order, OrderState


def unsettled_of(
    order: Order, paid: Sequence[payments.Payment] | None = None, refunds: Sequence[payments.Refund] | None = None
) -> dict[str, Money]:
    """Return how much of each refund that failed is still to be given back, by its id.

    `paid` and `refunds` are the order's, where they are read already.
    """
    failed = payments.list_unsettled(payments.refunds_of(order.id) if refunds is None else refunds)
    if not failed:
        return {}
    paid = payments.of_order(order.id) if paid is None else paid
    is_sold = order.state == OrderState.CONFIRMED
    comes_to = order.total - sum(each.amount for each in of_order(order.id)) if is_sold else 0
    too_much = max(0, payments.kept_of(paid) - comes_to)
    left = {each.id: each.refundable.amount for each in paid}
    came_twice = {each.id for each in paid if each.state == "surplus"}
    found = {}
    for refund in failed:
        amount = min(refund.amount, left[refund.payment_id])
        if refund.payment_id not in came_twice:
            amount = min(amount, too_much)
            too_much -= amount
        left[refund.payment_id] -= amount
        if amount:
            found[refund.id] = Money(amount, refund.currency)
    return found


def refund_again_as_staff(order: Order, refund_id: str, *, actor: str, otherwise: str | None = None) -> payments.Refund:
    """Have a refund that failed asked for again; with `otherwise` note how it was given back. Twice is once.

    Of one that went back in part by other ways only the rest. Raises Conflict when nothing of it is left, and what
    payments.ask_again() raises.
    """
    with db.orders.transaction():
        locked = orders.lock(order.id)
        most = unsettled_of(locked).get(refund_id, Money.zero(locked.currency))
        again = orders.refund_again_as_staff(locked, refund_id, most=most, actor=actor, otherwise=otherwise)
        end_attention(locked)
    return again


def end_attention(order: Order) -> None:
    """Note, in the open transaction, that no failed refund needs attention any more, if that is so."""
    if not unsettled_of(order):
        orders.end_attention(order.id, "refund_failed")

"""The check of what was given back: credits say of all money that left an order why it did."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from app import db
from app.fsck import Check, Fault
from app.money import Money
from app.services import orders, payments
from app.services.credits.giving import owed_of
from app.services.credits.models import Credit
from app.services.orders import Order


def _find_wrong_credits() -> Iterator[Fault]:
    return orders.examine(_see_credits)


def _see_credits(found: Sequence[Order]) -> Iterator[Fault]:
    sold = [order for order in found if order.confirmed_at is not None]
    paid = payments.of_orders(order.id for order in sold)
    sums = select(Credit.order_id, func.sum(Credit.amount)).where(Credit.order_id.in_(paid)).group_by(Credit.order_id)
    with db.orders.reading() as session:
        given = {order_id: int(amount) for order_id, amount in session.execute(sums)}
    for order in sold:
        credited, gone = given.get(order.id, 0), order.total - payments.kept_of(paid[order.id])
        if credited != gone and not _is_known(order, paid[order.id], credited - gone):
            yield Fault(order.number, f"{credited} {order.currency} were credited, and {gone} are not here")


def _is_known(order: Order, paid: Sequence[payments.Payment], too_much: int) -> bool:
    """Whether the difference is known: it is owed, failed to go back, or is too little for a card to be charged."""
    if owed_of(order, paid):
        return True
    failed = sum(each.amount for each in payments.list_unsettled(payments.refunds_of(order.id)))
    uncharged = payments.unsayable_of(Money(max(0, -too_much), order.currency)).amount
    return -uncharged <= too_much <= failed


CHECKS = (Check("orders.credits", "What is not here any more of an order's money was credited.", _find_wrong_credits),)

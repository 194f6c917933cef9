"""Checks of what was given back: credits say of all that left an order why it did, and come to their parts."""

from collections.abc import Iterator, Sequence

from sqlalchemy import exists, func, select

from app import db
from app.fsck import Check, Fault, walk
from app.money import Money
from app.services import gift_cards, inventory, orders, payments
from app.services.credits.giving import sum_of
from app.services.credits.models import Credit, CreditLine
from app.services.credits.moving import owed_of
from app.services.orders import Order, OrderLine


def _find_wrong_credits() -> Iterator[Fault]:
    return orders.examine(_see_credits, Order.confirmed_at.is_not(None))


def _see_credits(found: Sequence[Order]) -> Iterator[Fault]:
    paid = payments.of_orders(order.id for order in found)
    sums = select(Credit.order_id, func.sum(Credit.amount)).where(Credit.order_id.in_(paid)).group_by(Credit.order_id)
    with db.orders.reading() as session:
        given = {order_id: int(amount) for order_id, amount in session.execute(sums)}
    for order in found:
        credited, gone = given.get(order.id, 0), order.total - payments.kept_of(paid[order.id])
        if credited != gone and not _is_known(order, paid[order.id], credited - gone):
            said, left = Money(credited, order.currency), Money(gone, order.currency)
            yield Fault(order.number, f"{said} were credited, and {left} are not here")


def _is_known(order: Order, paid: Sequence[payments.Payment], too_much: int) -> bool:
    """Whether the difference is known: it is owed, failed to go back, or is too little for a card to be charged."""
    if owed_of(order, paid):
        return True
    failed = sum(each.amount for each in payments.list_unsettled(payments.refunds_of(order.id)))
    uncharged = payments.unsayable_of(Money(max(0, -too_much), order.currency)).amount
    return -uncharged <= too_much <= failed


def _find_unpaid_cards() -> Iterator[Fault]:
    has_some = exists().where(gift_cards.GiftCard.order_id == Order.id, gift_cards.GiftCard.position.is_not(None))
    return orders.examine(_see_cards, has_some)


def _see_cards(found: Sequence[Order]) -> Iterator[Fault]:
    usable = gift_cards.usable_of(order.id for order in found)
    paid = payments.of_orders(usable)
    for order in found:
        most, kept = usable.get(order.id, 0), payments.kept_of(paid.get(order.id, ()))
        if most > kept:
            left, here = Money(most, order.currency), Money(kept, order.currency)
            yield Fault(order.number, f"{left} of its gift cards can be spent, and {here} of its money are here")


def _find_wrong_parts() -> Iterator[Fault]:
    for row in walk(select(Credit), Credit.id):
        credit, parts = row.Credit, sum_of(row.Credit)
        if (credit.amount, credit.tax) != (parts.paid.amount, parts.tax.amount):
            says = f"says {credit.amount_money}, {Money(credit.tax, credit.currency)} of it tax"
            yield Fault(credit.id, f"{says}, but its parts come to {parts.paid}, {parts.tax} of it tax")
    is_of = (CreditLine.order_id == OrderLine.order_id) & (CreditLine.position == OrderLine.position)
    given = func.sum(CreditLine.quantity)
    query = select(OrderLine.quantity, given.label("given")).join(CreditLine, is_of)
    query = query.group_by(OrderLine.order_id, OrderLine.position).having(given > OrderLine.quantity)
    for row in walk(query, func.concat(OrderLine.order_id, "/", OrderLine.position)):
        yield Fault(row.key, f"{row.given} pieces were credited, and {row.quantity} bought")


def _find_unshelved() -> Iterator[Fault]:
    pieces = select(func.coalesce(func.sum(CreditLine.quantity), 0))
    back = pieces.where(CreditLine.credit_id == Credit.id, CreditLine.is_restocked).scalar_subquery()
    shelved = inventory.moved_by(func.concat("credit:", Credit.id))
    for row in walk(select(back.label("back"), shelved.label("shelved")).where(back != shelved), Credit.id):
        yield Fault(row.key, f"{row.back} pieces were to go back on the shelf, and {row.shelved} were put there")


CHECKS = (
    Check("orders.credits", "What is not here any more of an order's money was credited.", _find_wrong_credits),
    Check("gift_cards.paid", "What can be spent of gift cards that were bought was paid for.", _find_unpaid_cards),
    Check(
        "credits.parts",
        "A credit comes to its lines, delivery and adjustment, and no more pieces are credited than were bought.",
        _find_wrong_parts,
    ),
    Check("credits.shelf", "What a credit put back on the shelf went there, once.", _find_unshelved),
)

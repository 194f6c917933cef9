"""Reading credits: those of an order, and how many pieces of its lines they gave back."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, func, select

from app import db
from app.errors import NotFound
from app.services.credits.models import Credit, CreditLine

_OF_ORDER = select(Credit).where(Credit.order_id == bindparam("order")).order_by(Credit.id)


def of_order(order_id: str) -> Sequence[Credit]:
    """List an order's credits, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(_OF_ORDER, {"order": order_id}).all()


def is_given(key: str) -> bool:
    """Whether something was given back under this key."""
    with db.orders.reading() as session:
        return session.scalar(select(Credit.id).where(Credit.key == key)) is not None


def get_for_job(credit_id: str) -> Credit:
    """Return the credit with this id. For jobs and services, which got the id from a row, never from a person."""
    with db.orders.reading() as session:
        credit = session.get(Credit, credit_id)
    if credit is None:
        raise NotFound
    return credit


def cancelled_pieces(order_id: str) -> dict[int, int]:
    """Return how many of each line, by position, were cancelled before they were sent."""
    with db.orders.reading() as session:
        rows = session.execute(
            select(CreditLine.position, func.sum(CreditLine.quantity))
            .join(Credit, Credit.id == CreditLine.credit_id)
            .where(CreditLine.order_id == order_id, Credit.kind == "cancellation")
            .group_by(CreditLine.position)
        )
        return {position: int(quantity) for position, quantity in rows}


def given_pieces(order_ids: Iterable[str]) -> dict[tuple[str, int], int]:
    """Return how many pieces of each line (order, position) were given back, for whatever reason, in one query."""
    query = select(CreditLine.order_id, CreditLine.position, func.sum(CreditLine.quantity))
    query = query.where(CreditLine.order_id.in_(list(order_ids))).group_by(CreditLine.order_id, CreditLine.position)
    with db.orders.reading() as session:
        return {(order_id, position): int(count) for order_id, position, count in session.execute(query)}

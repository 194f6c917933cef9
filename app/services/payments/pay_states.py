"""What an order's payments amount to, and which orders are so. It is stored nowhere: it is computed, and looked for.

Each state has a mark: something that at least one payment of every order in that state has, kept in a partial index by
order (models.py). Walking that index gives the orders that may be in the state, newest first; `state_of` says which
are. The one rule: a mark may find too much, never too little.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, select

from app import db
from app.services.payments.charging import LIVE
from app.services.payments.models import HELD, Dispute, Payment
from app.services.payments.tenders import GIFT_CARD

DISPUTED = "disputed"

_WAITING = Payment.state.in_(("created", "open"))
_OVER = Payment.state == "cancelled"
_RELIED_ON = Payment.authorized_at.is_not(None) | Payment.pay_by.is_not(None)
_LAPSED = _OVER & (Payment.amount > Payment.released) & _RELIED_ON
_MARKS: Mapping[str, ColumnElement[bool]] = {
    "pending": _WAITING,
    "declined": _WAITING,
    "partly_paid": _WAITING,
    "authorized": HELD,
    "capture_refused": HELD,
    "lapsed": _LAPSED,
    "paid": Payment.captured > 0,
    "partly_refunded": Payment.refunded + Payment.released > 0,
    "refunded": Payment.refunded + Payment.released > 0,
    "cancelled": _OVER,
}
STATES = (*_MARKS, DISPUTED)


def state_of(payments: Sequence[Payment]) -> str:
    """Return the pay state that an order's payments amount to; it is stored nowhere.

    What came beyond what was asked, or twice, is no part of it: that it goes back refunds nothing of the order.
    """
    payments = [payment for payment in payments if payment.state != "surplus"] or payments
    held = sum(payment.unreleased for payment in payments if payment.is_held)
    captured = sum(min(payment.captured, payment.amount) + payment.released for payment in payments)
    refunded = sum(max(0, payment.refunded - payment.excess) + payment.released for payment in payments)
    if any(payment.captured for payment in payments if payment.state == "open"):
        return "partly_paid"
    if held:
        return "capture_refused" if any(payment.is_refused for payment in payments) else "authorized"
    if _is_lapsed(payments):
        waiting = [p for p in payments if p.state in {"created", "open"}]
        return "lapsed" if not waiting else "declined" if any(p.decline for p in waiting) else "pending"
    if captured:
        return "paid" if not refunded else "refunded" if refunded == captured else "partly_refunded"
    if any(payment.state in LIVE for payment in payments):
        return "declined" if any(p.decline for p in payments if p.state == "open") else "pending"
    return "cancelled" if payments else "unpaid"


def kept_of(payments: Sequence[Payment]) -> int:
    """Return what of an order's money is here or held, in minor units, without what came twice or goes back."""
    here = sum(each.captured - each.refunded for each in payments if each.state != "surplus")
    return here + sum(each.unreleased for each in payments if each.is_held)


def went_again(payments: Sequence[Payment]) -> bool:
    """Whether money that an order relied on is not here after all, so that some of it may be owed."""
    return any(each.lapsed or each.is_refused for each in payments)


def find_asked(payments: Sequence[Payment]) -> Payment | None:
    """Return the payment of an order, oldest first, for which its customer was asked last to pay again."""
    return next((each for each in reversed(payments) if each.pay_by), None)


def list_candidates(pay_state: str, *, before: str | None = None, limit: int = 200) -> Sequence[str]:
    """Return the ids of orders that may be in a pay state, newest first, older than the order `before`."""
    of = Dispute.order_id if pay_state == DISPUTED else Payment.order_id
    query = select(of).distinct().order_by(of.desc()).limit(limit)
    if pay_state != DISPUTED:
        query = query.where(_MARKS[pay_state])
    if before:
        query = query.where(of < before)
    with db.orders.reading() as session:
        return session.scalars(query).all()


def disputed_among(order_ids: Iterable[str]) -> set[str]:
    """Return which of some orders have or had a dispute."""
    with db.orders.reading() as session:
        return set(session.scalars(select(Dispute.order_id).where(Dispute.order_id.in_(list(order_ids)))))


def _is_lapsed(payments: Sequence[Payment]) -> bool:
    """Whether a card's hold ended without its money, and no other payment from outside brought it since."""
    return any(p.lapsed for p in payments) and not any(p.state == "paid" and p.provider != GIFT_CARD for p in payments)

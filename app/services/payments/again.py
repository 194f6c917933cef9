"""Refunds that failed: asked for again, or given back another way. A new row each; what failed stays as it was.

The one rule: a failed refund has one successor, by the unique key `again:<its id>`, however often and by whom it is
asked for.
"""

from collections.abc import Iterable

from sqlalchemy import select

from app import clock, db
from app.errors import Conflict, NotFound
from app.money import Money
from app.queue import later
from app.services import gift_cards
from app.services.payments.charging import lock as lock_payment
from app.services.payments.disputes import check_undisputed
from app.services.payments.models import Payment, Refund

_AGAIN = "again:"


def ask_again(order_id: str, refund_id: str, *, most: Money, actor: str, otherwise: str | None = None) -> Refund:
    """Ask for `most` of a failed refund of an order again, or note with `otherwise` how staff gave it back, once.

    Raises Conflict when it did not fail, when nothing is left by now, when the gift card it came from is void or a bank
    disputes the payment, and when somebody else chose the other way meanwhile.
    """
    with db.orders.transaction() as session:
        failed = session.get(Refund, refund_id)  # read before the lock: what failed stays so
        if failed is None or failed.order_id != order_id:
            raise NotFound
        payment = lock_payment(failed.payment_id)
        known = session.scalars(select(Refund).where(Refund.key == _AGAIN + refund_id)).one_or_none()
        if known is not None and bool(known.otherwise) != bool(otherwise):
            raise Conflict("Somebody else dealt with this refund meanwhile. Please check it again.")
        if known is not None:
            return known
        amount = min(failed.amount, payment.refundable.amount, most.amount)
        _check(failed, payment, amount, is_otherwise=bool(otherwise))
        return _write(failed, payment, amount, actor, otherwise)


def list_unsettled(refunds: Iterable[Refund]) -> list[Refund]:
    """Return those of an order's refunds that failed and were neither asked for again nor given back otherwise."""
    refunds = list(refunds)
    settled = {each.key.removeprefix(_AGAIN) for each in refunds if each.key.startswith(_AGAIN)}
    return [each for each in refunds if each.state == "failed" and each.id not in settled]


def _check(failed: Refund, payment: Payment, amount: int, *, is_otherwise: bool) -> None:
    if failed.state != "failed":
        raise Conflict("This refund did not fail, so there is nothing to ask for again.")
    if not amount:
        raise Conflict("Nothing of this refund is left to be given back. The order tells what went back since.")
    if not is_otherwise:
        check_undisputed([payment], amount)
    if payment.gift_card_id and not is_otherwise and gift_cards.lock(payment.gift_card_id).voided_at is not None:
        raise Conflict("The gift card is void, so it cannot be refunded to. Please refund another way.")


def _write(failed: Refund, payment: Payment, amount: int, actor: str, otherwise: str | None) -> Refund:
    payment.refunded += amount
    refund = Refund(
        id=db.new_id(), payment_id=payment.id, order_id=failed.order_id, key=_AGAIN + failed.id, amount=amount,
        currency=failed.currency, reason=failed.reason, actor=actor, state="done" if otherwise else "asked",
        try_number=1, otherwise=otherwise, created_at=clock.now(), done_at=clock.now() if otherwise else None,
    )  # fmt: skip
    db.orders.session.add(refund)
    db.orders.session.flush()
    if otherwise:
        later("email.refund_made", refund.id, key=f"refunded:{refund.id}")
    else:
        later("payments.refund", refund.id)
    return refund

"""Bank transfer: the customer sends the money to the shop's account, and staff match it to the order.

Nothing here calls a network. What came is in `transfer_receipts`; the sum of those that stand is the truth about a
payment.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app import config, db
from app.money import Money
from app.services.payments.models import STANDS, Payment, Refund, TransferReceipt
from app.services.payments.provider import Asked, Opened, Truth


@dataclass(frozen=True)
class Instructions:
    """What a customer needs to pay by transfer: whose account, the sum that is still due, the reference, until when."""

    holder: str
    iban: str
    bic: str
    due: Money
    received: Money
    reference: str
    until: datetime


def is_offered() -> bool:
    """Whether the shop has named an account that money can be sent to."""
    return bool(config.current().bank_iban)


def lives() -> timedelta:
    """Return how long the shop waits for a transfer, its things set aside."""
    return timedelta(days=config.current().transfer_days)


def instructions(payment: Payment) -> Instructions:
    """Return how to pay `payment`. The reference is the order's number: nobody can guess it, and it is unique."""
    shop = config.current()
    received = payment.captured_money
    return Instructions(
        holder=shop.bank_holder or shop.name,
        iban=" ".join(shop.bank_iban[place : place + 4] for place in range(0, len(shop.bank_iban), 4)),
        bic=shop.bank_bic,
        due=payment.amount_money - received,
        received=received,
        reference=payment.request["reference"],
        until=payment.pay_by or payment.created_at + lives(),
    )


def ask_less(order_id: str, owed: int) -> None:
    """Have an order's open transfer bring no more than is `owed` yet beside what came of it, in the open transaction.

    One of which enough came by then is paid as soon as it is looked at, and can be given back at once.
    """
    waits = Payment.state.in_(("created", "open")) & (Payment.provider == "bank_transfer")
    payment = db.orders.session.scalars(
        select(Payment).where(Payment.order_id == order_id, waits).with_for_update()
    ).one_or_none()
    if payment is not None and 0 < payment.captured + owed < payment.amount:
        payment.amount = payment.captured + owed
        db.orders.session.flush()


def request_for(asked: Asked) -> dict[str, Any]:
    """Return what the customer is asked to write on the transfer."""
    return {"reference": asked.order_number}


def trust_in_key(payment: Payment) -> timedelta:  # noqa: ARG001 - as the protocol has it
    """Return for ever: opening a transfer calls nobody."""
    return timedelta.max


def open_payment(payment: Payment) -> Opened:
    """Open a transfer: the order's page and mail say where the money goes."""
    return Opened(None, payment.id, None, None)


def find_payment(payment: Payment) -> Opened | None:  # noqa: ARG001 - as the protocol has it
    """Find nothing: no call can have been lost."""
    return None


def read(payment: Payment) -> Truth:
    """Return what came: paid once it is all that was asked, cancelled once we gave it up and too little had come."""
    with db.orders.reading() as session:
        stands = (TransferReceipt.payment_id == payment.id) & STANDS
        came = session.scalar(select(func.sum(TransferReceipt.amount)).where(stands))
    received = Money(int(came or 0), payment.currency)
    if received >= payment.amount_money:
        return Truth("paid", received, payment.id)
    return Truth("cancelled" if payment.state == "cancelled" else "open", received, payment.id)


def cancel(payment: Payment) -> Truth:
    """Wait for the money no longer. What comes all the same is matched to the cancelled payment, and settled."""
    truth = read(payment)
    return truth if truth.status == "paid" else Truth("cancelled", truth.received, payment.id)


def refund(refund: Refund, payment: Payment) -> None:
    """Leave it to staff: they send the money from the bank and note that here."""


def find_refund(refund: Refund, payment: Payment) -> None:
    """Find nothing: only staff know, and they note it."""

"""Checks of money: payments agree with their refunds, and nothing that was asked for or received lies unnoticed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, or_, select

from app import clock, db
from app.fsck import Check, Fault, mend_by, walk
from app.money import Money
from app.services.gift_cards import GiftCardEntry
from app.services.payments.inbox import JOBS
from app.services.payments.models import STANDS, Payment, ProviderEvent, Refund, TransferReceipt

_BROUGHT = ("paid", "surplus")
_REFUNDED_WITHIN = timedelta(hours=1)
_ANSWERED_WITHIN = timedelta(minutes=10)


def _find_wrong_states() -> Iterator[Fault]:
    is_transfer = Payment.provider == "bank_transfer"  # comes in parts, or too much of it; what is not owed goes back
    too_much = Payment.captured + Payment.released - Payment.amount  # charged at Stripe after we had let it go
    is_wrong = or_(
        Payment.state.in_(_BROUGHT) & (Payment.captured == 0),
        Payment.state.not_in(_BROUGHT) & (Payment.captured > 0) & ~is_transfer,
        (Payment.state == "cancelled") & (Payment.captured != Payment.refunded),
        (Payment.captured > 0) & ~too_much.between(0, Payment.refunded) & ~is_transfer,
        Payment.state.in_(_BROUGHT) & (Payment.captured < Payment.amount) & is_transfer,
    )
    for row in walk(select(Payment).where(is_wrong), Payment.id):
        payment = row.Payment
        captured = Money(payment.captured, payment.currency)
        yield Fault(payment.id, f"is {payment.state} with {captured} of {payment.amount_money}")


def _find_wrong_refunds() -> Iterator[Fault]:
    back = func.coalesce(func.sum(Refund.amount).filter(Refund.state != "failed"), 0)
    counted = Payment.refunded + Payment.released
    query = select(counted.label("counted"), back.label("back"), Payment.currency)
    query = query.outerjoin(Refund, Refund.payment_id == Payment.id).group_by(Payment.id).having(back != counted)
    for row in walk(query, Payment.id):
        says = f"{_money(row, 'counted')} count as given back, but its refunds come to {_money(row, 'back')}"
        yield Fault(row.key, says)


def _find_wrong_transfers() -> Iterator[Fault]:
    came = func.coalesce(func.sum(TransferReceipt.amount), 0)
    stands = (TransferReceipt.payment_id == Payment.id) & STANDS
    query = select(Payment.captured, came.label("came"), Payment.currency).outerjoin(TransferReceipt, stands)
    query = query.where(Payment.provider == "bank_transfer").group_by(Payment.id).having(came != Payment.captured)
    for row in walk(query, Payment.id):
        says = f"{_money(row, 'captured')} count as received, but {_money(row, 'came')} were matched to it"
        yield Fault(row.key, says)


def _find_wrong_gift_cards() -> Iterator[Fault]:
    """Compare what each order has of a gift card with what that card's entries say of the order."""
    refunds, entry = Refund.payment_id == Payment.id, GiftCardEntry
    is_its = or_(
        entry.kind.in_(("spent", "released")) & entry.reference.startswith(Payment.id + "-"),
        (entry.kind == "refunded") & entry.reference.in_(select(Refund.id).where(refunds).correlate(Payment)),
    )
    taken = select(func.coalesce(-func.sum(entry.change), 0)).where(entry.card_id == Payment.gift_card_id, is_its)
    is_back = (Refund.state == "done") & Refund.otherwise.is_(None)
    back = select(func.coalesce(func.sum(Refund.amount), 0)).where(refunds, is_back)
    held = case((Payment.state.in_(("authorized", "paid")), Payment.amount), else_=0) - back.scalar_subquery()
    query = select(held.label("held"), taken.scalar_subquery().label("taken"), Payment.currency)
    query = query.where(Payment.gift_card_id.is_not(None), held != taken.scalar_subquery())
    for row in walk(query, Payment.id):
        says = f"has {_money(row, 'held')} of its gift card, of which {_money(row, 'taken')} were taken"
        yield Fault(row.key, says)


def _find_late_refunds() -> Iterator[Fault]:
    late = (Refund.state == "asked") & (Refund.created_at < clock.now() - _REFUNDED_WITHIN)
    late &= Refund.payment_id.in_(select(Payment.id).where(Payment.provider != "bank_transfer"))  # staff send those
    for row in walk(select(Refund.created_at, Refund.amount, Refund.currency).where(late), Refund.id):
        yield Fault(row.key, f"{_money(row, 'amount')} were to go back since {row.created_at:%Y-%m-%d %H:%M}")


def _money(row: Any, column: str) -> Money:
    return Money(int(getattr(row, column)), row.currency)


def _find_unread_events() -> Iterator[Fault]:
    waits = ProviderEvent.processed_at.is_(None) & (ProviderEvent.received_at < clock.now() - _ANSWERED_WITHIN)
    columns = (ProviderEvent.provider, ProviderEvent.type, ProviderEvent.received_at)
    for row in walk(select(*columns).where(waits), ProviderEvent.id):
        yield Fault(row.key, f"{row.provider} said {row.type} at {row.received_at:%Y-%m-%d %H:%M}; no verdict yet")


def _read_soon(row_id: str) -> None:
    with db.orders.reading() as session:
        provider = session.get_one(ProviderEvent, row_id).provider
    mend_by(JOBS[provider])(row_id)


CHECKS = (
    Check("payments.states", "A payment is paid when all of its money came, and only then.", _find_wrong_states),
    Check("payments.refunded", "What was given back of a payment is the sum of its refunds.", _find_wrong_refunds),
    Check("payments.transfers", "What came by transfer is what staff matched.", _find_wrong_transfers),
    Check(
        "gift_cards.spent",
        "What gift cards pay was taken from them, and what was given back is on them again.",
        _find_wrong_gift_cards,
    ),
    Check(
        "refunds.made",
        "A refund that was asked for is made within an hour.",
        _find_late_refunds,
        mend=mend_by("payments.refund"),
        because="the refund's id is its key at the provider, and a repeat looks first for what was made",
    ),
    Check(
        "inbox.read",
        "What a company said is acted on within ten minutes.",
        _find_unread_events,
        mend=_read_soon,
        because="an event is never believed: only the truth about its subject counts, however often it is read",
    ),
)

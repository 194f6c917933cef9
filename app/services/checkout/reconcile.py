"""Reconciliation: every charge, refund and dispute at the provider against ours, both ways.

Repairs what is safe: money that nobody told of is settled, a second charge of one payment goes back, a refund made at
Stripe gets its row, a dispute its mark. The rest is kept for staff: unknown money is never passed over.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from app import clock, db
from app.errors import Invalid
from app.money import Money
from app.queue import later, waiting
from app.services import audit, credits, orders, payments
from app.services.checkout.events import cards_to_void, mark_disputed
from app.services.credits import Wish
from app.services.payments import Finding, SeenDispute, SeenRefund, Truth

log = logging.getLogger(__name__)

_NIGHTLY_LOOKS_BACK = timedelta(days=3)
# https://docs.stripe.com/refunds#failed-refunds: a bank may send a refund back up to 30 days later.
_REFUNDS_LOOK_BACK = timedelta(days=31)
_MARGIN = timedelta(minutes=5)  # between their clock and ours


def settle_open(*, older_than: timedelta = timedelta(minutes=3)) -> int:
    """Have every payment that is open for a while settled, whatever its webhooks did. Returns how many.

    Each by a job of its own, so that one that cannot be read stands in nobody's way; and by one at a time.
    """
    found, asked = payments.list_open(before=clock.now() - older_than), waiting("checkout.look_again")
    for payment in found:
        if payment.id not in asked:
            with db.orders.transaction():
                later("checkout.look_again", payment.id)
    return len(found)


def reconcile(*, looking_back: timedelta = _NIGHTLY_LOOKS_BACK) -> list[Finding]:
    """Compare all money that moved lately, both ways; return what nobody has closed.

    Safe to repeat; Unavailable while the provider is silent.
    """
    since = clock.now() - looking_back
    refunds_since = min(since, clock.now() - _REFUNDS_LOOK_BACK)
    findings = [*_compare_charges(since), *_compare_holds()]
    findings += [*_compare_refunds(refunds_since), *_compare_disputes(since)]
    open_ones = payments.keep_findings(findings)
    for finding in open_ones:
        log.error("money does not match", extra={"payment": finding.payment, "says": finding.says})
    return open_ones


def reconcile_soon(*, actor: str) -> None:
    """Have a job compare the money now; asked for again within the minute it is the same job."""
    with db.orders.transaction():
        audit.record(db.orders, actor, "money.reconcile", "money")
        later("checkout.reconcile", actor, key=f"reconcile:{clock.now():%Y-%m-%dT%H:%M}")


def _compare_charges(since: datetime) -> Iterator[Finding]:
    received = list(payments.list_received(since - _MARGIN))
    for marked, truth in received:
        if (finding := _compare(marked, truth)) is not None:
            yield finding
    known = {truth.intent_id for _, truth in received}
    for payment in payments.list_paid(since=since):
        if payment.intent_id not in known and not _is_there(payment):
            yield Finding(payment.id, "is paid here, but the provider knows of no such money", is_mended=False)


def _compare_holds() -> Iterator[Finding]:
    """Compare what cards hold: a charge made late is as old as its hold, so that no look at what is new finds it."""
    for payment in payments.list_held():
        try:
            status = payments.learn(payment.id).status
        except payments.Refused:
            yield Finding(payment.id, "is held here, but the provider knows of no such money", is_mended=False)
        else:
            if status in {"paid", "cancelled"}:
                _settle_soon(payment.id)
                yield Finding(payment.id, f"is {status} without our noticing; it is being settled", is_mended=True)
            elif status != "authorized":
                yield Finding(payment.id, f"is held here, but {status} there", is_mended=False)


def _is_there(payment: payments.Payment) -> bool:
    """Whether the provider has this very money, of a payment that may have been authorised or opened long before."""
    try:
        truth = payments.learn(payment.id)
    except payments.Refused:  # it knows nothing of it
        return False
    return truth.status == "paid" and truth.received.amount == payment.captured


def _compare(marked: str | None, truth: Truth) -> Finding | None:
    payment = payments.find(marked) if marked else None
    if payment is None:
        return Finding(truth.intent_id or "", "brought money that belongs to no payment of ours", is_mended=False)
    if payment.captured == 0:
        _settle_soon(payment.id)
        return Finding(payment.id, "was paid without our noticing; it is being settled", is_mended=True)
    if payment.intent_id != truth.intent_id:
        return _give_second_back(payment, truth)
    if payment.captured != truth.received.amount:
        captured = Money(payment.captured, payment.currency)
        return Finding(payment.id, f"captured {captured} here, {truth.received} there", is_mended=False)
    return None


def _give_second_back(payment: payments.Payment, truth: Truth) -> Finding | None:
    """A payment brought money twice: write the second charge as a surplus of its order, and give it back."""
    with db.orders.transaction():
        orders.lock(payment.order_id)
        if payments.find_by_intent(truth.intent_id or ""):
            return None  # done before
        surplus = payments.add_surplus(payment, truth)
        payments.ask_refunds(
            payment.order_id, surplus.captured, reason="Automatic: it was paid twice", actor="shop",
            key=f"auto:{surplus.id}", payment_id=surplus.id,
        )  # fmt: skip
        orders.note(payment.order_id, "refund", f"Paid twice; the second charge {truth.intent_id} is given back.")
    return Finding(payment.id, f"brought money twice; {truth.intent_id} is given back", is_mended=True)


def _compare_refunds(since: datetime) -> Iterator[Finding]:
    seen = list(payments.list_refunds_there(since - _MARGIN))
    for refund in seen:
        if (finding := _compare_refund(refund)) is not None:
            yield finding
    known = {refund.id for refund in seen}
    for mine in payments.list_refunded(since=since):
        if mine.external_id and mine.external_id not in known:  # made before, and noted here since
            try:
                payments.read_refund(mine.external_id)
            except payments.Refused:
                says = "is given back here, but the provider knows of no such refund"
                yield Finding(mine.id, says, is_mended=False)


def _compare_refund(seen: SeenRefund) -> Finding | None:
    if seen.is_release:
        return None
    mine = payments.find_refund(seen.id, seen.refund_id)
    if mine is None:
        return _take_refund(seen)
    if mine.amount != seen.amount.amount:
        return Finding(mine.id, f"gave back {mine.amount_money} here, {seen.amount} there", is_mended=False)
    if mine.state == "asked":
        with db.orders.transaction():
            later("payments.refund", mine.id, key=f"refund:{mine.id}:{clock.now():%Y-%m-%dT%H:%M}")
        return Finding(mine.id, "was made without our noticing; it is being noted", is_mended=True)
    if seen.status in {"failed", "canceled"} and mine.state == "done":
        payments.note_refund_failed(seen.id)
        return Finding(mine.id, "failed without our noticing; it counts as not given back", is_mended=True)
    return None


def _take_refund(seen: SeenRefund) -> Finding | None:
    """Somebody gave money back at Stripe itself: write it down, when it is of a payment of ours."""
    if seen.status in {"failed", "canceled"}:
        return None
    payment = payments.find_by_intent(seen.intent_id or "")
    if payment is None:
        return Finding(seen.id, "gave money back that belongs to no payment of ours", is_mended=False)
    with db.orders.transaction():
        order = orders.lock(payment.order_id)
        if not payments.add_refund(payment.id, seen):
            return Finding(seen.id, f"gave back more than is left of payment {payment.id}", is_mended=False)
        cards = cards_to_void(order.id)
        if not cards:
            _credit(order, seen)
        credits.end_attention(order)  # it may be what failed to go back before
        left = credits.gone_of(order)
        said = f"{seen.amount} were given back at Stripe itself.{cards}"
        if left:
            said += f" {left} of this order stand in no credit note yet: refund them here too, nothing goes back twice."
        orders.note(order.id, "cards_left" if cards or left else "refund", said, actor="stripe")
    return Finding(seen.id, f"was made at Stripe itself; payment {payment.id} now counts it", is_mended=True)


def _credit(order: orders.Order, seen: SeenRefund) -> None:
    """Write down for what a refund was that was made at the provider itself: a free amount, with a credit note.

    Not so what a credit that failed to go back has given already, nor what reaches into gift cards: staff are told. The
    same where gift cards can still be spent, for nobody here knows whether it was their price.
    """
    if free := min(credits.gone_of(order), seen.amount):
        with suppress(Invalid):
            wish, why = Wish(free=free.amount), "Given back by us"
            credits.give(order, wish, kind="refund", reason=why, actor="stripe", key=f"stripe:{seen.id}")


def _compare_disputes(since: datetime) -> Iterator[Finding]:
    """Compare those opened lately, and those that are open here for longer: a bank takes months."""
    known = set()
    for seen in payments.list_disputes_there(since - _MARGIN):
        known.add(seen.id)
        yield from _compare_dispute(seen)
    for mine in payments.list_disputed(is_open=True, limit=1000):
        if mine.external_id not in known:
            try:
                yield from _compare_dispute(payments.read_dispute(mine.external_id))
            except payments.Refused:
                says = "is disputed here, but the provider knows of no such dispute"
                yield Finding(mine.external_id, says, is_mended=False)


def _compare_dispute(seen: SeenDispute) -> Iterator[Finding]:
    payment = payments.find_by_intent(seen.intent_id or "")
    if payment is None:
        yield Finding(seen.id, "disputes money that belongs to no payment of ours", is_mended=False)
    elif mark_disputed(payment.id, seen):
        yield Finding(seen.id, f"changed without our noticing; payment {payment.id} is marked", is_mended=True)


def _settle_soon(payment_id: str) -> None:
    with db.orders.transaction():
        later("checkout.settle", payment_id, key=f"settle:{payment_id}:{clock.now():%Y-%m-%dT%H:%M}")

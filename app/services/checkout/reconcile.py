"""Reconciliation: what the provider says came, against what the shop says. Repairs what it can, reports the rest."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from app import clock, db
from app.queue import later
from app.services import payments
from app.services.payments import Truth

log = logging.getLogger(__name__)

_NIGHTLY_LOOKS_BACK = timedelta(days=3)


@dataclass(frozen=True)
class Finding:
    """One difference: which payment (ours or the provider's id), what is wrong, and whether it is mended."""

    payment: str
    says: str
    is_mended: bool


def settle_open(*, older_than: timedelta = timedelta(minutes=3)) -> int:
    """Have every payment that is open for a while settled, whatever its webhooks did. Returns how many.

    Each by a job of its own, so that one that cannot be read stands in nobody's way.
    """
    waiting = payments.list_open(before=clock.now() - older_than)
    for payment in waiting:
        _settle_soon(payment.id)
    return len(waiting)


def reconcile(*, looking_back: timedelta = _NIGHTLY_LOOKS_BACK) -> list[Finding]:
    """Compare all money that came lately, both ways. Safe to repeat; Unavailable while the provider is silent."""
    since = clock.now() - looking_back
    received = list(payments.list_received(since - timedelta(days=1)))  # opened earlier, paid within
    findings = [finding for marked, truth in received if (finding := _compare(marked, truth)) is not None]
    known = {truth.intent_id for _, truth in received}
    findings += [
        Finding(payment.id, "is paid here, but the provider knows of no money", is_mended=False)
        for payment in payments.list_paid(since=since)
        if payment.intent_id not in known
    ]
    for finding in findings:
        log.error("money does not match", extra={"payment": finding.payment, "says": finding.says})
    return findings


def _compare(marked: str | None, truth: Truth) -> Finding | None:
    payment = payments.find(marked) if marked else None
    if payment is None:
        return Finding(truth.intent_id or "", "brought money that belongs to no payment of ours", is_mended=False)
    if payment.captured == 0:
        _settle_soon(payment.id)
        return Finding(payment.id, "was paid without our noticing; it is being settled", is_mended=True)
    if payment.intent_id != truth.intent_id:
        return Finding(payment.id, f"brought money twice, the second time as {truth.intent_id}", is_mended=False)
    if payment.captured != truth.received.amount:
        return Finding(payment.id, f"captured {payment.captured} here, {truth.received.amount} there", is_mended=False)
    return None


def _settle_soon(payment_id: str) -> None:
    with db.orders.transaction():
        later("checkout.settle", payment_id, key=f"settle:{payment_id}:{clock.now():%Y-%m-%dT%H:%M}")

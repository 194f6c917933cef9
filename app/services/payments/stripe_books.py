"""Stripe's books: all charges, refunds and disputes since a moment, and single ones, as values of ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.money import Money
from app.services.payments.provider import Truth
from app.services.payments.stripe import calling, id_of, mark_of
from app.services.payments.stripe_amounts import money_of


@dataclass(frozen=True)
class SeenRefund:
    """A refund as Stripe has it. `refund_id` is ours, when we asked for it.

    `is_release` tells those that Stripe writes by itself for what a card held and was not charged: no money moves.
    """

    id: str
    intent_id: str | None
    refund_id: str | None
    amount: Money
    status: str
    is_release: bool


@dataclass(frozen=True)
class SeenDispute:
    """A dispute as Stripe has it; `status` is Stripe's word."""

    id: str
    intent_id: str | None
    amount: Money
    reason: str
    status: str
    due_by: datetime | None


def list_received(since: datetime) -> Iterator[tuple[str | None, Truth]]:
    """Walk all money taken since then: our payment's id, as far as Stripe knows it, and what came."""
    with calling() as client:
        for charge in client.v1.charges.list(params=_since(since)).auto_paging_iter():
            if charge.status == "succeeded" and charge.captured:
                received = money_of(charge.amount_captured, charge.currency)
                yield mark_of(charge, "payment"), Truth("paid", received, id_of(charge.payment_intent) or charge.id)


def list_declines(intent_id: str) -> list[tuple[str, str | None]]:
    """List the charges that a bank declined for one PaymentIntent: Stripe's id, and the card's fingerprint."""
    with calling() as client:
        params: Any = {"payment_intent": intent_id, "limit": 100}
        return [
            (charge.id, _fingerprint(charge))
            for charge in client.v1.charges.list(params=params).auto_paging_iter()
            if charge.status == "failed"
        ]


def list_refunds(since: datetime) -> Iterator[SeenRefund]:
    """Walk all refunds made since then."""
    params: Any = _since(since) | {"expand": ["data.charge"]}
    with calling() as client:
        for refund in client.v1.refunds.list(params=params).auto_paging_iter():
            yield _seen_refund(client, refund)


def read_refund(refund_id: str) -> SeenRefund:
    """Return one refund."""
    with calling() as client:
        return _seen_refund(client, client.v1.refunds.retrieve(refund_id, params={"expand": ["charge"]}))


def list_disputes(since: datetime) -> Iterator[SeenDispute]:
    """Walk all disputes opened since then."""
    with calling() as client:
        for dispute in client.v1.disputes.list(params=_since(since)).auto_paging_iter():
            yield _seen_dispute(dispute)


def read_dispute(dispute_id: str) -> SeenDispute:
    """Return one dispute."""
    with calling() as client:
        return _seen_dispute(client.v1.disputes.retrieve(dispute_id))


def _since(moment: datetime) -> Any:
    return {"created": {"gte": int(moment.timestamp())}, "limit": 100}


def _seen_refund(client: Any, refund: Any) -> SeenRefund:
    amount, status = money_of(refund.amount, refund.currency), refund.status or "succeeded"
    intent_id, refund_id = id_of(refund.payment_intent), mark_of(refund, "refund")
    return SeenRefund(refund.id, intent_id, refund_id, amount, status, _is_release(client, refund))


def _is_release(client: Any, refund: Any) -> bool:
    """Whether Stripe wrote a refund by itself, with the capture: somebody may have made others of the same amount."""
    charge = refund.charge
    if not charge or not charge.captured:
        return bool(charge)
    # "any additional amount will be automatically refunded": https://docs.stripe.com/api/payment_intents/capture
    rest = charge.amount - charge.amount_captured
    if refund.amount != rest or mark_of(refund, "refund") is not None:
        return False
    newest_first = client.v1.refunds.list(params={"charge": charge.id, "limit": 100}).auto_paging_iter()
    alike = [each.id for each in newest_first if each.amount == rest and mark_of(each, "refund") is None]
    return alike[-1:] == [refund.id]


def _seen_dispute(dispute: Any) -> SeenDispute:
    due = dispute.evidence_details.due_by if dispute.evidence_details else None
    return SeenDispute(
        dispute.id,
        id_of(dispute.payment_intent),
        money_of(dispute.amount, dispute.currency),
        dispute.reason,
        dispute.status,
        datetime.fromtimestamp(due, UTC) if due else None,
    )


def _fingerprint(charge: Any) -> str | None:
    card = charge.payment_method_details.card if charge.payment_method_details else None
    return str(card.fingerprint) if card and card.fingerprint else None

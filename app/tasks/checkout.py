"""Jobs of placing and settling. All call functions that are safe to repeat."""

from contextlib import suppress

from app.errors import Unavailable
from app.services import cancellations, checkout, payments


def charge(payment_id: str) -> None:
    """Open a payment that no request opened, because its process died. Twice is once: an open payment is left alone."""
    if payments.get_for_job(payment_id).state == "created":
        payments.charge(payment_id)


def settle(payment_id: str) -> None:
    """Act on the truth about a payment. Twice is once: states only move forward."""
    checkout.settle(payment_id)


def look_again(payment_id: str) -> None:
    """As settle(), for the clock: while the provider does not answer there is nothing to do but to be asked again."""
    with suppress(Unavailable):
        checkout.settle(payment_id)


def tell_refund_failed(refund_id: str) -> None:
    """Write in the order's timeline that a refund failed. Twice writes it twice, which misleads nobody."""
    checkout.tell_refund_failed(refund_id)


def expire(order_id: str) -> None:
    """End an unpaid order. Twice is once: only a placed order ends."""
    checkout.expire(order_id)


def reconcile(_actor: str) -> None:
    """Compare the money with the provider's because staff asked. Twice is harmless: it asks to settle, and reports."""
    checkout.reconcile()


def capture(order_id: str) -> None:
    """Take the money that a card holds. Twice is once: payment and amount are the idempotency key."""
    checkout.capture(order_id)


def void(payment_id: str) -> None:
    """Release the money that a card holds. Twice is once at the provider."""
    checkout.void(payment_id)


def close_open(order_id: str) -> None:
    """Have nothing more taken for an order that was cancelled. Twice is once: what is closed is closed."""
    checkout.close_open(order_id)


def end_unpaid(order_id: str) -> None:
    """End a confirmed order that was not paid again in time. Twice is once: a cancelled order is left as it is."""
    cancellations.end_unpaid(order_id)

"""Jobs of refunds and of the inbox."""

from app.services import checkout, payments


def refund(refund_id: str) -> None:
    """Give money back. Twice is once: the refund's id is the idempotency key, and a repeat looks first."""
    payments.refund(refund_id)


def process_event(row_id: str) -> None:
    """Act on an event that a provider sent. Twice is once: only the truth about its subject counts."""
    checkout.process_event(row_id)


def cancel_stray(payment_id: str) -> None:
    """Cancel what was opened for a payment that had been given up. Twice is once at the provider."""
    payments.cancel_stray(payment_id)

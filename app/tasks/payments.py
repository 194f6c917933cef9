"""Jobs of refunds and of the inbox."""

from app.services import checkout, payments


def refund(refund_id: str) -> None:
    """Give money back. Twice is once: the refund's id is the idempotency key, and a repeat looks first."""
    payments.refund(refund_id)


def process_event(row_id: str) -> None:
    """Act on an event that a provider sent. Twice is once: only the truth about its subject counts."""
    checkout.process_event(row_id)


def cancel_stray(session_id: str, intent_id: str) -> None:
    """Cancel what was opened for a payment that nobody waits for. Twice is once at the provider."""
    payments.end(session_id or None, intent_id or None)


def close_lost(payment_id: str) -> None:
    """Cancel what an unanswered call may have made of a payment that was given up. Twice is once at the provider."""
    payments.close(payment_id)

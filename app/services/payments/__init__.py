"""Money in and money back: payments, refunds, and the inbox of what providers say.

The one rule: a row is committed before its call, and its id is the idempotency key, so a crash at any moment leads to
the same payment and the same refund, never to a second one. What is true about money is read from the provider.
"""

from app.services.payments.charging import (
    LIVE,
    Closed,
    add,
    charge,
    close,
    find,
    find_live,
    get_for_job,
    give_up,
    give_up_closed,
    learn,
    list_open,
    list_paid,
    lock,
    note_decline,
    note_open,
    note_paid,
    of_order,
    of_orders,
    state_of,
)
from app.services.payments.inbox import (
    EventAbout,
    events_as_staff,
    find_by_intent,
    find_event,
    give_verdict,
    read_event,
    receive_event,
    receive_stripe,
)
from app.services.payments.models import Payment, ProviderEvent, Refund
from app.services.payments.refunds import ask_refunds, get_refund, note_refund_failed, refund, refunds_of
from app.services.payments.stripe import SESSION_LIVES, end, list_received

__all__ = [
    "LIVE",
    "SESSION_LIVES",
    "Closed",
    "EventAbout",
    "Payment",
    "ProviderEvent",
    "Refund",
    "add",
    "ask_refunds",
    "charge",
    "close",
    "end",
    "events_as_staff",
    "find",
    "find_by_intent",
    "find_event",
    "find_live",
    "get_for_job",
    "get_refund",
    "give_up",
    "give_up_closed",
    "give_verdict",
    "learn",
    "list_open",
    "list_paid",
    "list_received",
    "lock",
    "note_decline",
    "note_open",
    "note_paid",
    "note_refund_failed",
    "of_order",
    "of_orders",
    "read_event",
    "receive_event",
    "receive_stripe",
    "refund",
    "refunds_of",
    "state_of",
]

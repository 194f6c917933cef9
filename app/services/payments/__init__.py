"""Money in and money back: payments, refunds, and the inbox of what providers say.

The one rule: a row is committed before its call, and its id is the idempotency key, so a crash at any moment leads to
the same payment and the same refund, never to a second one. What is true about money is read from the provider.
"""

from app.services.payments import brake
from app.services.payments.bank_transfer import Instructions, instructions
from app.services.payments.brake import Lanes, TooManyTries, forget_tries
from app.services.payments.charging import (
    LIVE,
    Closed,
    abandon,
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
from app.services.payments.models import Payment, ProviderEvent, Refund, TransferReceipt
from app.services.payments.provider import Truth
from app.services.payments.providers import METHODS
from app.services.payments.receipts import add_receipt, list_transfers, receipts_of
from app.services.payments.refunds import (
    ask_refunds,
    get_refund,
    list_by_hand,
    note_refund_failed,
    note_sent,
    refund,
    refunds_of,
)
from app.services.payments.stripe import SESSION_LIVES, end, list_received
from app.services.payments.tenders import (
    due_of,
    held_on_cards,
    hold_again,
    hold_gift_card,
    release_held,
    take_held,
)
from app.services.payments.ways import Way, held_for, ways

__all__ = [
    "LIVE",
    "METHODS",
    "SESSION_LIVES",
    "Closed",
    "EventAbout",
    "Instructions",
    "Lanes",
    "Payment",
    "ProviderEvent",
    "Refund",
    "TooManyTries",
    "TransferReceipt",
    "Truth",
    "Way",
    "abandon",
    "add",
    "add_receipt",
    "ask_refunds",
    "brake",
    "charge",
    "close",
    "due_of",
    "end",
    "events_as_staff",
    "find",
    "find_by_intent",
    "find_event",
    "find_live",
    "forget_tries",
    "get_for_job",
    "get_refund",
    "give_up",
    "give_up_closed",
    "give_verdict",
    "held_for",
    "held_on_cards",
    "hold_again",
    "hold_gift_card",
    "instructions",
    "learn",
    "list_by_hand",
    "list_open",
    "list_paid",
    "list_received",
    "list_transfers",
    "lock",
    "note_decline",
    "note_open",
    "note_paid",
    "note_refund_failed",
    "note_sent",
    "of_order",
    "of_orders",
    "read_event",
    "receipts_of",
    "receive_event",
    "receive_stripe",
    "refund",
    "refunds_of",
    "release_held",
    "state_of",
    "take_held",
    "ways",
]

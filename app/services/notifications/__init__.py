"""Notifications: what the shop writes to people, kept as it was written, and what became of it.

The one rule: one message per event and recipient. A crash between the provider's yes and our mark may repeat one;
nothing loses one, and an order's messages go out in their order.
"""

from app.services.notifications.models import Message
from app.services.notifications.sending import messages_of, note_event, receive_events, send
from app.services.notifications.states import MessageState
from app.services.notifications.writing import (
    ask_for_link,
    gift_cards_issued,
    order_cancelled,
    order_confirmed,
    order_link,
    order_shipped,
    paid_anew,
    payment_asked,
    refund_made,
    return_changed,
    transfer_asked,
    transfer_reminder,
)

__all__ = [
    "Message",
    "MessageState",
    "ask_for_link",
    "gift_cards_issued",
    "messages_of",
    "note_event",
    "order_cancelled",
    "order_confirmed",
    "order_link",
    "order_shipped",
    "paid_anew",
    "payment_asked",
    "receive_events",
    "refund_made",
    "return_changed",
    "send",
    "transfer_asked",
    "transfer_reminder",
]

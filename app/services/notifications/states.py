"""The states of a message, and the moves between them. What the provider says may come before our own mark."""

from enum import StrEnum


class MessageState(StrEnum):
    """From written to read by the other side's server, or not."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"  # the provider refuses it as it is


WAITING = (MessageState.QUEUED, MessageState.SENDING)

MOVES: dict[MessageState, set[MessageState]] = {
    # A call whose answer was lost leaves it queued; the provider's word that it arrived saves the repeat.
    MessageState.QUEUED: {MessageState.SENDING, MessageState.DELIVERED, MessageState.BOUNCED},
    MessageState.SENDING: {
        MessageState.SENDING,  # again, after a crash
        MessageState.QUEUED,
        MessageState.SENT,
        MessageState.FAILED,
        MessageState.DELIVERED,
        MessageState.BOUNCED,
    },
    MessageState.SENT: {MessageState.DELIVERED, MessageState.BOUNCED},
    MessageState.DELIVERED: {MessageState.BOUNCED},
    MessageState.BOUNCED: set(),
    MessageState.FAILED: set(),
}

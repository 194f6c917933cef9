"""The states of an order, and the moves between them. Payment and delivery have states of their own."""

from enum import StrEnum


class OrderState(StrEnum):
    """Placed: waits for its money. Confirmed: paid, to be sent. Cancelled: nothing is owed either way."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


MOVES: dict[OrderState, set[OrderState]] = {
    OrderState.PLACED: {OrderState.CONFIRMED, OrderState.CANCELLED},
    OrderState.CONFIRMED: {OrderState.CANCELLED},
    # Money that comes after all revives an order, when its things can still be had.
    OrderState.CANCELLED: {OrderState.CONFIRMED},
}

# What in a timeline a person must look at; until they say that it is dealt with, the order is on their list.
ATTENTION = frozenset(
    {
        *("mismatch", "held", "dispute", "refund_failed", "mail_bounced", "mail_failed"),
        *("lapsing", "lapsed", "capture_refused", "taken_back"),
        *("maybe_bought", "refused", "exception", "returned", "spare_label", "stopped_parcel_moves", "cards_left"),
    }
)

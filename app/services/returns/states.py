"""The states of a return, and the moves between them."""

from enum import StrEnum


class ReturnState(StrEnum):
    """From the customer's wish to the money on its way."""

    REQUESTED = "requested"
    APPROVED = "approved"  # the customer sends it
    DECLINED = "declined"
    RECEIVED = "received"  # looked at; what is whole lies on the shelf again
    REFUNDED = "refunded"


OPEN = (ReturnState.REQUESTED, ReturnState.APPROVED, ReturnState.RECEIVED)

MOVES: dict[ReturnState, set[ReturnState]] = {
    ReturnState.REQUESTED: {ReturnState.APPROVED, ReturnState.DECLINED},
    # What never comes is declined in the end.
    ReturnState.APPROVED: {ReturnState.RECEIVED, ReturnState.DECLINED},
    # Worn, or given back another way meanwhile: it is ended in words, and staff say where the pieces go.
    ReturnState.RECEIVED: {ReturnState.REFUNDED, ReturnState.DECLINED},
    ReturnState.DECLINED: set(),
    ReturnState.REFUNDED: set(),
}

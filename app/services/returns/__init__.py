"""Returns: what customers send back after it was sent to them, from their wish to their money.

The one rule: a return moves by its table of states, under its order's lock; pieces go back on the shelf when they came
whole, and money goes back by a credit.
"""

from app.services.returns.acting import REASONS, approve, decline, receive, refund, request, send_again
from app.services.returns.models import Return, ReturnLine
from app.services.returns.reading import (
    Page,
    get_as_staff,
    get_for_job,
    list_as_staff,
    of_order,
    open_order_ids,
    restockable,
    returnable,
)
from app.services.returns.states import OPEN, ReturnState

__all__ = [
    "OPEN",
    "REASONS",
    "Page",
    "Return",
    "ReturnLine",
    "ReturnState",
    "approve",
    "decline",
    "get_as_staff",
    "get_for_job",
    "list_as_staff",
    "of_order",
    "open_order_ids",
    "receive",
    "refund",
    "request",
    "restockable",
    "returnable",
    "send_again",
]

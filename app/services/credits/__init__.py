"""Credits: what is given back of an order and why: pieces of lines, delivery, a free amount.

The one rule: all is worked out from the order and its earlier credits under the order's lock, so two who give back at
once take turns, and never more is given back than was paid.
"""

from app.services.credits.again import end_attention, refund_again_as_staff, unsettled_of
from app.services.credits.amounts import Sum
from app.services.credits.giving import (
    Balance,
    Wish,
    balance_of,
    give,
    give_as_staff,
    quote,
    rates_of,
    refund_key,
)
from app.services.credits.models import Credit, CreditLine
from app.services.credits.moving import Unmoved, check_disputes, gone_of, owed_of, unmoved_of, withheld_of
from app.services.credits.reading import cancelled_pieces, get_for_job, given_pieces, is_given, of_order

__all__ = [
    "Balance",
    "Credit",
    "CreditLine",
    "Sum",
    "Unmoved",
    "Wish",
    "balance_of",
    "cancelled_pieces",
    "check_disputes",
    "end_attention",
    "get_for_job",
    "give",
    "give_as_staff",
    "given_pieces",
    "gone_of",
    "is_given",
    "of_order",
    "owed_of",
    "quote",
    "rates_of",
    "refund_again_as_staff",
    "refund_key",
    "unmoved_of",
    "unsettled_of",
    "withheld_of",
]

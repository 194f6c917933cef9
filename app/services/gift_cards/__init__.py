"""Gift cards: money given before, kept in a ledger. Owns the cards and their entries.

The one rule: a balance changes by one conditional UPDATE and one entry in one transaction, and never goes below zero.
What gives money back names its reason once, by a unique constraint, so that nothing comes back twice.
"""

from app.services.gift_cards.codes import code_of, has_shape
from app.services.gift_cards.issuing import MOST, Issued, can_hold, issue, void
from app.services.gift_cards.ledger import (
    entries_of,
    find,
    get_by_code,
    give_back,
    last4_of,
    list_as_staff,
    list_usable,
    lock,
    spend,
)
from app.services.gift_cards.models import GiftCard, GiftCardEntry
from app.services.gift_cards.selling import (
    Shown,
    count_kept,
    issue_sold,
    known_code_of,
    shown_to_buyer,
    sold_with,
    usable_of,
    void_sold,
    voided_by_hand,
)

__all__ = [
    "MOST",
    "GiftCard",
    "GiftCardEntry",
    "Issued",
    "Shown",
    "can_hold",
    "code_of",
    "count_kept",
    "entries_of",
    "find",
    "get_by_code",
    "give_back",
    "has_shape",
    "issue",
    "issue_sold",
    "known_code_of",
    "last4_of",
    "list_as_staff",
    "list_usable",
    "lock",
    "shown_to_buyer",
    "sold_with",
    "spend",
    "usable_of",
    "void",
    "void_sold",
    "voided_by_hand",
]

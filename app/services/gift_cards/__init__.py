"""Gift cards: money given before, kept in a ledger. Owns the cards and their entries.

The one rule: a balance changes by one conditional UPDATE and one entry in one transaction, and never goes below zero.
What gives money back names its reason once, by a unique constraint, so that nothing comes back twice.
"""

from app.services.gift_cards.codes import code_of
from app.services.gift_cards.issuing import Issued, issue, void
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

__all__ = [
    "GiftCard",
    "GiftCardEntry",
    "Issued",
    "code_of",
    "entries_of",
    "find",
    "get_by_code",
    "give_back",
    "issue",
    "last4_of",
    "list_as_staff",
    "list_usable",
    "lock",
    "spend",
    "void",
]

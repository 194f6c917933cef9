"""Checks of gift cards: a balance is what its ledger says."""

from collections.abc import Iterator

from sqlalchemy import func, select

from app.fsck import Check, Fault, walk
from app.money import Money
from app.services.gift_cards.models import GiftCard, GiftCardEntry


def _find_wrong_balances() -> Iterator[Fault]:
    entered = func.coalesce(func.sum(GiftCardEntry.change), 0)
    query = select(GiftCard.balance, entered.label("entered"), GiftCard.currency)
    query = query.outerjoin(GiftCardEntry, GiftCardEntry.card_id == GiftCard.id).group_by(GiftCard.id)
    for row in walk(query.having(entered != GiftCard.balance), GiftCard.id):
        holds, entries = Money(row.balance, row.currency), Money(int(row.entered), row.currency)
        yield Fault(row.key, f"holds {holds}, but its entries come to {entries}")


CHECKS = (Check("gift_cards.ledger", "What is on a gift card is the sum of its entries.", _find_wrong_balances),)

"""The ledger: what was taken from a card and put back on it."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Conflict, Invalid
from app.money import Money
from app.services.gift_cards.codes import hash_of
from app.services.gift_cards.models import GiftCard, GiftCardEntry

_UNKNOWN = "We do not recognise this gift card code, or nothing is left on it. Please check it letter by letter."


def spend(card_id: str, amount: Money, *, reference: str, actor: str = "customer") -> None:
    """Take `amount` from a card in the open transaction; Conflict when it holds less. Once for each `reference`."""
    if not enter_change(card_id, -amount.amount, kind="spent", reference=reference, actor=actor):
        return
    taken = db.orders.session.execute(
        update(GiftCard)
        .where(GiftCard.id == card_id, GiftCard.currency == amount.currency, GiftCard.voided_at.is_(None))
        .where(GiftCard.balance >= amount.amount)
        .values(balance=GiftCard.balance - amount.amount)
        .returning(GiftCard.id)
    ).scalar()
    if taken is None:
        raise Conflict("There is less left on your gift card now. Please look at what is left to pay.")


def give_back(card_id: str, amount: Money, *, kind: str, reference: str, actor: str = "shop") -> bool:
    """Put `amount` back on a card in the open transaction; False when that was done for this `reference` before.

    What comes back to a card that was voided meanwhile is void at once, with an entry of its own.
    """
    if not enter_change(card_id, amount.amount, kind=kind, reference=reference, actor=actor):
        return False
    voided_at = db.orders.session.execute(
        update(GiftCard)
        .where(GiftCard.id == card_id)
        .values(balance=GiftCard.balance + amount.amount)
        .returning(GiftCard.voided_at)
    ).scalar_one()
    if voided_at is not None and enter_change(card_id, -amount.amount, kind="voided", reference=reference, actor=actor):
        db.orders.session.execute(
            update(GiftCard).where(GiftCard.id == card_id).values(balance=GiftCard.balance - amount.amount)
        )
    return True


def enter_change(card_id: str, change: int, *, kind: str, reference: str, actor: str) -> bool:
    """Write one entry, unless there is one of this kind for `reference`; then False."""
    added = db.orders.session.execute(
        insert(GiftCardEntry)
        .values(
            id=db.new_id(), card_id=card_id, change=change, kind=kind, reference=reference, actor=actor, at=clock.now()
        )
        .on_conflict_do_nothing(index_elements=["kind", "reference"])
        .returning(GiftCardEntry.id)
    ).scalar()
    return added is not None


def find(card_id: str) -> GiftCard | None:
    """Return a card."""
    with db.orders.reading() as session:
        return session.get(GiftCard, card_id)


def last4_of(card_ids: Sequence[str]) -> dict[str, str]:
    """Return the last four characters of the codes of some cards: what they are called on pages and in mails."""
    with db.orders.reading() as session:
        rows = session.execute(select(GiftCard.id, GiftCard.last4).where(GiftCard.id.in_(card_ids)))
        return {row.id: row.last4 for row in rows}


def lock(card_id: str) -> GiftCard:
    """Return a card with its row locked until the open transaction ends."""
    return db.orders.session.get_one(GiftCard, card_id, with_for_update=True, populate_existing=True)


def get_by_code(code: str, *, currency: str) -> GiftCard:
    """Return the card with this code; Invalid for a code that brings nothing in `currency`.

    A code that never was, one that is used up and one that was voided are refused alike.
    """
    with db.orders.reading() as session:
        card = session.scalars(select(GiftCard).where(GiftCard.code_hash == hash_of(code))).one_or_none()
    if card is None or card.voided_at is not None or card.currency != currency or not card.balance:
        raise Invalid(_UNKNOWN, code=_UNKNOWN)
    return card


def list_usable(card_ids: Sequence[str]) -> Sequence[GiftCard]:
    """List those of the cards that are in use, the oldest first."""
    with db.orders.reading() as session:
        return session.scalars(
            select(GiftCard).where(GiftCard.id.in_(card_ids), GiftCard.voided_at.is_(None)).order_by(GiftCard.id)
        ).all()


def entries_of(card_id: str) -> Sequence[GiftCardEntry]:
    """List every change of a card's balance, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(
            select(GiftCardEntry).where(GiftCardEntry.card_id == card_id).order_by(GiftCardEntry.id)
        ).all()


def list_as_staff(*, last4: str | None = None, before: str | None = None, limit: int = 50) -> Sequence[GiftCard]:
    """List cards newest first, older than the card `before`; with `last4` only those whose code ends so."""
    query = select(GiftCard)
    if last4:
        query = query.where(GiftCard.last4 == last4.strip().upper()[-4:])
    if before:
        query = query.where(GiftCard.id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(GiftCard.id.desc()).limit(limit)).all()

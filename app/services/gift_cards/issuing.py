"""Making cards, and taking them out of use."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Conflict, Invalid
from app.money import Money
from app.services import audit
from app.services.gift_cards.codes import code_of, hash_of
from app.services.gift_cards.ledger import enter_change
from app.services.gift_cards.models import GiftCard

MOST = 1_000_000  # minor units: no slip of a finger makes a fortune


@dataclass(frozen=True)
class Issued:
    """A card, and whether it was made just now: only then its code is shown."""

    card: GiftCard
    is_new: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Which piece of which line of an order a card is."""

    position: int
    piece: int


def can_hold(amount: Money) -> bool:
    """Whether a card can be worth so much."""
    return 0 < amount.amount <= MOST


def issue(
    amount: Money, *, key: str, actor: str, note: str = "", order_id: str | None = None, place: Place | None = None
) -> Issued:
    """Make a card that holds `amount`; the same `key` makes it once. Audited. Raises Invalid for a strange amount.

    `place` says of one that was sold by which line of the order, and which of its pieces it is.
    """
    if not can_hold(amount):
        advice = f"Enter an amount above zero and up to {Money(MOST, amount.currency).decimal}."
        raise Invalid(advice, amount=advice)
    with db.orders.transaction() as session:
        card_id = db.new_id()
        code = code_of(card_id)
        added = session.execute(
            insert(GiftCard)
            .values(
                id=card_id, key=key, code_hash=hash_of(code), last4=code[-4:], currency=amount.currency,
                initial=amount.amount, balance=amount.amount, order_id=order_id, note=note, issued_by=actor,
                issued_at=clock.now(), position=place and place.position, piece=place and place.piece,
            )
            .on_conflict_do_nothing()
            .returning(GiftCard.id)
        ).scalar()  # fmt: skip
        if added:
            enter_change(card_id, amount.amount, kind="issued", reference=card_id, actor=actor)
            after = {"amount": amount.amount, "currency": amount.currency, "note": note, "order": order_id}
            audit.record(db.orders, actor, "gift_card.issue", f"gift_card:{card_id}", after=after)
        return Issued(session.scalars(select(GiftCard).where(GiftCard.key == key)).one(), added is not None)


def void(card_id: str, *, balance: int, reason: str, actor: str) -> None:
    """Take a card out of use with what is on it. Twice is once; audited.

    What an order holds that waits for the rest of its money stays with it, for its customer was told so; if it ends
    unpaid, that part is void as well when it comes back.

    Raises Conflict when something else than `balance` minor units, what the person saw, is on it.
    """
    with db.orders.transaction() as session:
        card = session.get_one(GiftCard, card_id, with_for_update=True, populate_existing=True)
        if card.voided_at is not None:
            return
        if card.balance != balance:
            raise Conflict("The balance has changed since you looked. Please check it again.")
        session.execute(update(GiftCard).where(GiftCard.id == card_id).values(balance=0, voided_at=clock.now()))
        if balance:
            enter_change(card_id, -balance, kind="voided", reference=card_id, actor=actor)
        before = {"balance": balance}
        audit.record(
            db.orders, actor, "gift_card.void", f"gift_card:{card_id}", before=before, after={"reason": reason}
        )

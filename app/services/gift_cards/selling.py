"""Cards that were bought: one for each piece of an order's line, and out of use again when its price is given back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from app import clock, db
from app.errors import Conflict
from app.money import Money
from app.services import audit
from app.services.gift_cards.codes import code_of, hash_of
from app.services.gift_cards.issuing import Place, issue
from app.services.gift_cards.ledger import enter_change
from app.services.gift_cards.models import GiftCard, GiftCardEntry

_SPENT = "Something was spent of a gift card meanwhile. Please look again at what can be given back."


def issue_sold(order_id: str, position: int, worth: Sequence[Money]) -> int:
    """Issue a card for each piece of an order's line; return how many are new. Each piece has one, by a constraint."""
    made = (
        issue(
            each, key=f"sold:{order_id}:{position}:{piece}", actor="shop", note="Bought", order_id=order_id,
            place=Place(position, piece),
        )
        for piece, each in enumerate(worth, start=1)
    )  # fmt: skip
    return sum(issued.is_new for issued in made)


def sold_with(order_id: str) -> Sequence[GiftCard]:
    """List the cards that an order bought, by line and piece."""
    query = select(GiftCard).where(GiftCard.order_id == order_id, GiftCard.position.is_not(None))
    with db.orders.reading() as session:
        return session.scalars(query.order_by(GiftCard.position, GiftCard.piece)).all()


def count_kept(order_ids: Iterable[str]) -> dict[tuple[str, int], int]:
    """Return how many cards each line (order, position) bought whose price was not given back, in one query."""
    query = select(GiftCard.order_id, GiftCard.position, func.count()).where(
        GiftCard.order_id.in_(list(order_ids)), GiftCard.position.is_not(None), GiftCard.credit_id.is_(None)
    )
    with db.orders.reading() as session:
        rows = session.execute(query.group_by(GiftCard.order_id, GiftCard.position)).all()
    return {(order_id or "", position or 0): count for order_id, position, count in rows}


def usable_of(order_ids: Iterable[str]) -> dict[str, int]:
    """Return how much can be spent of the cards that orders bought, in minor units; of those alone where it is some."""
    query = select(GiftCard.order_id, func.sum(GiftCard.balance)).where(
        GiftCard.order_id.in_(list(order_ids)), GiftCard.position.is_not(None), GiftCard.balance > 0
    )
    with db.orders.reading() as session:
        return {order_id or "": int(usable) for order_id, usable in session.execute(query.group_by(GiftCard.order_id))}


def voided_by_hand(order_id: str) -> int:
    """Return what staff took off the cards that an order bought by voiding them, in minor units."""
    query = (
        select(func.coalesce(func.sum(-GiftCardEntry.change), 0))
        .join(GiftCard, GiftCard.id == GiftCardEntry.card_id)
        .where(GiftCard.order_id == order_id, GiftCard.position.is_not(None), GiftCard.credit_id.is_(None))
        .where(GiftCardEntry.kind == "voided")
    )
    with db.orders.reading() as session:
        return int(session.scalar(query) or 0)


def void_sold(order_id: str, position: int, quantity: int, *, credit_id: str, actor: str) -> None:
    """Take `quantity` unspent cards of a line out of use, in the open transaction, for their price is given back.

    Nothing happens while none of the order's are issued. Raises Conflict when fewer are unspent: a spender was faster.
    """
    session = db.orders.session
    its = (GiftCard.order_id == order_id) & (GiftCard.position == position)
    cards = session.scalars(
        select(GiftCard)
        .where(its, GiftCard.voided_at.is_(None), GiftCard.balance == GiftCard.initial)
        .order_by(GiftCard.piece)
        .limit(quantity)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(cards) < quantity:
        if session.scalar(select(GiftCard.id).where(its).limit(1)) is None:
            return
        raise Conflict(_SPENT)
    for card in cards:
        values = {"balance": 0, "voided_at": clock.now(), "credit_id": credit_id}
        session.execute(update(GiftCard).where(GiftCard.id == card.id).values(values))
        enter_change(card.id, -card.initial, kind="voided", reference=card.id, actor=actor)
        before, after = {"balance": card.initial}, {"credit": credit_id}
        audit.record(db.orders, actor, "gift_card.void", f"gift_card:{card.id}", before=before, after=after)


@dataclass(frozen=True, slots=True)
class Shown:
    """A card with its code, for whoever bought it; None for a code made under another key of the shop's."""

    card: GiftCard
    code: str | None


def shown_to_buyer(order_id: str) -> list[Shown]:
    """List the cards that an order bought, with their codes: for whoever has the order's link."""
    return [Shown(card, known_code_of(card)) for card in sold_with(order_id)]


def known_code_of(card: GiftCard) -> str | None:
    """Return the code of a card; None for one that was made under another key of the shop's."""
    code = code_of(card.id)
    return code if hash_of(code) == card.code_hash else None

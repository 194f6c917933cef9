"""What pays an order, part by part; and the parts beside the one payment from outside: gift cards.

A gift card's money is taken from the card when the order is placed (`authorized`), becomes the order's when that is
confirmed (`paid`), and goes back on the card when the order ends without (`cancelled`). All of it is in our own
database, so there is nothing to ask and nothing to wait for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from app import clock, db
from app.money import Money
from app.services import gift_cards
from app.services.payments.models import Payment, Refund

GIFT_CARD = "gift_card"

_LOCKED = (
    select(Payment)
    .where(Payment.order_id == bindparam("order"), Payment.provider == GIFT_CARD, Payment.state == bindparam("state"))
    .order_by(Payment.gift_card_id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Part:
    """A part of what pays an order: its `way` (card, transfer, gift_card), whether it did, or a card only holds it.

    `back` is what goes back of it, the way it came.
    """

    way: str
    amount: Money
    back: Money
    is_paid: bool
    is_held: bool = False
    last4: str = ""  # of a gift card's code

    @property
    def name(self) -> str:
        """What it is called below a heading that says it pays."""
        if self.way == GIFT_CARD:
            return f"Gift card ending in {self.last4}"
        if self.way == "transfer":
            return "Bank transfer"
        return "Held by your card" if self.is_held else "Card"

    @property
    def row(self) -> str:
        """What it is called below a total, where "Card" would read like a charge on top."""
        if self.is_paid:
            return f"Paid by {self.name[0].lower()}{self.name[1:]}"
        return f"{self.name} pays" if self.way == GIFT_CARD else self.name


def parts_of(payments: Sequence[Payment]) -> list[Part]:
    """Return what pays an order, gift cards first; without money that did not come or came in excess."""
    by_card = [(each.gift_card_id, each) for each in payments if each.gift_card_id and each.state != "cancelled"]
    last4 = gift_cards.last4_of([card_id for card_id, _ in by_card]) if by_card else {}
    parts = [
        Part(GIFT_CARD, each.amount_money, each.refunded_money, each.state == "paid", last4=last4[card_id])
        for card_id, each in by_card
    ]
    outside = [each for each in payments if not each.gift_card_id and (each.is_held or each.state == "paid")]
    return parts + [
        Part(
            "transfer" if each.method == "transfer" else "card",
            each.refundable if each.is_held else each.captured_money,
            each.refunded_money,
            is_paid=not each.is_held,
            is_held=each.is_held,
        )
        for each in outside
    ]


def hold_gift_card(order_id: str, card_id: str, amount: Money) -> Payment:
    """Take `amount` from a gift card for an order, in the open transaction; Conflict when it holds less by now."""
    payment = Payment(
        id=db.new_id(), order_id=order_id, provider=GIFT_CARD, method=GIFT_CARD, gift_card_id=card_id,
        state="authorized", amount=amount.amount, currency=amount.currency, captured=0, refunded=0, try_number=1,
        request={}, created_at=clock.now(),
    )  # fmt: skip
    db.orders.session.add(payment)
    db.orders.session.flush()
    gift_cards.spend(card_id, amount, reference=_reference(payment))
    return payment


def take_held(order_id: str) -> None:
    """Make what gift cards hold for an order the shop's, in the open transaction: the order is confirmed."""
    for payment in _lock_gift_cards(order_id, "authorized"):
        payment.state, payment.captured, payment.paid_at = "paid", payment.amount, clock.now()
    db.orders.session.flush()


def release_held(order_id: str) -> None:
    """Put what gift cards hold for an order back on them, in the open transaction: it has ended. Twice is once."""
    for payment in _lock_gift_cards(order_id, "authorized"):
        payment.state, payment.cancelled_at = "cancelled", clock.now()
        gift_cards.give_back(
            payment.gift_card_id or "", payment.amount_money, kind="released", reference=_reference(payment)
        )


def hold_again(order_id: str) -> None:
    """Take from gift cards once more what an order that ended had held; Conflict when it is not there any more."""
    for payment in _lock_gift_cards(order_id, "cancelled"):
        payment.state, payment.cancelled_at, payment.try_number = "authorized", None, payment.try_number + 1
        db.orders.session.flush()
        gift_cards.spend(payment.gift_card_id or "", payment.amount_money, reference=_reference(payment), actor="shop")


def held_on_cards(order_id: str) -> dict[str, int]:
    """Return how much of which gift card an order holds, in minor units."""
    with db.orders.reading() as session:
        rows = session.execute(
            select(Payment.gift_card_id, Payment.amount).where(
                Payment.order_id == order_id, Payment.provider == GIFT_CARD, Payment.state == "authorized"
            )
        )
        return {row.gift_card_id: row.amount for row in rows if row.gift_card_id}


def due_of(total: Money, payments: Sequence[Payment]) -> Money:
    """Return what of an order's `total` gift cards do not pay."""
    held = (each.amount_money for each in payments if each.provider == GIFT_CARD and each.state != "cancelled")
    return total - Money.total(held, total.currency)


def held_of_card(card: gift_cards.GiftCard) -> Money:
    """Return how much of a gift card is held by orders that wait for the rest of their money."""
    held = (Payment.gift_card_id == card.id) & (Payment.state == "authorized")
    with db.orders.reading() as session:
        return Money(int(session.scalar(select(func.sum(Payment.amount)).where(held)) or 0), card.currency)


def orders_of_entries(card: gift_cards.GiftCard) -> dict[str, str]:
    """Return the id of the order that each reference in a gift card's ledger belongs to: its payments and refunds."""
    with db.orders.reading() as session:
        paid = session.scalars(select(Payment).where(Payment.gift_card_id == card.id)).all()
        refunds = session.execute(
            select(Refund.id, Refund.order_id)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Payment.gift_card_id == card.id)
        )
        tries = ((f"{each.id}-{number}", each) for each in paid for number in range(1, each.try_number + 1))
        return {refund.id: refund.order_id for refund in refunds} | {key: each.order_id for key, each in tries}


def _lock_gift_cards(order_id: str, state: str) -> Sequence[Payment]:
    """Lock an order's payments by gift card in `state`, in order of the card."""
    return db.orders.session.scalars(_LOCKED, {"order": order_id, "state": state}).all()


def _reference(payment: Payment) -> str:
    return f"{payment.id}-{payment.try_number}"

"""The tables of gift cards: the cards, and the ledger of every change of their balances."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel
from app.money import Money


class GiftCard(OrdersModel):
    """One card. Its code is not here, only the code's hash and last four. `key` makes issuing it happen once.

    One that was sold is piece `piece` of the line `position` of its order; `credit_id` is what gave its price back.
    """

    __tablename__ = "gift_cards"
    __table_args__ = (
        CheckConstraint("balance >= 0 AND balance <= initial", name="balance_within_initial"),
        CheckConstraint("(position IS NULL) = (piece IS NULL)", name="piece_of_a_line"),
        UniqueConstraint("order_id", "position", "piece"),
        Index("ix_gift_cards_last4", "last4"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    last4: Mapped[str]
    currency: Mapped[str]
    initial: Mapped[int]
    balance: Mapped[int]
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"), index=True)
    position: Mapped[int | None]
    piece: Mapped[int | None]
    credit_id: Mapped[str | None] = mapped_column(ForeignKey("credits.id"), index=True)
    note: Mapped[str]
    issued_by: Mapped[str]
    issued_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was ever taken from it that did not come back."""
        return self.voided_at is None and self.balance == self.initial

    @property
    def initial_money(self) -> Money:
        """What it was worth at first."""
        return Money(self.initial, self.currency)

    @property
    def balance_money(self) -> Money:
        """What is on it."""
        return Money(self.balance, self.currency)


class GiftCardEntry(OrdersModel):
    """One change of a balance; their sum is the balance. Append-only. `reference` names what asked for it, once."""

    __tablename__ = "gift_card_entries"
    __table_args__ = (
        UniqueConstraint("kind", "reference"),
        Index("ix_gift_card_entries_card_id_id", "card_id", "id"),
        CheckConstraint("change <> 0", name="change_not_zero"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    card_id: Mapped[str] = mapped_column(ForeignKey("gift_cards.id"))
    change: Mapped[int]
    kind: Mapped[str]  # issued, spent, released, refunded, voided
    reference: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]

"""The tables of credits: what was given back of an order, and why. Rows are never altered."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import OrdersModel
from app.money import Money


class Credit(OrdersModel):
    """One giving back. `amount` is what the customer gets, `tax` within it; its refunds have the key `credit:<id>`.

    `delivery` and `adjustment` hold their shares by tax rate (name, rate, paid, tax).
    """

    __tablename__ = "credits"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("kind IN ('refund', 'cancellation', 'return')", name="kind_known"),
        Index("ix_credits_order_id_id", "order_id", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    reason: Mapped[str]
    actor: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int]
    tax: Mapped[int]
    delivery: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    adjustment: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]

    lines: Mapped[list["CreditLine"]] = relationship(order_by="CreditLine.position", lazy="selectin")

    @property
    def amount_money(self) -> Money:
        """What the customer gets."""
        return Money(self.amount, self.currency)

    @property
    def delivery_money(self) -> Money:
        """What of it is for the delivery."""
        return Money(sum(share["paid"] for share in self.delivery), self.currency)

    @property
    def adjustment_money(self) -> Money:
        """What of it is a free amount; below zero, what was given before and is taken into account."""
        return Money(sum(share["paid"] for share in self.adjustment), self.currency)


class CreditLine(OrdersModel):
    """How many of an order's line were credited, what they came to, and whether they went back on the shelf."""

    __tablename__ = "credit_lines"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "position"], ["order_lines.order_id", "order_lines.position"]),
        Index("ix_credit_lines_order_id_position", "order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    credit_id: Mapped[str] = mapped_column(ForeignKey("credits.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str]
    quantity: Mapped[int]
    amount: Mapped[int]
    tax: Mapped[int]
    is_restocked: Mapped[bool]

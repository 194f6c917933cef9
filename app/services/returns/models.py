"""The tables of returns: what customers send back, why, and in what shape it came."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import OrdersModel


class Return(OrdersModel):
    """One return of an order. `number` counts them within it; `words` are the customer's, `answer` is staff's.

    `sent_back` says that what came was declined and is with the customer again.
    """

    __tablename__ = "returns"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        Index("ix_returns_state_id", "state", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    order_number: Mapped[str]
    number: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    reason: Mapped[str]
    words: Mapped[str]
    answer: Mapped[str | None]
    sent_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    credit_id: Mapped[str | None] = mapped_column(ForeignKey("credits.id"), unique=True)
    requested_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    lines: Mapped[list["ReturnLine"]] = relationship(order_by="ReturnLine.position", lazy="selectin")


class ReturnLine(OrdersModel):
    """How many of an order's line come back, as announced; how many `came`, and of those cannot be sold again."""

    __tablename__ = "return_lines"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "position"], ["order_lines.order_id", "order_lines.position"]),
        Index("ix_return_lines_order_id_position", "order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("damaged >= 0 AND damaged <= quantity", name="damaged_within_quantity"),
        CheckConstraint("came >= 0 AND came <= quantity AND damaged <= came", name="came_within_quantity"),
    )

    return_id: Mapped[str] = mapped_column(ForeignKey("returns.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str]
    quantity: Mapped[int]
    came: Mapped[int | None] = mapped_column(default=None)  # nobody knows before it is here
    damaged: Mapped[int] = mapped_column(default=0)

    @property
    def pieces(self) -> int:
        """How many it is about: those that came, once that is known; until then those announced."""
        return self.quantity if self.came is None else self.came

"""The tables of stock. Variants are the catalogue's permanent ids; there is no foreign key into MongoDB."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class StockLevel(OrdersModel):
    """How many of a variant lie at a location, and how many of those are promised to orders."""

    __tablename__ = "stock_levels"
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved_within_on_hand"),
    )

    variant_id: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(primary_key=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    # `version` counts the changes of `on_hand`, which a person may be editing; `changes` counts all of them.
    version: Mapped[int] = mapped_column(default=1)
    changes: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class StockMovement(OrdersModel):
    """One change of `on_hand`; never altered. The sum over a variant and location is its `on_hand`."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        UniqueConstraint("kind", "reference", "variant_id", "location", name="uq_stock_movements_reference"),
        Index("ix_stock_movements_variant_id_id", "variant_id", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    variant_id: Mapped[str]
    location: Mapped[str]
    change: Mapped[int]
    kind: Mapped[str]
    reference: Mapped[str | None]
    reason: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


class Reservation(OrdersModel):
    """What one order has set aside of one variant. It ends once: sold or released."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_reservations_expires_at", "expires_at", postgresql_where="state = 'held'"),
    )

    order_id: Mapped[str] = mapped_column(primary_key=True)
    variant_id: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str]
    quantity: Mapped[int]
    state: Mapped[str]
    expires_at: Mapped[datetime]

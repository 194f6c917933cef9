"""The tables of stock. Variants are the catalogue's permanent ids; there is no foreign key into MongoDB."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class StockLevel(OrdersModel):
    """How many of a variant lie at a location, and how many are promised to orders.

    `backorder` is how many may be sold beyond what lies there, expected on `expected_on`. `on_hand` below zero is what
    was sold so and is owed to customers. `low_at`: from here down the variant is on the list of what runs out.
    """

    __tablename__ = "stock_levels"
    __table_args__ = (
        CheckConstraint("on_hand + backorder >= 0", name="owed_within_backorder"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand + backorder", name="reserved_within_on_hand"),
        CheckConstraint("backorder >= 0 AND low_at >= 0", name="limits_not_negative"),
        CheckConstraint("sold_from >= 1", name="sold_from_one"),
    )

    variant_id: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(primary_key=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    backorder: Mapped[int] = mapped_column(default=0, server_default="0")
    expected_on: Mapped[date | None]
    low_at: Mapped[int] = mapped_column(default=3, server_default="3")
    # Of fewer pieces none can be had. The search index's job has it from the catalogue; orders ask that itself.
    sold_from: Mapped[int] = mapped_column(default=1, server_default="1")
    # `version` counts the changes of `on_hand`, which a person may be editing; `changes` counts those that customers
    # are shown. A trigger raises it, so that no statement can forget to.
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
    """What one order has set aside of one variant. It ends once: sold or released.

    `owed` is how many of the sold pieces were not on the shelf yet; goods that come in go to the oldest first.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("owed >= 0 AND owed <= quantity", name="owed_within_quantity"),
        Index("ix_reservations_variant_id_owed", "variant_id", "sold_at", postgresql_where="owed > 0"),
        Index("ix_reservations_expires_at", "expires_at", postgresql_where="state = 'held'"),
    )

    order_id: Mapped[str] = mapped_column(primary_key=True)
    variant_id: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str]
    quantity: Mapped[int]
    state: Mapped[str]
    owed: Mapped[int] = mapped_column(default=0, server_default="0")
    expires_at: Mapped[datetime]
    sold_at: Mapped[datetime | None]

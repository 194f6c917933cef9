"""The tables of carts. A line copies what it shows, so that a cart can be shown while the catalogue is down."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class CartRow(OrdersModel):
    """A cart. `revision` counts its changes; `order_id` is the unpaid order that was placed from it.

    `coupon` is the code that was entered. `country`, `region` and `postal_code` say where it goes, once that is known:
    taxes hang on it.
    """

    __tablename__ = "carts"

    id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    order_id: Mapped[str | None]
    coupon: Mapped[str | None]
    country: Mapped[str | None]
    region: Mapped[str | None]
    postal_code: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class LineRow(OrdersModel):
    """One variant in a cart. `revision` is the cart's when this line last changed; `price_seen` the price agreed to."""

    __tablename__ = "cart_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    cart_id: Mapped[str] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[str] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    revision: Mapped[int]
    price_seen: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    title: Mapped[str]
    options_label: Mapped[str]
    slug: Mapped[str]
    image: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    added_at: Mapped[datetime]

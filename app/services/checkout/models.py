"""The table of checkouts in progress."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class DraftRow(OrdersModel):
    """What a shopper has entered so far, kept until their order is paid or their cart is cleaned away."""

    __tablename__ = "checkout_drafts"

    cart_id: Mapped[str] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str]
    address: Mapped[dict[str, Any]] = mapped_column(JSONB)
    delivery_method: Mapped[str | None]
    gift_card_ids: Mapped[list[str]] = mapped_column(JSONB, default=list)
    updated_at: Mapped[datetime]

"""The tables of orders. An order copies what it needs of catalogue, cart and address, and never looks back."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import OrdersModel
from app.money import Money
from app.services.images import Media


class Order(OrdersModel):
    """What was bought, by whom, where it goes. Amounts are minor units of `currency`, VAT included."""

    __tablename__ = "orders"
    __table_args__ = (
        # One live order per cart, and one order per revision of it: a double submit lands on the order that exists.
        Index("uq_orders_cart_id_live", "cart_id", unique=True, postgresql_where=text("state = 'placed'")),
        Index(
            "uq_orders_cart_id_cart_revision",
            "cart_id",
            "cart_revision",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index("ix_orders_email", text("lower(email)")),
        CheckConstraint("total = subtotal + delivery", name="total_adds_up"),
        CheckConstraint("total >= 0 AND tax >= 0", name="not_negative"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(index=True)
    cart_id: Mapped[str]
    cart_revision: Mapped[int]
    email: Mapped[str]
    phone: Mapped[str | None]
    address: Mapped[dict[str, Any]] = mapped_column(JSONB)
    currency: Mapped[str]
    subtotal: Mapped[int]
    delivery: Mapped[int]
    delivery_tax: Mapped[int]
    tax: Mapped[int]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    total: Mapped[int]
    delivery_method: Mapped[str]
    delivery_name: Mapped[str]
    terms_version: Mapped[str]
    placed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.position", lazy="selectin")

    @property
    def total_money(self) -> Money:
        """What the customer pays."""
        return Money(self.total, self.currency)

    @property
    def subtotal_money(self) -> Money:
        """The lines' sum."""
        return Money(self.subtotal, self.currency)

    @property
    def delivery_money(self) -> Money:
        """What delivery costs."""
        return Money(self.delivery, self.currency)

    @property
    def tax_money(self) -> Money:
        """The VAT within the total."""
        return Money(self.tax, self.currency)

    @property
    def weight_grams(self) -> int:
        """What the goods weigh."""
        return sum(line.weight_grams * line.quantity for line in self.lines)


class OrderLine(OrdersModel):
    """One thing bought: a permanent record of its name, price and tax at the time."""

    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[str] = mapped_column(index=True)
    product_id: Mapped[str]
    title: Mapped[str]
    options_label: Mapped[str]
    sku: Mapped[str | None]
    slug: Mapped[str]
    image: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    quantity: Mapped[int]
    currency: Mapped[str]
    unit_price: Mapped[int]
    total: Mapped[int]
    tax: Mapped[int]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    weight_grams: Mapped[int]
    requires_shipping: Mapped[bool] = mapped_column(default=True)

    @property
    def picture(self) -> Media | None:
        """The picture as it was when this was bought."""
        return Media(**self.image) if self.image else None

    @property
    def unit_price_money(self) -> Money:
        """The price of one."""
        return Money(self.unit_price, self.currency)

    @property
    def total_money(self) -> Money:
        """The price of all."""
        return Money(self.total, self.currency)


class OrderEvent(OrdersModel):
    """One line of an order's timeline, for people. The audit is elsewhere."""

    __tablename__ = "order_events"
    __table_args__ = (Index("ix_order_events_order_id_id", "order_id", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    text: Mapped[str]
    actor: Mapped[str]

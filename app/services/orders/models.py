"""The tables of orders. An order copies what it needs of catalogue, cart and address, and never looks back."""

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Numeric, Text, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import OrdersModel
from app.money import Money
from app.services import pricing
from app.services.images import Media

# What staff find an order by, in one text without capitals and accents: see migrations/orders, 0018.
WORDS: ColumnElement[str] = literal_column("words_of_order(number, email, address)", Text)


class Order(OrdersModel):
    """What was bought, by whom, where it goes. Amounts are minor units of `currency`.

    `total` = `subtotal` − `discount` + `delivery`, plus `tax` where prices exclude it. `delivery_full` is the delivery
    before it was reduced. `rates` (name, rate, net, tax) sum to `tax`; `reductions` (promotion, name, code, goods,
    delivery) say what each promotion took.
    """

    __tablename__ = "orders"
    __table_args__ = (
        # One live order in a cart, and one order per revision of it: a double submit lands on the order that exists.
        Index(
            "uq_orders_cart_id_waiting",
            "cart_id",
            unique=True,
            postgresql_where=text("state = 'placed' AND left_cart_at IS NULL"),
        ),
        Index(
            "uq_orders_cart_id_cart_revision",
            "cart_id",
            "cart_revision",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index("ix_orders_email_id", text("lower(email)"), "id"),
        Index("ix_orders_state_id", "state", "id"),
        Index(
            "ix_orders_words", WORDS.label("words"), postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}
        ),
        CheckConstraint(
            "total = subtotal - discount + delivery + CASE WHEN prices_include_tax THEN 0 ELSE tax END",
            name="total_adds_up",
        ),
        CheckConstraint("total >= 0 AND tax >= delivery_tax AND delivery_tax >= 0", name="not_negative"),
        CheckConstraint("discount >= 0 AND discount <= subtotal", name="discount_within_subtotal"),
        CheckConstraint("delivery >= 0 AND delivery <= delivery_full", name="delivery_within_full"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    cart_id: Mapped[str]
    cart_revision: Mapped[int]
    email: Mapped[str]
    phone: Mapped[str | None]
    address: Mapped[dict[str, Any]] = mapped_column(JSONB)
    currency: Mapped[str]
    prices_include_tax: Mapped[bool]
    subtotal: Mapped[int]
    discount: Mapped[int] = mapped_column(default=0)
    delivery_full: Mapped[int]
    delivery: Mapped[int]
    delivery_tax: Mapped[int]
    tax: Mapped[int]
    total: Mapped[int]
    rates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reductions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    delivery_method: Mapped[str]
    delivery_name: Mapped[str]
    terms_version: Mapped[str]
    placed_at: Mapped[datetime]
    # Since when its things lie in the cart no more: paid, or to be paid by transfer, whatever is ordered next.
    left_cart_at: Mapped[datetime | None]
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

    def paid_for(self, line: "OrderLine") -> Money:
        """What the customer pays for a line in the end: after its discount, with its tax."""
        return Money(line.total + (0 if self.prices_include_tax else line.tax), self.currency)

    @property
    def breakdown(self) -> pricing.Breakdown:
        """Every cent of the total by name."""
        money = partial(Money, currency=self.currency)
        return pricing.Breakdown(
            subtotal=self.subtotal_money,
            savings=tuple(
                pricing.Saving(each["name"], money(each["goods"]), money(each["delivery"])) for each in self.reductions
            ),
            delivery_full=money(self.delivery_full) if self.delivery_method else None,
            rates=tuple(
                pricing.RateTotal(each["name"], Decimal(each["rate"]), money(each["net"]), money(each["tax"]))
                for each in self.rates
            ),
            total=self.total_money,
            prices_include_tax=self.prices_include_tax,
        )

    @property
    def needs_shipping(self) -> bool:
        """Whether something of it is sent in a parcel."""
        return any(line.requires_shipping for line in self.lines)

    @property
    def has_gift_cards(self) -> bool:
        """Whether gift cards were bought with it."""
        return bool(self.gift_card_positions)

    @property
    def gift_card_positions(self) -> frozenset[int]:
        """The positions of the lines that are gift cards."""
        return frozenset(line.position for line in self.lines if line.is_gift_card)

    @property
    def expected_on(self) -> date | None:
        """The day on which all of it is here, as the customer was told; None when all of it lay on the shelf."""
        return max((line.expected_on for line in self.lines if line.expected_on), default=None)


class OrderLine(OrdersModel):
    """One thing bought: a permanent record of its name, price and tax at the time.

    `total` = `unit_price` × `quantity` − `discount`; `reductions` (name, amount) say what the discount is made of.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        Index("ix_order_lines_sku_order_id", text("lower(sku)"), "order_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("total = unit_price * quantity - discount", name="total_adds_up"),
        CheckConstraint("discount >= 0 AND total >= 0 AND tax >= 0", name="not_negative"),
    )

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
    discount: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    tax: Mapped[int]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    reductions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    weight_grams: Mapped[int]
    requires_shipping: Mapped[bool] = mapped_column(default=True)
    is_gift_card: Mapped[bool] = mapped_column(default=False)
    expected_on: Mapped[date | None]  # told to the customer when they ordered more than lay on the shelf

    @property
    def picture(self) -> Media | None:
        """The picture as it was when this was bought."""
        return Media(**self.image) if self.image else None

    def money(self, amount: int) -> Money:
        """Return an amount of this line, in its currency."""
        return Money(amount, self.currency)

    @property
    def unit_price_money(self) -> Money:
        """The price of one."""
        return Money(self.unit_price, self.currency)

    @property
    def subtotal_money(self) -> Money:
        """The price of all, before its discount."""
        return Money(self.unit_price * self.quantity, self.currency)

    @property
    def total_money(self) -> Money:
        """The price of all, after its discount."""
        return Money(self.total, self.currency)


class OrderEvent(OrdersModel):
    """One line of an order's timeline, for people. The audit is elsewhere."""

    __tablename__ = "order_events"
    __table_args__ = (
        Index("ix_order_events_order_id_id", "order_id", "id"),
        Index("ix_order_events_order_id_open", "order_id", postgresql_where=text("needs_attention")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    text: Mapped[str]
    actor: Mapped[str]
    # Whether staff have yet to deal with it.
    needs_attention: Mapped[bool] = mapped_column(default=False)

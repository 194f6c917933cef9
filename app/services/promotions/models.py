"""The tables of promotions: what each gives and to whom, and who has had it."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class Promotion(OrdersModel):
    """One promotion. With a `code` it is a coupon that shoppers enter, without one it counts by itself.

    `code` is kept in capitals without spaces. `starts_on` and `ends_on` are days in store time, both included.
    `minimum` is what the goods it counts for must cost; no `collections` and no `products` mean all goods. `uses` is
    how many orders hold a use, as long as there is a `total_limit`; the truth about them is `promotion_uses`.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        Index("uq_promotions_code_live", "code", unique=True, postgresql_where=text("stopped_at IS NULL")),
        CheckConstraint("uses >= 0 AND (total_limit IS NULL OR uses <= total_limit)", name="uses_within_limit"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent_in_range"),
        CheckConstraint("kind <> 'fixed' OR amount > 0", name="fixed_has_amount"),
        CheckConstraint("buy > 0 AND get > 0", name="pieces_positive"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str | None]
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), default=Decimal(100))
    amount: Mapped[int | None]
    buy: Mapped[int] = mapped_column(default=1)
    get: Mapped[int] = mapped_column(default=1)
    minimum: Mapped[int | None]
    collections: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    products: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    is_first_order_only: Mapped[bool] = mapped_column(default=False)
    is_exclusive: Mapped[bool] = mapped_column(default=False)
    total_limit: Mapped[int | None]
    customer_limit: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Its name as shoppers read it, with the code they entered."""
        return f"{self.name} ({self.code})" if self.code else self.name

    @property
    def most_per_customer(self) -> int | None:
        """How often one email address may have it."""
        return 1 if self.is_first_order_only else self.customer_limit


class PromotionUse(OrdersModel):
    """One order's use of one promotion. It ends at most once, when the order ends unpaid or is cancelled whole."""

    __tablename__ = "promotion_uses"
    __table_args__ = (Index("ix_promotion_uses_promotion_id_email", "promotion_id", "email"),)

    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    promotion_id: Mapped[str] = mapped_column(ForeignKey("promotions.id"), primary_key=True)
    email: Mapped[str]
    taken_at: Mapped[datetime]
    given_back_at: Mapped[datetime | None]


class PromotionCustomer(OrdersModel):
    """How many uses of a promotion one email address holds, where that is limited."""

    __tablename__ = "promotion_customers"
    __table_args__ = (CheckConstraint("uses >= 0", name="uses_not_negative"),)

    promotion_id: Mapped[str] = mapped_column(ForeignKey("promotions.id"), primary_key=True)
    email: Mapped[str] = mapped_column(primary_key=True)
    uses: Mapped[int]

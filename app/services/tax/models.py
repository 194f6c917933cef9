"""The table of tax rates."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class TaxRate(OrdersModel):
    """What is charged from a day on, in one place, on one class of goods. `percent` is the whole rate there.

    `region` and `postcode` (what postcodes begin with) narrow the country down, and are empty for all of it.
    """

    __tablename__ = "tax_rates"
    __table_args__ = (
        UniqueConstraint(
            "country", "region", "postcode", "tax_class", "valid_from", name="uq_tax_rates_place_class_valid_from"
        ),
        CheckConstraint("percent >= 0 AND percent < 100", name="percent_in_range"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str]
    region: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    tax_class: Mapped[str]
    name: Mapped[str]
    percent: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    valid_from: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

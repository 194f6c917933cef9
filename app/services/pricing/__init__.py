"""What an order costs. Pure: values in, values out, no rows.

The one rule: money is rounded once, per line, half up; lines always sum to the total, and their taxes to the tax.
Prices include VAT (the shop's `vat_rate`), so tax is the part of a line that is VAT.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.money import Money


@dataclass(frozen=True)
class Line:
    """`quantity` of something at `unit_price`, VAT included."""

    unit_price: Money
    quantity: int


@dataclass(frozen=True)
class LineTotal:
    """What a line comes to, and the VAT within it."""

    total: Money
    tax: Money


@dataclass(frozen=True)
class Totals:
    """What an order comes to. `total` = `subtotal` + `delivery`; `tax` is within `total`."""

    lines: tuple[LineTotal, ...]
    subtotal: Money
    delivery: Money
    delivery_tax: Money
    tax: Money
    total: Money
    tax_rate: Decimal


def totals(lines: Sequence[Line], delivery: Money, rate: Decimal) -> Totals:
    """Add up `lines` and `delivery` at the VAT `rate` (percent). All in one currency, that of `delivery`."""
    currency = delivery.currency
    sums = tuple(_line_total(line.unit_price * line.quantity, rate) for line in lines)
    subtotal = Money.total((each.total for each in sums), currency)
    delivery_tax = included_tax(delivery, rate)
    return Totals(
        lines=sums,
        subtotal=subtotal,
        delivery=delivery,
        delivery_tax=delivery_tax,
        tax=Money.total((each.tax for each in sums), currency) + delivery_tax,
        total=subtotal + delivery,
        tax_rate=rate,
    )


def included_tax(gross: Money, rate: Decimal) -> Money:
    """Return the VAT within `gross` at `rate` percent, rounded half up."""
    return gross.times(rate / (100 + rate))


def _line_total(gross: Money, rate: Decimal) -> LineTotal:
    return LineTotal(total=gross, tax=included_tax(gross, rate))

"""From lines, reductions and a delivery to totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.money import Money
from app.services.pricing.reductions import Kind, OpenLine, Reduction, take_off


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` of something at `unit_price`, taxed at `rate` percent by a tax called `tax_name`.

    A gift card is money: nothing is taken off it, and it bears no share of the delivery.
    """

    unit_price: Money
    quantity: int
    rate: Decimal
    tax_name: str = "VAT"
    is_gift_card: bool = False


@dataclass(frozen=True, slots=True)
class LineTotal:
    """What a line comes to: `total` = `subtotal` − `discount`. `taken`: what each reduction took, by its place.

    `tax` is within `total` where prices include tax, and comes on top of it otherwise.
    """

    subtotal: Money
    discount: Money
    total: Money
    tax: Money
    rate: Decimal
    taken: tuple[tuple[int, Money], ...] = ()


@dataclass(frozen=True, slots=True)
class RateTotal:
    """All that is taxed at one rate: goods and their share of the delivery. `net` is without, `tax` the tax."""

    name: str
    rate: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Taken:
    """What one reduction took off goods, and off the delivery."""

    goods: Money
    delivery: Money


@dataclass(frozen=True, slots=True)
class Totals:
    """What an order comes to. `total` = `subtotal` − `discount` + `delivery`, plus `tax` where prices exclude it.

    `delivery_full` is the delivery's price before it was reduced to `delivery`. `taken` answers the reductions one by
    one; `rates` sum to `tax`, in the order of the lines.
    """

    lines: tuple[LineTotal, ...]
    subtotal: Money
    discount: Money
    delivery_full: Money
    delivery: Money
    delivery_tax: Money
    tax: Money
    total: Money
    rates: tuple[RateTotal, ...]
    taken: tuple[Taken, ...]
    prices_include_tax: bool


def totals(
    lines: Sequence[Line], delivery: Money, reductions: Sequence[Reduction] = (), *, prices_include_tax: bool = True
) -> Totals:
    """Add up `lines` and `delivery` less `reductions`. All in one currency, that of `delivery`."""
    zero = Money.zero(delivery.currency)
    open_lines = [
        OpenLine(line.unit_price, line.quantity, line.unit_price * line.quantity, [], is_fixed=line.is_gift_card)
        for line in lines
    ]
    take_off(open_lines, reductions)
    find_tax = included_tax if prices_include_tax else added_tax
    sums = tuple(
        LineTotal(
            subtotal=line.unit_price * line.quantity,
            discount=line.unit_price * line.quantity - left.left,
            total=left.left,
            tax=find_tax(left.left, line.rate),
            rate=line.rate,
            taken=tuple(left.taken),
        )
        for line, left in zip(lines, open_lines, strict=True)
    )
    freed_by = next((place for place, each in enumerate(reductions) if each.kind == Kind.FREE_DELIVERY), None)
    charged = delivery if freed_by is None else zero
    rates, delivery_tax = _by_rate(lines, sums, charged, prices_include_tax=prices_include_tax)
    subtotal = Money.total((each.subtotal for each in sums), delivery.currency)
    discount = Money.total((each.discount for each in sums), delivery.currency)
    tax = Money.total((each.tax for each in sums), delivery.currency) + delivery_tax
    return Totals(
        lines=sums,
        subtotal=subtotal,
        discount=discount,
        delivery_full=delivery,
        delivery=charged,
        delivery_tax=delivery_tax,
        tax=tax,
        total=subtotal - discount + charged + (zero if prices_include_tax else tax),
        rates=rates,
        taken=tuple(
            Taken(_taken_by(place, sums, zero), delivery if place == freed_by else zero)
            for place in range(len(reductions))
        ),
        prices_include_tax=prices_include_tax,
    )


def included_tax(gross: Money, rate: Decimal) -> Money:
    """Return the tax within `gross` at `rate` percent, rounded half up."""
    return gross.times(Fraction(rate) / (100 + Fraction(rate)))


def added_tax(net: Money, rate: Decimal) -> Money:
    """Return the tax on top of `net` at `rate` percent, rounded half up."""
    return net.times(rate / 100)


def _taken_by(place: int, sums: Sequence[LineTotal], zero: Money) -> Money:
    return Money.total((amount for line in sums for by, amount in line.taken if by == place), zero.currency)


def _by_rate(
    lines: Sequence[Line], sums: Sequence[LineTotal], delivery: Money, *, prices_include_tax: bool
) -> tuple[tuple[RateTotal, ...], Money]:
    """Gather goods and delivery by rate, and return the delivery's tax beside.

    The delivery is shared out by what the goods of each rate cost; by what they cost before, when all are given away,
    and by their number where that is nothing. None of it is a gift card's, which is not delivered.
    """
    zero = Money.zero(delivery.currency)
    if not lines:
        return (), zero
    find_tax = included_tax if prices_include_tax else added_tax
    keys = list(dict.fromkeys((line.tax_name, line.rate) for line in lines))
    of_key = [[sums[at] for at, line in enumerate(lines) if (line.tax_name, line.rate) == key] for key in keys]
    bearing = [
        [
            (each, line.quantity)
            for each, line in zip(sums, lines, strict=True)
            if (line.tax_name, line.rate) == key and not line.is_gift_card
        ]
        for key in keys
    ]
    weights = [sum(each.total.amount for each, _ in group) for group in bearing]
    if not any(weights):
        weights = [sum(each.subtotal.amount for each, _ in group) for group in bearing]
    if not any(weights):
        weights = [sum(quantity for _, quantity in group) for group in bearing]
    rates, delivery_tax = [], zero
    for (name, rate), group, share in zip(keys, of_key, delivery.split(weights), strict=True):
        share_tax = find_tax(share, rate)
        delivery_tax += share_tax
        tax = Money.total((each.tax for each in group), zero.currency) + share_tax
        charged = Money.total((each.total for each in group), zero.currency) + share
        rates.append(RateTotal(name, rate, charged - tax if prices_include_tax else charged, tax))
    return tuple(rates), delivery_tax

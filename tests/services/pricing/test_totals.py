"""What an order costs: lines sum to totals, their taxes to the tax."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.money import Money
from app.services import pricing

prices = st.integers(min_value=0, max_value=10**7).map(lambda amount: Money(amount, "EUR"))
lines = st.lists(st.builds(pricing.Line, prices, st.integers(min_value=1, max_value=99)), max_size=20)
rates = st.decimals(min_value=0, max_value=Decimal("99.99"), places=2)


@given(lines, prices, rates)
def test_parts_sum_to_the_totals(lines: list[pricing.Line], delivery: Money, rate: Decimal) -> None:
    totals = pricing.totals(lines, delivery, rate)

    assert totals.subtotal == Money.total((line.total for line in totals.lines), "EUR")
    assert totals.total == totals.subtotal + delivery
    assert totals.tax == Money.total((line.tax for line in totals.lines), "EUR") + totals.delivery_tax
    assert [line.total for line in totals.lines] == [line.unit_price * line.quantity for line in lines]


@given(prices, rates)
def test_tax_within_a_price_and_the_rest_make_the_price_again(gross: Money, rate: Decimal) -> None:
    tax = pricing.included_tax(gross, rate)

    net = gross - tax
    assert Money.zero("EUR") <= tax <= gross
    assert abs(Decimal(net.amount) * rate / 100 - tax.amount) <= 1 + rate / 100


def test_german_rate_as_on_every_receipt() -> None:
    totals = pricing.totals([pricing.Line(Money(2900, "EUR"), 2)], Money(490, "EUR"), Decimal("19.0"))

    assert (totals.total.amount, totals.tax.amount, totals.delivery_tax.amount) == (6290, 1004, 78)

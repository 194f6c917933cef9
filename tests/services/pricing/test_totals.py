"""What an order costs: each sentence of `services/pricing` as a property."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.money import Money
from app.services import pricing
from app.services.pricing import Kind, Line, Reduction

CURRENCIES = ("JPY", "EUR", "KWD")  # no, two and three minor digits

amounts = st.integers(min_value=0, max_value=10**7)
rates = st.decimals(min_value=0, max_value=Decimal("99.99"), places=2)
shops = st.booleans()


@st.composite
def baskets(draw: st.DrawFn) -> tuple[list[Line], Money, list[Reduction]]:
    """Lines at several rates, a delivery, and any promotions on any of them, in one currency."""
    currency = draw(st.sampled_from(CURRENCIES))
    money = amounts.map(lambda amount: Money(amount, currency))
    few_rates = draw(st.lists(rates, min_size=1, max_size=3))
    pieces = st.integers(min_value=1, max_value=99)
    lines = draw(st.lists(st.builds(Line, money, pieces, st.sampled_from(few_rates)), min_size=1, max_size=12))
    places = st.none() | st.frozensets(st.integers(min_value=0, max_value=len(lines) - 1))
    reductions = st.builds(
        Reduction,
        kind=st.sampled_from(Kind),
        percent=st.decimals(min_value=Decimal("0.01"), max_value=100, places=2),
        amount=money,
        buy=st.integers(min_value=1, max_value=4),
        get=st.integers(min_value=1, max_value=3),
        lines=places,
    )
    return lines, draw(money), draw(st.lists(reductions, max_size=3))


@given(baskets(), shops)
def test_lines_and_rates_sum_to_the_totals(basket: tuple[list[Line], Money, list[Reduction]], inclusive: bool) -> None:
    lines, delivery, reductions = basket

    totals = pricing.totals(lines, delivery, reductions, prices_include_tax=inclusive)

    currency = delivery.currency
    on_top = Money.zero(currency) if inclusive else totals.tax
    assert totals.total == totals.subtotal - totals.discount + totals.delivery + on_top
    assert totals.subtotal == Money.total((line.unit_price * line.quantity for line in lines), currency)
    assert totals.discount == Money.total((line.discount for line in totals.lines), currency)
    assert totals.tax == Money.total((line.tax for line in totals.lines), currency) + totals.delivery_tax
    assert totals.tax == Money.total((each.tax for each in totals.rates), currency)
    assert totals.total == Money.total((each.net + each.tax for each in totals.rates), currency)
    for line in totals.lines:
        assert line.total == line.subtotal - line.discount
        assert line.discount == Money.total((amount for _, amount in line.taken), currency)


@given(baskets(), shops)
def test_what_is_taken_adds_up_by_promotion(basket: tuple[list[Line], Money, list[Reduction]], inclusive: bool) -> None:
    lines, delivery, reductions = basket

    totals = pricing.totals(lines, delivery, reductions, prices_include_tax=inclusive)

    assert len(totals.taken) == len(reductions)
    assert Money.total((each.goods for each in totals.taken), delivery.currency) == totals.discount
    assert Money.total((each.delivery for each in totals.taken), delivery.currency) == delivery - totals.delivery


@given(baskets(), shops)
def test_nothing_is_negative(basket: tuple[list[Line], Money, list[Reduction]], inclusive: bool) -> None:
    lines, delivery, reductions = basket

    totals = pricing.totals(lines, delivery, reductions, prices_include_tax=inclusive)

    parts = [totals.total, totals.tax, totals.delivery, totals.delivery_tax, totals.discount]
    parts += [part for line in totals.lines for part in (line.total, line.tax, line.discount)]
    parts += [part for each in totals.rates for part in (each.net, each.tax)]
    assert min(part.amount for part in parts) >= 0


@given(baskets(), shops)
def test_reduction_takes_only_off_the_lines_it_counts_for(
    basket: tuple[list[Line], Money, list[Reduction]], inclusive: bool
) -> None:
    lines, delivery, reductions = basket

    totals = pricing.totals(lines, delivery, reductions, prices_include_tax=inclusive)

    for at, line in enumerate(totals.lines):
        for by, _ in line.taken:
            counted = reductions[by].lines
            assert counted is None or at in counted


@given(baskets(), shops)
def test_everything_given_away_costs_nothing_and_is_not_taxed(
    basket: tuple[list[Line], Money, list[Reduction]], inclusive: bool
) -> None:
    lines, delivery, reductions = basket
    all_of_it = [Reduction(kind=Kind.PERCENT, percent=Decimal(100)), Reduction(kind=Kind.FREE_DELIVERY)]

    totals = pricing.totals(lines, delivery, [*reductions, *all_of_it], prices_include_tax=inclusive)

    assert (totals.total.amount, totals.tax.amount, totals.discount) == (0, 0, totals.subtotal)


@given(baskets())
def test_inclusive_and_exclusive_shops_agree_on_the_tax_of_what_was_paid(
    basket: tuple[list[Line], Money, list[Reduction]],
) -> None:
    """A line that costs net + tax in one shop has the very same tax within it in the other."""
    lines, delivery, reductions = basket
    exclusive = pricing.totals(lines, delivery, reductions, prices_include_tax=False)

    for line in exclusive.lines:
        assert pricing.included_tax(line.total + line.tax, line.rate) == line.tax


@given(amounts, st.integers(min_value=1, max_value=60), st.data())
def test_parts_given_back_one_by_one_sum_to_the_line(amount: int, pieces: int, data: st.DataObject) -> None:
    whole, parts, before = Money(amount, "EUR"), [], 0
    while before < pieces:
        taken = data.draw(st.integers(min_value=1, max_value=pieces - before))
        parts.append(pricing.part_of(whole, pieces, taken=taken, before=before))
        before += taken

    assert Money.total(parts, "EUR") == whole
    assert min(part.amount for part in parts) >= 0


@given(baskets(), shops, st.data())
def test_what_is_left_after_a_refund_is_what_was_paid_less_the_refund(
    basket: tuple[list[Line], Money, list[Reduction]], inclusive: bool, data: st.DataObject
) -> None:
    lines, delivery, reductions = basket
    totals = pricing.totals(lines, delivery, reductions, prices_include_tax=inclusive)
    at = data.draw(st.integers(min_value=0, max_value=len(lines) - 1))
    pieces, line = lines[at].quantity, totals.lines[at]
    taken = data.draw(st.integers(min_value=0, max_value=pieces))

    back = [pricing.part_of(part, pieces, taken=taken) for part in (line.total, line.tax)]
    kept = [pricing.part_of(part, pieces, taken=pieces - taken, before=taken) for part in (line.total, line.tax)]

    assert [one + other for one, other in zip(back, kept, strict=True)] == [line.total, line.tax]


@given(amounts, rates)
def test_tax_within_a_price_and_the_rest_make_the_price_again(gross: int, rate: Decimal) -> None:
    price = Money(gross, "EUR")

    tax = pricing.included_tax(price, rate)

    net = price - tax
    assert Money.zero("EUR") <= tax <= price
    assert abs(Decimal(net.amount) * rate / 100 - tax.amount) <= 1 + rate / 100


def _euros(*lines: tuple[int, int], rate: str = "19") -> list[Line]:
    return [Line(Money(price, "EUR"), quantity, Decimal(rate)) for price, quantity in lines]


def test_german_rate_as_on_every_receipt() -> None:
    totals = pricing.totals(_euros((2900, 2)), Money(490, "EUR"))

    assert (totals.total.amount, totals.tax.amount, totals.delivery_tax.amount) == (6290, 1004, 78)


def test_same_basket_including_and_excluding_19_percent() -> None:
    percent = [Reduction(kind=Kind.PERCENT, percent=Decimal(3))]

    inclusive = pricing.totals(_euros((333, 3)), Money(490, "EUR"), percent)
    exclusive = pricing.totals(_euros((333, 3)), Money(490, "EUR"), percent, prices_include_tax=False)

    assert (inclusive.discount.amount, inclusive.total.amount, inclusive.tax.amount) == (30, 1459, 233)
    assert (exclusive.discount.amount, exclusive.total.amount, exclusive.tax.amount) == (30, 1736, 277)


def test_line_promotions_come_before_order_promotions_whatever_their_order() -> None:
    half_of_one = Reduction(kind=Kind.PERCENT, percent=Decimal(50), lines=frozenset({0}))
    ten_off = Reduction(kind=Kind.FIXED, amount=Money(1000, "EUR"))
    tenth = Reduction(kind=Kind.PERCENT, percent=Decimal(10))

    totals = pricing.totals(_euros((4000, 1), (2000, 1)), Money.zero("EUR"), [ten_off, tenth, half_of_one])

    # 40 + 20, half off the first: 20 + 20; a tenth off both: 18 + 18; 10 off, split evenly: 13 + 13.
    assert [line.total.amount for line in totals.lines] == [1300, 1300]
    assert [each.goods.amount for each in totals.taken] == [1000, 400, 2000]


def test_odd_cents_of_an_order_promotion_fall_on_the_largest_remainders() -> None:
    one_off = Reduction(kind=Kind.FIXED, amount=Money(100, "EUR"))

    totals = pricing.totals(_euros((1000, 1), (1000, 1), (1000, 1)), Money.zero("EUR"), [one_off])

    assert [line.discount.amount for line in totals.lines] == [34, 33, 33]


@pytest.mark.parametrize(("pieces", "free"), [(2, 0), (3, 1), (5, 1), (6, 2)])
def test_buy_two_get_one_gives_the_cheapest(pieces: int, free: int) -> None:
    two_plus_one = Reduction(kind=Kind.BUY_GET, buy=2, get=1)

    totals = pricing.totals(_euros((3000, 1), (1000, pieces - 1)), Money.zero("EUR"), [two_plus_one])

    assert [line.discount.amount for line in totals.lines] == [0, 1000 * free]


def test_fixed_amount_takes_no_more_than_there_is_and_leaves_the_delivery() -> None:
    much = Reduction(kind=Kind.FIXED, amount=Money(10_000, "EUR"))

    totals = pricing.totals(_euros((2900, 1)), Money(490, "EUR"), [much])

    assert (totals.discount.amount, totals.total.amount, totals.tax.amount) == (2900, 490, 78)


def test_delivery_is_taxed_like_the_goods_it_brings() -> None:
    lines = [Line(Money(3000, "EUR"), 1, Decimal(19)), Line(Money(1000, "EUR"), 1, Decimal(7))]

    totals = pricing.totals(lines, Money(400, "EUR"))

    # 3.00 of the delivery at 19 %, 1.00 at 7 %.
    assert totals.delivery_tax.amount == 48 + 7
    assert [(each.rate, each.net.amount, each.tax.amount) for each in totals.rates] == [
        (Decimal(19), 3300 - 479 - 48, 479 + 48),
        (Decimal(7), 1100 - 65 - 7, 65 + 7),
    ]


def test_half_a_cent_of_tax_rounds_up_exactly() -> None:
    assert pricing.included_tax(Money(3, "EUR"), Decimal(20)) == Money(1, "EUR")  # 0.5
    assert pricing.added_tax(Money(50, "EUR"), Decimal(7)) == Money(4, "EUR")  # 3.5
    assert pricing.included_tax(Money(107, "JPY"), Decimal(7)) == Money(7, "JPY")


def test_a_gift_card_bears_no_delivery_beside_goods_that_are_given_away() -> None:
    lines = [Line(Money(2900, "EUR"), 1, Decimal(19)), Line(Money(5000, "EUR"), 1, Decimal(0), is_gift_card=True)]
    all_of_it = Reduction(kind=Kind.PERCENT, percent=Decimal(100))

    totals = pricing.totals(lines, Money(490, "EUR"), [all_of_it])

    assert totals.delivery_tax == pricing.included_tax(Money(490, "EUR"), Decimal(19))


@given(baskets(), shops, st.booleans())
def test_nothing_of_the_delivery_is_a_gift_cards(
    basket: tuple[list[Line], Money, list[Reduction]], inclusive: bool, is_free: bool
) -> None:
    lines, delivery, _ = basket
    goods = [replace(line, unit_price=line.unit_price * (0 if is_free else 1)) for line in lines]
    gift = Line(Money(5000, delivery.currency), 1, Decimal(0), "None", is_gift_card=True)

    totals = pricing.totals([*goods, gift], delivery, prices_include_tax=inclusive)

    assert [each.net.amount for each in totals.rates if each.name == "None"] == [5000]
